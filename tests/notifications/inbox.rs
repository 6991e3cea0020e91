//! Those who are told: a mail server and a web service that remember what they got, and refuse when they are asked to.

use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU16;
use std::sync::atomic::Ordering;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub head: String,
    pub body: String,
}

/// A web service.
pub struct Service {
    pub port: u16,
    /// What it answers to everything.
    pub status: Arc<AtomicU16>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Service {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let status = Arc::new(AtomicU16::new(200));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::clone(&status), Arc::clone(&requests));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                kept.lock().unwrap().push(read_request(&stream));
                let status = answer.load(Ordering::SeqCst);
                // A client that hangs up is its own affair.
                let _ =
                    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        });
        Self { port, status, requests }
    }

    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// What came since the last time.
    pub fn taken(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

fn read_request(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        head.push_str(&line.to_ascii_lowercase());
        line.clear();
    }
    let length = head.split("content-length: ").nth(1).map_or(0, |rest| {
        rest.split_ascii_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
    });
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    Request { path, head, body: String::from_utf8(body).unwrap() }
}

/// When a mail server encrypts.
#[derive(Clone, Copy, PartialEq)]
pub enum Encrypts {
    Never,
    AtOnce,
    WhenAsked,
}

/// A mail server that wants a password where it encrypts.
pub struct MailServer {
    pub port: u16,
    /// Every line that clients sent, mail by mail.
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub fn start(encrypts: Encrypts, config: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let tls = || ServerConnection::new(Arc::clone(config.as_ref().unwrap())).unwrap();
                let mut said = String::new();
                // A client that hangs up has said what it said.
                let _ = match encrypts {
                    Encrypts::Never => converse(stream, &mut said, None),
                    Encrypts::AtOnce => converse(StreamOwned::new(tls(), stream), &mut said, None),
                    Encrypts::WhenAsked => {
                        let mut clear = String::new();
                        let asked = converse(stream.try_clone().unwrap(), &mut clear, Some(()));
                        assert!(!clear.contains("AUTH") && !clear.contains("MAIL"), "in clear: {clear}");
                        asked.and_then(|()| converse_on(StreamOwned::new(tls(), stream), &mut said, None))
                    }
                };
                kept.lock().unwrap().push(said);
            }
        });
        Self { port, mails }
    }

    /// What was said since the last time, by clients that said anything.
    pub fn taken(&self) -> Vec<String> {
        let mut mails = std::mem::take(&mut *self.mails.lock().unwrap());
        mails.retain(|said| !said.is_empty());
        mails
    }
}

fn converse(mut stream: impl Read + Write, said: &mut String, tls: Option<()>) -> std::io::Result<()> {
    stream.write_all(b"220 mail.example ESMTP\r\n")?;
    converse_on(stream, said, tls)
}

/// Goes on until the client asks for TLS (where that is offered), or quits.
fn converse_on(mut stream: impl Read + Write, said: &mut String, tls: Option<()>) -> std::io::Result<()> {
    loop {
        let line = read_line(&mut stream)?;
        said.push_str(&line);
        let answer: &[u8] = match line.split_ascii_whitespace().next().unwrap_or_default() {
            "EHLO" if tls.is_some() => b"250-mail.example\r\n250 STARTTLS\r\n",
            "EHLO" => b"250-mail.example\r\n250 AUTH PLAIN\r\n",
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n")?;
                return Ok(());
            }
            "AUTH" => b"235 welcome\r\n",
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                loop {
                    let line = read_line(&mut stream)?;
                    if line == ".\r\n" {
                        break;
                    }
                    said.push_str(&line);
                }
                b"250 taken\r\n"
            }
            "QUIT" => {
                let _ = stream.write_all(b"221 bye\r\n");
                return Ok(());
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer)?;
    }
}

fn read_line(stream: &mut impl Read) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\n") {
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}
