//! The access log: one line per answer in the combined format, with the microseconds it took as last field.

use super::log::Log;
use super::site::Clock;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::HeaderName;
use axum::http::header;
use axum::response::Response;
use hyper::body::Body as HttpBody;
use hyper::body::Frame;
use hyper::body::SizeHint;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::task::Poll;
use std::time::Instant;

/// The other end of the connection, put into each request where the connection is accepted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Peer {
    Address(SocketAddr),
    /// A socket in the file system, whose other end is on this machine and has no address.
    Socket,
}

impl Peer {
    /// Whether it is on this machine, as a proxy is whose headers are believed.
    pub(super) fn is_local(&self) -> bool {
        match self {
            Self::Address(address) => address.ip().to_canonical().is_loopback(),
            Self::Socket => true,
        }
    }
}

/// Where lines go, and in which time zone their times are.
pub(super) struct AccessLog {
    pub(super) log: Log,
    pub(super) zone: TimeZone,
    pub(super) clock: Clock,
}

impl AccessLog {
    /// Notes what is asked, and when.
    pub(super) fn begin(self: &Arc<Self>, request: &Request) -> Begun {
        Begun { log: Arc::clone(self), entry: Entry::new(request, (self.clock)()), started: Instant::now() }
    }
}

/// A request that is being answered.
pub(super) struct Begun {
    log: Arc<AccessLog>,
    entry: Entry,
    started: Instant,
}

impl Begun {
    /// Has the line written when the body has been sent, or given up.
    pub(super) fn follow(mut self, response: Response) -> Response {
        self.entry.status = response.status().as_u16();
        response.map(|body| Body::new(Recorded { body, begun: self }))
    }
}

#[derive(Debug)]
struct Entry {
    client: Option<IpAddr>,
    time: Timestamp,
    line: String,
    referer: Option<String>,
    agent: Option<String>,
    status: u16,
    bytes: u64,
}

impl Entry {
    fn new(request: &Request, time: Timestamp) -> Self {
        let text = |name: HeaderName| {
            request.headers().get(name).map(|value| quoted(&String::from_utf8_lossy(value.as_bytes())))
        };
        let target = request.uri().path_and_query().map_or("*", |target| target.as_str());
        Self {
            client: client(request),
            time,
            line: quoted(&format!("{} {target} {:?}", request.method(), request.version())),
            referer: text(header::REFERER),
            agent: text(header::USER_AGENT),
            status: 0,
            bytes: 0,
        }
    }

    fn text(&self, zone: &TimeZone, microseconds: u128) -> String {
        let time = self.time.to_zoned(zone.clone());
        let mut text = String::with_capacity(192 + self.line.len());
        // Writing to a string cannot fail.
        let _ = match self.client {
            Some(address) => write!(text, "{address}"),
            None => write!(text, "-"),
        };
        let _ = write!(
            text,
            " - - [{}] \"{}\" {} {} \"{}\" \"{}\" {microseconds}",
            time.strftime("%d/%b/%Y:%H:%M:%S %z"),
            self.line,
            self.status,
            self.bytes,
            self.referer.as_deref().unwrap_or("-"),
            self.agent.as_deref().unwrap_or("-")
        );
        text
    }
}

/// The visitor's address: the connection's; behind a proxy on this machine, the one that the proxy names last.
pub(super) fn client(request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<Peer>()?;
    let own = match peer {
        Peer::Address(address) => Some(address.ip().to_canonical()),
        Peer::Socket => None,
    };
    if !peer.is_local() {
        return own;
    }
    // A proxy may add a line of its own below one that the visitor made up.
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let forwarded = forwarded.and_then(|value| value.to_str().ok());
    let last =
        forwarded.and_then(|list| list.rsplit(',').next()).and_then(|address| address.trim().parse().ok());
    last.or(own)
}

/// A visitor's text made safe between quotes: one line, no quote that would end the field.
fn quoted(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '"' | '\\') || character.is_control() {
            // Writing to a string cannot fail.
            let _ = write!(safe, "\\x{:02X}", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    safe
}

/// A body that counts what passes and writes the line at its end.
struct Recorded {
    body: Body,
    begun: Begun,
}

impl HttpBody for Recorded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.begun.entry.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let Begun { log, entry, started } = &self.begun;
        log.log.line(entry.text(&log.zone, started.elapsed().as_micros()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(peer: &str, forwarded: &str, agent: &str) -> Request {
        let mut request = Request::builder()
            .uri("/products?search=%22x")
            .header("x-forwarded-for", forwarded)
            .header("user-agent", agent)
            .body(Body::empty())
            .expect("a request");
        request.extensions_mut().insert(Peer::Address(peer.parse().expect("an address")));
        request
    }

    #[test]
    fn a_line_is_combined_format_with_the_microseconds() {
        let time = "2026-11-22T23:30:00Z".parse().expect("a time");
        let zone = TimeZone::get("Africa/Porto-Novo").expect("a zone");
        let mut entry = Entry::new(&request("192.0.2.7:1234", "198.51.100.1", "x\" 200 \"\t\\"), time);
        (entry.status, entry.bytes) = (200, 1234);
        assert_eq!(
            entry.text(&zone, 567),
            "192.0.2.7 - - [23/Nov/2026:00:30:00 +0100] \"GET /products?search=%22x HTTP/1.1\" 200 1234 \"-\" \
             \"x\\x22 200 \\x22\\x09\\x5C\" 567"
        );
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let client_of = |peer: &str, forwarded: &str| {
            client(&request(peer, forwarded, "x")).map(|address| address.to_string()).unwrap_or_default()
        };
        assert_eq!(client_of("192.0.2.7:1", "10.0.0.1"), "192.0.2.7");
        assert_eq!(client_of("127.0.0.1:1", "10.0.0.1, 198.51.100.1"), "198.51.100.1");
        assert_eq!(client_of("[::ffff:127.0.0.1]:1", "nonsense"), "127.0.0.1");
        let mut twice = request("127.0.0.1:1", "10.0.0.1", "x");
        twice.headers_mut().append("x-forwarded-for", "198.51.100.1".parse().expect("a value"));
        assert_eq!(client(&twice), "198.51.100.1".parse().ok());
    }
}
