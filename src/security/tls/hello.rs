//! The first words of TLS, said by hand: rustls speaks no version before 1.2, and whether a server still does is the
//! question. What comes back is a stranger's, and read with every length checked.

use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

/// Every usual suite of all versions, the good ones first.
pub(super) const USUAL: &[u16] = &[
    0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F, 0xC009, 0xC013,
    0xC00A, 0xC014, 0x0033, 0x0039, 0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035, 0xC012, 0x000A, 0x0005,
];

/// Bytes that are read for an answer.
const LONGEST: usize = 64 * 1024;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
const SUPPORTED_VERSIONS: u16 = 43;

/// What a server answered to a hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Hello { version: u16, suite: u16 },
    Refused,
}

/// Says hello with this version at most, and these suites.
///
/// # Errors
/// When nothing that is TLS comes back in time.
pub(super) fn ask(socket: &mut TcpStream, host: &str, version: u16, suites: &[u16]) -> Result<Answer> {
    socket.write_all(&hello(host, version, suites)?).context("say hello")?;
    let mut heard = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(answer) = parse(&heard)? {
            return Ok(answer);
        }
        ensure!(heard.len() < LONGEST, "the answer to a hello has no end");
        match socket.read(&mut part) {
            // Some servers hang up on a version that they do not speak.
            Ok(0) => return Ok(Answer::Refused),
            Ok(length) => heard.extend_from_slice(part.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return Ok(Answer::Refused),
            Err(error) => return Err(error).context("hear the answer to a hello"),
        }
    }
}

/// What was heard so far comes to; nothing while more is needed.
fn parse(heard: &[u8]) -> Result<Option<Answer>> {
    let mut rest = Reader(heard);
    let mut handshake: Vec<u8> = Vec::new();
    loop {
        let Some(kind) = rest.byte() else { return Ok(None) };
        let (Some(_), Some(length)) = (rest.number(), rest.number()) else { return Ok(None) };
        ensure!(matches!(kind, ALERT | HANDSHAKE), "what answers is no TLS");
        ensure!(length > 0 && usize::from(length) <= LONGEST / 2, "a record of TLS has no such length");
        let Some(record) = rest.take(usize::from(length)) else { return Ok(None) };
        if kind == ALERT {
            return Ok(Some(Answer::Refused));
        }
        handshake.extend_from_slice(record);
        if let Some(answer) = server_hello(&handshake)? {
            return Ok(Some(answer));
        }
    }
}

fn server_hello(handshake: &[u8]) -> Result<Option<Answer>> {
    let mut rest = Reader(handshake);
    let Some(kind) = rest.byte() else { return Ok(None) };
    ensure!(kind == SERVER_HELLO, "the answer to a hello is none");
    let (Some(high), Some(low)) = (rest.byte(), rest.number()) else { return Ok(None) };
    let length = usize::from(high) * 65_536 + usize::from(low);
    ensure!(length <= LONGEST / 2, "a hello has no such length");
    let Some(body) = rest.take(length) else { return Ok(None) };
    read_hello(body).map(Some).context("a hello of the server is cut short")
}

fn read_hello(body: &[u8]) -> Option<Answer> {
    let mut rest = Reader(body);
    let mut version = rest.number()?;
    rest.take(32)?;
    let session = rest.byte()?;
    rest.take(usize::from(session))?;
    let suite = rest.number()?;
    rest.byte()?;
    // Before TLS 1.3 extensions may be missing.
    if let Some(length) = rest.number() {
        let mut extensions = Reader(rest.take(usize::from(length))?);
        while let Some(kind) = extensions.number() {
            let length = extensions.number()?;
            let mut content = Reader(extensions.take(usize::from(length))?);
            if kind == SUPPORTED_VERSIONS {
                version = content.number()?;
            }
        }
    }
    Some(Answer::Hello { version, suite })
}

fn hello(host: &str, version: u16, suites: &[u16]) -> Result<Vec<u8>> {
    let is_new = version >= 0x0304;
    let mut extensions = Vec::new();
    if host.parse::<std::net::IpAddr>().is_err() {
        let name = [&[0][..], &counted(host.as_bytes())?].concat();
        extension(&mut extensions, 0, &counted(&name)?)?;
    }
    // x25519, P-256, P-384, P-521; RSA-PSS, ECDSA and RSA with SHA-2, and with SHA-1 as old servers have it.
    extension(&mut extensions, 10, &counted(&numbers(&[0x001D, 0x0017, 0x0018, 0x0019]))?)?;
    extension(&mut extensions, 11, &[1, 0])?;
    let signatures = [0x0804, 0x0805, 0x0806, 0x0403, 0x0503, 0x0603, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203];
    extension(&mut extensions, 13, &counted(&numbers(&signatures))?)?;
    if is_new {
        extension(&mut extensions, SUPPORTED_VERSIONS, &[2, 0x03, 0x04])?;
        // No key of ours: the server asks for one, which is answer enough.
        extension(&mut extensions, 51, &[0, 0])?;
    }
    let mut body = version.min(0x0303).to_be_bytes().to_vec();
    // Nothing is ever encrypted with it.
    body.extend_from_slice(&[0x5A; 32]);
    body.push(0);
    body.extend(counted(&numbers(suites))?);
    body.extend_from_slice(&[1, 0]);
    // What spoke SSL 3 only may know no extensions.
    if version > 0x0300 {
        body.extend(counted(&extensions)?);
    }
    let message = [&[1, 0][..], &counted(&body)?].concat();
    Ok([&[HANDSHAKE, 3, u8::from(version > 0x0300)][..], &counted(&message)?].concat())
}

fn numbers(all: &[u16]) -> Vec<u8> {
    all.iter().flat_map(|one| one.to_be_bytes()).collect()
}

fn counted(content: &[u8]) -> Result<Vec<u8>> {
    let length = u16::try_from(content.len()).context("a hello that is too long")?;
    Ok([&length.to_be_bytes()[..], content].concat())
}

fn extension(all: &mut Vec<u8>, kind: u16, content: &[u8]) -> Result<()> {
    all.extend_from_slice(&kind.to_be_bytes());
    all.extend(counted(content)?);
    Ok(())
}

/// Bytes that are taken one after the other, and never beyond their end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u16> {
        let bytes: [u8; 2] = self.take(2)?.try_into().ok()?;
        Some(u16::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answered(version: u16, extensions: &[u8]) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend_from_slice(&[7; 32]);
        body.extend_from_slice(&[2, 9, 9, 0xC0, 0x2F, 0]);
        if !extensions.is_empty() {
            body.extend(counted(extensions).expect("short"));
        }
        let message = [&[SERVER_HELLO, 0][..], &counted(&body).expect("short")].concat();
        // In two records, as it may come.
        let (first, second) = message.split_at(20);
        let record = |part: &[u8]| [&[HANDSHAKE, 3, 3][..], &counted(part).expect("short")].concat();
        [record(first), record(second)].concat()
    }

    #[test]
    fn a_hello_is_read_with_its_version() {
        let hello = |version| Some(Answer::Hello { version, suite: 0xC02F });
        assert_eq!(parse(&answered(0x0301, &[])).expect("read"), hello(0x0301));
        assert_eq!(parse(&answered(0x0303, &[0, 43, 0, 2, 3, 4])).expect("read"), hello(0x0304));
        assert_eq!(parse(&[ALERT, 3, 1, 0, 2, 2, 70]).expect("read"), Some(Answer::Refused));
        assert!(parse(b"HTTP/1.1 400 Bad Request\r\n").is_err());
        assert!(parse(&answered(0x0303, &[0, 43, 0, 9, 3])).is_err(), "an extension beyond its end");
    }

    #[test]
    fn what_is_cut_off_needs_more() {
        let whole = answered(0x0303, &[0, 43, 0, 2, 3, 4]);
        for end in 0..whole.len() {
            assert_eq!(parse(&whole[..end]).expect("read"), None, "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_crash(bytes in proptest::collection::vec(any::<u8>(), 0..300), from in 0..100_usize) {
            let _ = parse(&bytes);
            let mut spoilt = answered(0x0303, &[0, 43, 0, 2, 3, 4]);
            for (place, byte) in spoilt.iter_mut().skip(from).zip(&bytes) {
                *place ^= byte;
            }
            let _ = parse(&spoilt);
        }
    }
}
