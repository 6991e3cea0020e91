//! Visitors who mean no good: whatever they send, the server gives a plain refusal or none, stays small, and goes on.

use super::program::serve_on;
use super::world::Answer;
use super::world::World;
use super::world::request;
use std::fmt::Write as _;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpStream;
use std::process::Child;
use std::time::Duration;

/// Memory that the program may take at its peak, as it is built for tests.
const MOST_MEGABYTES: u64 = 160;

/// The program on a site, ended with the test.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(world: &World, variables: &[(&str, &str)]) -> Self {
        let (child, line) = serve_on(world, "127.0.0.1:0", variables);
        Self { child, address: line.rsplit("http://").next().unwrap().to_owned() }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Everything that comes back for these bytes, until the server hangs up.
    fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        // One that is refused may hang up before it has read all.
        let _ = stream.write_all(bytes);
        rest(&mut stream)
    }

    #[track_caller]
    fn still_serves(&self) {
        let answer = Answer::parse(&self.send(&request("GET", "/api/products/", &[])));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["count"], 25);
        let peak = self.megabytes("VmHWM:");
        assert!(peak < MOST_MEGABYTES, "{peak} MB");
    }

    fn megabytes(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(
            error.kind(),
            std::io::ErrorKind::ConnectionReset,
            "the server neither answers nor hangs up"
        );
    }
    bytes
}

/// The statuses of all answers that came back.
fn statuses(bytes: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(bytes);
    text.match_indices("HTTP/1.").map(|(place, _)| text[place + 9..place + 12].parse().unwrap()).collect()
}

/// Short enough that a test can wait for it.
const IMPATIENT: [(&str, &str); 1] = [("SITEKEEP_SERVE__HEADER_TIMEOUT", "1s")];

#[test]
fn a_request_that_is_none_is_refused_and_nothing_behind_it_is_read() {
    let world = World::new();
    let program = Program::start(&world, &IMPATIENT);
    let behind = "GET /api/ HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n";
    let host = "Host: shop.example\r\n";
    for head in [
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x10\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n",
        "GET /\0 HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.2\r\nHost: a\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n",
        "G T / HTTP/1.1\r\nHost: a\r\n",
        "GET /\r\n",
        "\u{16}\u{3}\u{1}\0\u{5}\u{1}\0\0\u{1}\u{3}\u{3}\r\n",
    ] {
        let answers = statuses(&program.send(format!("{head}\r\n{behind}").as_bytes()));
        assert!(answers.is_empty() || answers == [400], "{head:?}: {answers:?}");
    }
    // A proxy before us may take the body's end to be elsewhere: whatever follows it is nobody's request.
    for fields in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\n",
    ] {
        for method in ["GET", "POST"] {
            let smuggler = format!("{method} /healthz HTTP/1.1\r\n{host}{fields}\r\n0\r\n\r\n{behind}");
            let answers = statuses(&program.send(smuggler.as_bytes()));
            assert!(answers.len() <= 1, "{fields:?} {method}: {answers:?}");
        }
    }
    program.still_serves();
}

#[test]
fn too_much_is_refused_with_its_own_status() {
    let world = World::new();
    let program = Program::start(&world, &IMPATIENT);
    let many: String = (0..200).fold(String::new(), |mut text, number| {
        let _ = write!(text, "X-{number}: y\r\n");
        text
    });
    for (head, status) in [
        (format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(300_000)), 431),
        (format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"), 431),
        (format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(65_600)), 414),
        (
            format!(
                "GET /api/products/?{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "a=1&".repeat(1001)
            ),
            400,
        ),
    ] {
        let answers = statuses(&program.send(head.as_bytes()));
        // Without an answer where it has hung up while more was being sent.
        assert!(answers.is_empty() || answers == [status], "{status}: {answers:?}");
    }
    program.still_serves();
}

#[test]
fn targets_of_every_form_lead_to_a_page_or_to_none() {
    let world = World::new();
    let program = Program::start(&world, &IMPATIENT);
    for (line, status) in [
        ("GET http://shop.example/healthz", 200),
        ("GET https://other.example:444/healthz", 200),
        ("CONNECT shop.example:443", 404),
        ("CONNECT shop.example:443/healthz", 400),
        ("OPTIONS *", 404),
        ("GET *", 404),
        ("GET healthz", 404),
        ("GET //healthz", 404),
        ("GET /healthz/..", 404),
        ("TRACE /healthz", 405),
        ("DELETE /products", 405),
        ("BREW /api/products/", 401),
    ] {
        let text = format!("{line} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
        let answers = statuses(&program.send(text.as_bytes()));
        assert_eq!(answers, [status], "{line}");
    }
    program.still_serves();
}

#[test]
fn garbage_behind_a_request_costs_the_connection_and_not_the_answer() {
    let world = World::new();
    let program = Program::start(&world, &IMPATIENT);
    let good = "GET /healthz HTTP/1.1\r\nHost: shop.example\r\n\r\n";
    assert_eq!(
        statuses(&program.send(format!("{good}{good}\u{1}\u{2} garbage\r\n\r\n").as_bytes())),
        [200, 200, 400]
    );
    let last = "GET /healthz HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n";
    let answers = statuses(&program.send(format!("{}{last}", good.repeat(99)).as_bytes()));
    assert_eq!(answers, [200; 100]);
    // The same bytes in every run.
    let mut state = 1_u64;
    for length in 1..100 {
        let noise: Vec<u8> = (0..length * 7)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                state.to_be_bytes()[0]
            })
            .chain(*b"\r\n\r\n")
            .collect();
        let answers = statuses(&program.send(&noise));
        assert!(answers.is_empty() || answers == [400], "{answers:?} {noise:?}");
    }
    program.still_serves();
}

#[test]
fn who_stops_listening_halfway_or_leaves_at_once_harms_nobody() {
    let world = World::new();
    world.file("media/film.mp4", &vec![7; 8_000_000]);
    let program = Program::start(&world, &IMPATIENT);
    for _ in 0..50 {
        let mut half = program.connect();
        half.write_all(&request("GET", "/api/products/", &[])).unwrap();
        half.shutdown(Shutdown::Write).unwrap();
        let bytes = rest(&mut half);
        assert!(bytes.is_empty() || Answer::parse(&bytes).status == 200);
        let mut gone = program.connect();
        gone.write_all(&request("GET", "/media/film.mp4", &[])).unwrap();
        gone.shutdown(Shutdown::Both).unwrap();
        program.connect().write_all(b"GET /api/prod").unwrap();
    }
    program.still_serves();
}

#[test]
fn a_body_without_end_is_not_taken_in() {
    let world = World::new();
    let program = Program::start(&world, &IMPATIENT);
    for (method, path) in
        [("GET", "/healthz"), ("POST", "/api/products/"), ("PUT", "/products"), ("GET", "/media/none.jpg")]
    {
        let mut stream = program.connect();
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 0x10000], b"\r\n"].concat();
        // 64 MB, unless the server hangs up before.
        let sent = (0..1000).take_while(|_| stream.write_all(&chunk).is_ok()).count();
        assert!(sent < 1000, "{method} {path}: all of it was read");
        let answers = statuses(&rest(&mut stream));
        assert!(
            answers.len() <= 1 && answers.iter().all(|status| *status < 500),
            "{method} {path}: {answers:?}"
        );
    }
    program.still_serves();
}

#[test]
fn hundreds_who_never_finish_their_request_are_cut_off_and_take_little() {
    let world = World::new();
    let settings = [IMPATIENT[0], ("SITEKEEP_SERVE__MAX_CONNECTIONS", "300")];
    let program = Program::start(&world, &settings);
    let head = format!("GET / HTTP/1.1\r\nHost: shop.example\r\nX: {}", "x".repeat(30_000));
    let mut slow: Vec<TcpStream> = (0..300).map(|_| program.connect()).collect();
    for stream in &mut slow {
        stream.write_all(head.as_bytes()).unwrap();
    }
    for stream in &mut slow {
        let answers = statuses(&rest(stream));
        assert!(answers.is_empty() || answers == [408], "{answers:?}");
    }
    program.still_serves();
}

#[test]
fn readers_who_take_nothing_keep_little_in_memory() {
    let world = World::new();
    world.file("media/film.mp4", &vec![7; 8_000_000]);
    let program = Program::start(&world, &[]);
    let slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = program.connect();
            stream.write_all(&request("GET", "/media/film.mp4", &[])).unwrap();
            // The answer has begun.
            stream.read_exact(&mut [0; 100]).unwrap();
            stream
        })
        .collect();
    program.still_serves();
    drop(slow);
    program.still_serves();
}

#[test]
fn a_series_of_large_pictures_takes_the_memory_of_one_and_gives_it_back() {
    let world = World::new();
    let mut photo = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(3000, 3000).write_to(&mut photo, image::ImageFormat::Png).unwrap();
    for number in 0..4 {
        world.file(&format!("media/large-{number}.png"), photo.get_ref());
    }
    let folder = world.folder.path().join("variants");
    let settings = [
        ("SITEKEEP_SERVE__VARIANTS_FOLDER", folder.to_str().unwrap()),
        ("SITEKEEP_SERVE__REQUEST_TIMEOUT", "5m"),
    ];
    let program = Program::start(&world, &settings);
    std::thread::scope(|scope| {
        for number in 0..4 {
            for width in [320, 640] {
                let path = format!("/media/large-{number}.png?w={width}");
                let program = &program;
                scope.spawn(move || {
                    let mut stream = program.connect();
                    stream.set_read_timeout(Some(Duration::from_mins(5))).unwrap();
                    stream.write_all(&request("GET", &path, &[])).unwrap();
                    let answer = Answer::parse(&rest(&mut stream));
                    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/jpeg")));
                });
            }
        }
    });
    program.still_serves();
    let kept = program.megabytes("RssAnon:");
    assert!(kept < 40, "{kept} MB are kept");
}
