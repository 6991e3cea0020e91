//! A web server whose every answer the test decides, to plant the faults that a real site has.

use std::collections::HashMap;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// Status, content type and body of an answer.
pub type Answer = (u16, String, Vec<u8>);

/// Answers on a port of its own until it is dropped.
pub struct Stub {
    pub port: u16,
    stop: Arc<AtomicBool>,
}

impl Stub {
    /// Starts with exact answers by path (and query), and one for everything else.
    pub fn start(answers: HashMap<String, Answer>, fallback: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                // A client that hangs up is its own affair.
                let _ = stream.and_then(|stream| answer(stream, &answers, &fallback));
            }
        });
        Self { port, stop }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn answer(
    mut stream: TcpStream,
    answers: &HashMap<String, Answer>,
    fallback: &Answer,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, kind, body) = answers.get(path).unwrap_or(fallback);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(body)
}

pub fn html(text: &str) -> Answer {
    (
        200,
        "text/html; charset=utf-8".into(),
        format!("<!doctype html><html><body>{text}</body></html>").into_bytes(),
    )
}

pub fn json(value: serde_json::Value) -> Answer {
    (200, "application/json".into(), value.to_string().into_bytes())
}
