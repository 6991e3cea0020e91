//! Starting, stopping, losing the database and finding it again.

use super::world::Answer;
use super::world::World;
use super::world::product;
use super::world::rename;
use super::world::replace_database;
use super::world::request;
use super::world::shop;
use sitekeep::db::SeedProduct;
use std::io::Read;
use std::io::Write;
use std::time::Duration;
use std::time::Instant;

#[test]
fn a_missing_database_is_a_page_that_says_so_until_it_is_there() {
    let mut world = World::without_database();
    world.config.site.name = "boutique".into();
    let server = world.start();
    for path in ["/", "/products", "/products/produit-01", "/contact"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.shows("momentanément indisponible") && answer.shows("boutique"), "{}", answer.text());
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(server.get("/healthz").text(), "ok\n");
    let ready = server.get("/readyz");
    assert_eq!((ready.status, ready.text().as_str()), (503, "database unavailable\nmedia ok\n"));
    assert_eq!(server.get("/media/products/one.jpg").status, 200);
    replace_database(&world, &shop());
    server.await_answer("/products", |answer| answer.status == 200);
    assert_eq!(server.get("/readyz").status, 200);
    let errors = server.errors.clone();
    server.end();
    let told = errors.text();
    assert_eq!(told.matches("error: ").count(), 1, "the outage is told once: {told}");
    assert!(told.contains("the database answers again"), "{told}");
}

#[test]
fn a_database_replaced_by_rename_is_noticed() {
    let world = World::new();
    let server = world.start();
    assert!(server.get("/products").shows("Produit 25"));
    let mut restored = shop();
    restored.products = vec![SeedProduct { name: "Rescapé".into(), ..product(1, "audio") }];
    replace_database(&world, &restored);
    let page = server.await_answer("/products", |answer| answer.shows("Rescapé"));
    assert!(!page.shows("Produit 25"));
}

#[test]
fn a_database_that_goes_away_comes_back() {
    let world = World::new();
    let server = world.start();
    assert_eq!(server.get("/products").status, 200);
    let aside = world.folder.path().join("aside");
    rename(&world.database(), &aside);
    let page = server.await_answer("/products", |answer| answer.status == 503);
    assert!(page.shows("Chez Éléonore"), "the frame is still known");
    assert_eq!(server.get("/healthz").status, 200);
    rename(&aside, &world.database());
    server.await_answer("/products", |answer| answer.status == 200);
}

#[test]
fn more_questions_than_the_database_can_take_are_refused_at_once() {
    let mut world = World::new();
    world.config.serve.database_connections = 1;
    let lock = rusqlite::Connection::open(world.database()).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let server = world.start();
    let answers = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..150 {
            let (server, answers) = (&server, answers.0.clone());
            scope.spawn(move || answers.send(server.get("/products")).unwrap());
        }
        // The connection waits five seconds for the lock; who comes too late for the queue does not.
        let refused = answers.1.recv_timeout(Duration::from_secs(4)).unwrap();
        assert_eq!((refused.status, refused.header("retry-after").is_some()), (503, true));
        assert_eq!(server.get("/healthz").status, 200);
        lock.execute_batch("ROLLBACK").unwrap();
    });
    server.await_answer("/products", |answer| answer.status == 200);
}

#[test]
fn a_stop_lets_a_running_request_finish() {
    let world = World::new();
    let content = vec![7; 32_000_000];
    world.file("media/film.mp4", &content);
    let server = world.start();
    let mut idle = server.connect();
    let mut slow = server.connect();
    slow.write_all(&request("GET", "/media/film.mp4", &[])).unwrap();
    let mut bytes = vec![0; 1000];
    slow.read_exact(&mut bytes).unwrap();
    server.stop.stop();
    // The idle connection is closed, the busy one is not.
    assert_eq!(idle.read(&mut [0; 1]).unwrap(), 0);
    slow.read_to_end(&mut bytes).unwrap();
    assert!(Answer::parse(&bytes).body == content);
    let address = server.address;
    assert!(server.join().drained);
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn a_reader_who_stands_still_does_not_hold_up_a_stop() {
    let mut world = World::new();
    world.config.serve.drain_timeout = Duration::from_millis(50);
    world.file("media/film.mp4", &vec![7; 32_000_000]);
    let server = world.start();
    let mut slow = server.connect();
    slow.write_all(&request("GET", "/media/film.mp4", &[])).unwrap();
    slow.read_exact(&mut [0; 1000]).unwrap();
    assert!(!server.end().drained);
}

#[test]
fn who_is_slow_with_the_head_of_a_request_is_cut_off() {
    let mut world = World::new();
    world.config.serve.header_timeout = Duration::from_millis(50);
    let server = world.start();
    let mut slow = server.connect();
    let begin = Instant::now();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: shop").unwrap();
    let mut rest = Vec::new();
    // Either a 408 or the bare end, but an end, and the server's: the visitor himself would wait for 20 seconds.
    if let Err(error) = slow.read_to_end(&mut rest) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert!(rest.is_empty() || Answer::parse(&rest).status == 408, "{}", String::from_utf8_lossy(&rest));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn connections_beyond_the_limit_wait_for_a_place() {
    let mut world = World::new();
    world.config.serve.max_connections = 1;
    let server = world.start();
    let first = server.connect();
    let mut second = server.connect();
    second.write_all(&request("GET", "/healthz", &[])).unwrap();
    second.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(second.read(&mut [0; 1]).is_err(), "served beside the first");
    drop(first);
    second.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut bytes = Vec::new();
    second.read_to_end(&mut bytes).unwrap();
    assert_eq!(Answer::parse(&bytes).status, 200);
}

#[test]
fn the_access_log_has_a_line_for_each_answer() {
    let mut world = World::new();
    let log = world.folder.path().join("access.log");
    world.config.serve.access_log = Some(log.clone());
    let server = world.start();
    server.ask(
        "GET",
        "/products?search=%22",
        &[("User-Agent", "test \"quoted\""), ("Referer", "https://x/")],
    );
    server.ask("HEAD", "/nothing", &[("X-Forwarded-For", "203.0.113.9")]);
    server.end();
    let text = std::fs::read_to_string(log).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    let start = "127.0.0.1 - - [22/Nov/2026:09:00:00 +0100] \"GET /products?search=%22 HTTP/1.1\" 200 ";
    assert!(lines[0].starts_with(start), "{text}");
    assert!(lines[0].contains("\"https://x/\" \"test \\x22quoted\\x22\" "), "{text}");
    assert!(lines[0].rsplit(' ').next().unwrap().parse::<u64>().is_ok());
    assert!(
        lines[1].starts_with("203.0.113.9 - - [") && lines[1].contains("\"HEAD /nothing HTTP/1.1\" 404 0 "),
        "{text}"
    );
}
