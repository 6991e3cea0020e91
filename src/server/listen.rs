//! The socket: handed over by systemd, or bound here; a port, or a file for a proxy on this machine.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use listenfd::ListenFd;
use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::path::PathBuf;

/// What an address begins with that is a file.
const SOCKET: &str = "unix:";

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Port(SocketAddr),
    Socket(PathBuf),
}

impl fmt::Display for Address {
    /// Writes `http://127.0.0.1:8000` or `unix:/run/shop.sock`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(address) => write!(formatter, "http://{address}"),
            Self::Socket(path) => write!(formatter, "{SOCKET}{}", path.display()),
        }
    }
}

/// A socket that listens; one that was made here is removed with it.
pub(super) enum Listener {
    Port(TcpListener),
    Socket(UnixListener, Option<SocketFile>),
}

/// Removes the file of a socket at its end.
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Listener {
    pub(super) fn address(&self) -> Result<Address> {
        let read = "read the socket's address";
        Ok(match self {
            Self::Port(listener) => Address::Port(listener.local_addr().context(read)?),
            Self::Socket(listener, _) => {
                let address = listener.local_addr().context(read)?;
                Address::Socket(address.as_pathname().unwrap_or(Path::new("")).to_owned())
            }
        })
    }
}

/// Takes the socket that systemd passes (`LISTEN_FDS`), else binds `address`; `mode` is that of a socket's file.
pub(super) fn listener(address: &str, mode: u32) -> Result<Listener> {
    let mut passed = ListenFd::from_env();
    if passed.len() == 0 {
        return bind(address, mode);
    }
    let listener = match passed.take_tcp_listener(0) {
        Ok(Some(listener)) => Some(Listener::Port(listener)),
        _ => passed.take_unix_listener(0).ok().flatten().map(|listener| Listener::Socket(listener, None)),
    };
    let listener = listener.ok_or_else(|| {
        Error::new(Kind::Config, "the socket that systemd passes is no stream socket")
            .hint("write ListenStream=ADDRESS:PORT or ListenStream=/PATH in the socket unit")
    })?;
    prepared(listener)
}

/// Binds an address, whatever systemd passes.
pub(super) fn bind(address: &str, mode: u32) -> Result<Listener> {
    prepared(match address.strip_prefix(SOCKET) {
        Some(path) => bind_socket(Path::new(path), mode)?,
        None => Listener::Port(bind_port(address)?),
    })
}

fn prepared(listener: Listener) -> Result<Listener> {
    match &listener {
        Listener::Port(listener) => listener.set_nonblocking(true),
        Listener::Socket(listener, _) => listener.set_nonblocking(true),
    }
    .context("prepare the socket")?;
    Ok(listener)
}

fn bind_socket(path: &Path, mode: u32) -> Result<Listener> {
    let refuse = |kind, reason: &str, hint: &str| {
        Error::new(kind, format!("listen on {SOCKET}{}: {reason}", path.display())).hint(hint)
    };
    if !path.is_absolute() {
        return Err(refuse(Kind::Config, "the path is not absolute", "write unix:/run/NAME.sock").into());
    }
    // A file that nobody listens at is left from a server that was killed.
    if let Ok(metadata) = std::fs::symlink_metadata(path) {
        let hint = "stop the program that uses it, or choose another path with --listen";
        if !metadata.file_type().is_socket() {
            return Err(refuse(Kind::Failed, "something else is there", hint).into());
        }
        match UnixStream::connect(path) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path)
                    .with_context(|| format!("remove the socket {} that nobody uses", path.display()))?;
            }
            _ => return Err(refuse(Kind::Failed, "another program listens there", hint).into()),
        }
    }
    let listener = UnixListener::bind(path).map_err(|error| {
        refuse(Kind::Failed, &error.to_string(), "the folder must be there, and this user may write into it")
    })?;
    let file = SocketFile(path.to_owned());
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .with_context(|| format!("set the mode of {}", path.display()))?;
    Ok(Listener::Socket(listener, Some(file)))
}

fn bind_port(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        let (kind, hint) = match error.kind() {
            ErrorKind::AddrInUse => (
                Kind::Failed,
                "another program listens there: see `ss -ltnp`, stop it, or take another port with --listen",
            ),
            ErrorKind::PermissionDenied => (
                Kind::Failed,
                "ports below 1024 are reserved: take a higher one, or let systemd pass the socket",
            ),
            ErrorKind::AddrNotAvailable => {
                (Kind::Failed, "this machine has no such address: see `ip address`, or use 127.0.0.1")
            }
            _ => (
                Kind::Config,
                "write the address as 127.0.0.1:8000, [::1]:8000, 0.0.0.0:8000 or unix:/run/NAME.sock",
            ),
        };
        Error::new(kind, format!("listen on {address}: {}", plain(&error))).hint(hint).into()
    })
}

fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => "the address is in use".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::exit_code;
    use crate::error::hints;

    fn refusal(address: &str) -> anyhow::Error {
        match bind(address, 0o660) {
            Ok(_) => panic!("{address} was bound"),
            Err(error) => error,
        }
    }

    #[test]
    fn an_address_in_use_is_told_with_a_way_out() {
        let first = bind_port("127.0.0.1:0").expect("bind");
        let address = first.local_addr().expect("an address").to_string();
        let error = refusal(&address);
        assert_eq!(error.to_string(), format!("listen on {address}: the address is in use"));
        assert!(hints(&error).iter().any(|hint| hint.contains("--listen")));
        assert_eq!(exit_code(&error), 2);
    }

    #[test]
    fn what_is_no_address_is_a_configuration_error() {
        for address in ["", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http", "unix:", "unix:relative"] {
            assert_eq!(exit_code(&refusal(address)), 78, "{address}");
        }
    }

    #[test]
    fn a_socket_in_use_stays_one_that_was_left_behind_gives_way_and_a_file_is_no_socket() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        let address = format!("{SOCKET}{}", path.display());
        let left_behind = UnixListener::bind(&path).expect("bind");
        let error = refusal(&address);
        assert!(error.to_string().ends_with("another program listens there"), "{error}");
        drop(left_behind);
        let listener = bind(&address, 0o640).expect("bind anew");
        assert_eq!(listener.address().expect("an address").to_string(), address);
        let mode = std::fs::metadata(&path).expect("the socket").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        drop(listener);
        assert!(!path.exists(), "the socket goes with its server");
        crate::system::fs::write_atomic(&path, b"data", 0o600).expect("write");
        assert!(refusal(&address).to_string().ends_with("something else is there"));
        assert!(path.exists());
    }
}
