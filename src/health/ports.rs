//! Ports that must listen (guide: `netstat -tulpn | grep :8000`).

use crate::config::PortRule;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use std::net::TcpStream;
use std::net::ToSocketAddrs;
use std::time::Duration;
use std::time::Instant;

/// Connects to each port and hangs up.
pub fn check(rules: &[PortRule], timeout: Duration, unit: &str) -> Check {
    let mut check = Check::default();
    for rule in rules {
        let begin = Instant::now();
        let subject = rule.to_string();
        check.add(match connect(rule, timeout) {
            Ok(()) => {
                Finding::ok(&kinds::PORT, subject, "listens").with("seconds", begin.elapsed().as_secs_f64())
            }
            Err(error) => Finding::critical(&kinds::PORT, subject, format!("nothing answers: {error}"))
                .with("port", rule.port)
                .remedy(format!(
                    "systemctl restart {unit}; if this port is not the site's, take it out of [health] ports"
                )),
        });
    }
    if rules.is_empty() {
        check.add(Finding::unknown(&kinds::PORT, "ports", "none is configured").remedy("set [health] ports, or leave the check out: [checklist] items = [{ id = \"health.ports\", drop = true }]"));
    }
    check
}

fn connect(rule: &PortRule, timeout: Duration) -> std::io::Result<()> {
    let mut last = std::io::Error::other("the name has no address");
    for address in (rule.host.as_str(), rule.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    // A server of the other address family of this host counts too: runserver on [::1], vite on localhost.
    if rule.host == "127.0.0.1" {
        let address = (std::net::Ipv6Addr::LOCALHOST, rule.port).into();
        if TcpStream::connect_timeout(&address, timeout).is_ok() {
            return Ok(());
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;
    use std::net::TcpListener;

    #[test]
    fn a_listening_port_is_told_from_a_dead_one() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let port = listener.local_addr().expect("address").port();
        let rule = PortRule::local(port);
        let second = Duration::from_secs(1);
        assert_eq!(check(std::slice::from_ref(&rule), second, "u").status(), Status::Ok);
        drop(listener);
        let found = check(std::slice::from_ref(&rule), second, "shop-backend");
        assert_eq!(found.status(), Status::Critical);
        assert_eq!(found.findings[0].data["port"], port);
    }
}
