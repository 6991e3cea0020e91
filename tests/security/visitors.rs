//! Headers, cookies, the admin's door and strangers' scripts, as a site answers them.

use super::audit;
use super::configure;
use super::open;
use super::site;
use crate::sandbox::Sandbox;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// Answers every request with the same head, and the login page with a form.
struct Site {
    port: u16,
    stop: Arc<AtomicBool>,
}

impl Site {
    fn start(head: &'static str, login: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut request, mut line) = (String::new(), String::new());
                // A client that hangs up is its own affair.
                let _ = reader.read_line(&mut request);
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    line.clear();
                }
                let body = if request.contains("/admin/login/") { login } else { "<html></html>" };
                let length = body.len() + if body == BREAKS_OFF { 1000 } else { 0 };
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\n{head}Content-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
            }
        });
        Self { port, stop }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = std::net::TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn visited(site: &Site) -> Sandbox {
    let sandbox = super::site("");
    configure(&sandbox, "");
    let settings = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
    sandbox.write(
        "sitekeep.toml",
        &settings.replacen("[site]\n", &format!("[site]\nurl = \"http://127.0.0.1:{}\"\n", site.port), 1),
    );
    sandbox
}

/// A page of which the rest never comes.
const BREAKS_OFF: &str = "<html><form>";

const FORM: &str = "<form><input name='csrfmiddlewaretoken'></form>";

#[test]
fn a_bare_site_wants_headers_and_its_cookies_flags() {
    let site = Site::start(
        "Server: nginx/1.22.1\r\nSet-Cookie: csrftoken=x; Path=/\r\nAccess-Control-Allow-Origin: https://stranger.invalid\r\nAccess-Control-Allow-Credentials: true\r\n",
        FORM,
    );
    let report = audit(&visited(&site), "visitors").exits(2).json();
    let found = open(&report);
    for (subject, status) in [
        ("https", "unknown"),
        ("X-Content-Type-Options", "warning"),
        ("X-Frame-Options", "warning"),
        ("Referrer-Policy", "warning"),
        ("Content-Security-Policy", "warning"),
        ("Server", "warning"),
        ("Access-Control-Allow-Origin", "critical"),
        ("/admin/login/", "warning"),
        ("cookie csrftoken", "warning"),
    ] {
        assert!(
            found.iter().any(|(name, found)| name.eq_ignore_ascii_case(subject) && found == status),
            "{subject}: {found:?}"
        );
    }
}

#[test]
fn a_hardened_site_leaves_only_what_a_local_address_cannot_tell() {
    let site = Site::start(
        "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: same-origin\r\nContent-Security-Policy: default-src 'self'\r\nSet-Cookie: csrftoken=x; SameSite=Lax\r\n",
        "not here",
    );
    let found = open(&audit(&visited(&site), "visitors").exits(3).json());
    assert_eq!(found, [("https".to_owned(), "unknown".to_owned())]);
}

#[test]
fn a_login_page_that_breaks_off_is_unknown() {
    let site = Site::start("", BREAKS_OFF);
    let found = open(&audit(&visited(&site), "visitors").json());
    assert!(found.contains(&("/admin/login/".to_owned(), "unknown".to_owned())), "{found:?}");
}

#[test]
fn the_form_is_found_in_a_long_page_and_in_that_of_the_bundled_server() {
    let long = Box::leak(format!("{FORM}{}", "x".repeat(600_000)).into_boxed_str());
    for form in [&*long, "<form><input name=\"password\" type=\"password\"></form>"] {
        let site = Site::start("", form);
        let found = open(&audit(&visited(&site), "visitors").json());
        assert!(found.contains(&("/admin/login/".to_owned(), "warning".to_owned())), "{found:?}");
    }
}

#[test]
fn a_site_that_does_not_answer_is_unknown() {
    let sandbox = site("");
    let settings = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
    sandbox
        .write("sitekeep.toml", &settings.replacen("[site]\n", "[site]\nurl = \"http://127.0.0.1:9\"\n", 1));
    audit(&sandbox, "visitors").exits(3).says("does not answer: Connection refused");
}
