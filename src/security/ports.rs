//! Ports that others than this machine can reach: a database, a cache or a development server has no business there.
//!
//! What a firewall before them does cannot be seen from here.

use crate::config::Config;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds::SECURITY_PORT;
use crate::system::sockets;
use crate::system::sockets::Listener;
use crate::units::count;
use anyhow::Result;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Services by their usual ports, and whether strangers there are the end.
const KNOWN: &[(u16, &str, Status)] = &[
    (3306, "MySQL", Status::Critical),
    (5432, "PostgreSQL", Status::Critical),
    (6379, "Redis", Status::Critical),
    (9200, "Elasticsearch", Status::Critical),
    (11211, "memcached", Status::Critical),
    (27017, "MongoDB", Status::Critical),
    (2375, "Docker", Status::Critical),
    (3000, "a development server", Status::Warning),
    (5000, "a development server (vite)", Status::Warning),
    (5173, "a development server (vite)", Status::Warning),
    (8000, "the application server, past the web server", Status::Warning),
];

/// Looks at every socket that listens.
///
/// # Errors
/// When the kernel's tables cannot be read.
pub fn check(config: &Config) -> Result<Check> {
    Ok(judge(&sockets::listening()?, &config.security.open_ports))
}

fn judge(listeners: &[Listener], allowed: &[u16]) -> Check {
    let mut open: BTreeMap<u16, Vec<&Listener>> = BTreeMap::new();
    for listener in listeners.iter().filter(|listener| is_reachable(listener.address.ip())) {
        open.entry(listener.address.port()).or_default().push(listener);
    }
    let reachable = open.len() as u64;
    let mut check = Check::default();
    for (port, listeners) in open.into_iter().filter(|(port, _)| !allowed.contains(port)) {
        let program = listeners.iter().find_map(|listener| listener.program.as_deref());
        let by_program = program.and_then(|program| {
            [
                ("postgres", 5432),
                ("redis-server", 6379),
                ("memcached", 11211),
                ("mysqld", 3306),
                ("mariadbd", 3306),
                ("mongod", 27017),
            ]
            .iter()
            .find(|(name, _)| program.starts_with(name))
            .map(|(_, port)| *port)
        });
        let known = KNOWN.iter().find(|(usual, ..)| *usual == by_program.unwrap_or(port));
        let (what, status) =
            known.map_or(("a service", Status::Warning), |(_, what, status)| (*what, *status));
        let addresses: Vec<String> =
            listeners.iter().map(|listener| listener.address.ip().to_string()).collect();
        // An address of a private network is at least not the world.
        let private = listeners.iter().all(|listener| is_private(listener.address.ip()));
        let status = if private { Status::Warning } else { status };
        let whom = if private { "the private network" } else { "every network" };
        let by = program.map_or(String::new(), |program| format!(" ({program})"));
        check.add(
            Finding::new(&SECURITY_PORT, status, format!("port {port}"), format!("{what}{by} listens to {whom}, on {}", addresses.join(" and ")))
                .with("port", port)
                .with("addresses", addresses)
                .remedy(if status == Status::Critical {
                    "let it listen on 127.0.0.1 alone, or close the port in the firewall and acknowledge this"
                } else {
                    "let it listen on 127.0.0.1 behind the web server; if it is meant to be reached, add it to [security] open_ports"
                }),
        );
    }
    if check.findings.is_empty() {
        let message = format!("{} others can reach, each of them meant to be", count(reachable, "port"));
        check.add(Finding::ok(&SECURITY_PORT, "ports", message));
    }
    check
}

fn is_reachable(address: IpAddr) -> bool {
    !address.to_canonical().is_loopback()
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_judged_by_who_reaches_it() {
        let listener = |address: &str, program: Option<&str>| Listener {
            address: address.parse().expect("an address"),
            program: program.map(ToOwned::to_owned),
        };
        for (address, program, status) in [
            ("127.0.0.1:5432", None, Status::Ok),
            ("[::1]:6379", None, Status::Ok),
            ("[::ffff:127.0.0.1]:6379", None, Status::Ok),
            ("0.0.0.0:443", None, Status::Ok),
            ("0.0.0.0:5432", None, Status::Critical),
            ("[::]:6379", None, Status::Critical),
            ("0.0.0.0:6543", Some("postgres"), Status::Critical),
            ("10.0.0.5:5432", None, Status::Warning),
            ("0.0.0.0:5173", Some("node"), Status::Warning),
            ("0.0.0.0:4444", None, Status::Warning),
        ] {
            assert_eq!(judge(&[listener(address, program)], &[22, 80, 443]).status(), status, "{address}");
        }
    }
}
