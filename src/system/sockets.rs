//! Sockets that listen, and the programs behind them as far as this user may see.

use anyhow::Context;
use anyhow::Result;
use procfs::net::TcpState;
use procfs::process::FDTarget;
use std::collections::HashMap;
use std::net::SocketAddr;

/// A TCP socket that accepts connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub address: SocketAddr,
    /// Name of the program; nothing where another user's processes are hidden.
    pub program: Option<String>,
}

/// All listening TCP sockets of this network namespace, by port.
///
/// # Errors
/// When the kernel's tables cannot be read.
pub fn listening() -> Result<Vec<Listener>> {
    let mut entries = procfs::net::tcp().context("read /proc/net/tcp")?;
    match procfs::net::tcp6() {
        Ok(more) => entries.extend(more),
        // A kernel without IPv6 has no such table.
        Err(procfs::ProcError::NotFound(_)) => {}
        Err(error) => return Err(error).context("read /proc/net/tcp6"),
    }
    entries.retain(|entry| entry.state == TcpState::Listen);
    let programs = programs();
    let mut listeners: Vec<Listener> = entries
        .into_iter()
        .map(|entry| Listener { address: entry.local_address, program: programs.get(&entry.inode).cloned() })
        .collect();
    listeners.sort_by_key(|listener| (listener.address.port(), listener.address.ip()));
    listeners.dedup();
    Ok(listeners)
}

/// Programs by the sockets that they hold.
fn programs() -> HashMap<u64, String> {
    let mut found = HashMap::new();
    let Ok(processes) = procfs::process::all_processes() else { return found };
    for process in processes.filter_map(std::result::Result::ok) {
        // Of other users' processes nothing is seen without the right to look.
        let (Ok(handles), Ok(stat)) = (process.fd(), process.stat()) else { continue };
        for handle in handles.flatten() {
            if let FDTarget::Socket(inode) = handle.target {
                found.entry(inode).or_insert_with(|| stat.comm.clone());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_of_this_process_is_seen_with_its_program() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
        let address = socket.local_addr().expect("an address");
        let found = listening().expect("sockets");
        let own = found.iter().find(|listener| listener.address == address).expect("the socket");
        assert!(own.program.is_some());
    }
}
