//! The socket: handed over by systemd, or bound here.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use listenfd::ListenFd;
use std::io::ErrorKind;
use std::net::TcpListener;

/// Takes the socket that systemd passes (`LISTEN_FDS`), else binds `address`.
pub(super) fn listener(address: &str) -> Result<TcpListener> {
    let mut passed = ListenFd::from_env();
    let listener = if passed.len() > 0 {
        passed.take_tcp_listener(0).ok().flatten().ok_or_else(|| {
            Error::new(Kind::Config, "the socket that systemd passes is no TCP socket")
                .hint("write ListenStream=ADDRESS:PORT in the socket unit")
        })?
    } else {
        bind(address)?
    };
    listener.set_nonblocking(true).context("prepare the socket")?;
    Ok(listener)
}

fn bind(address: &str) -> Result<TcpListener> {
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
            _ => (Kind::Config, "write the address as 127.0.0.1:8000, [::1]:8000 or 0.0.0.0:8000"),
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

    #[test]
    fn an_address_in_use_is_told_with_a_way_out() {
        let first = bind("127.0.0.1:0").expect("bind");
        let address = first.local_addr().expect("an address").to_string();
        let error = bind(&address).expect_err("in use");
        assert_eq!(error.to_string(), format!("listen on {address}: the address is in use"));
        assert!(hints(&error).iter().any(|hint| hint.contains("--listen")));
        assert_eq!(exit_code(&error), 2);
    }

    #[test]
    fn what_is_no_address_is_a_configuration_error() {
        for address in ["", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http"] {
            assert_eq!(exit_code(&bind(address).expect_err(address)), 78, "{address}");
        }
    }
}
