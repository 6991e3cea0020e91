//! The host's processors, memory and swap (guide: Performance dégradée, `top`, `free -h`).

use crate::config::ResourcesConfig;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Kind;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::Percent;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use procfs::Current;
use sysinfo::System;

/// What the host reports, sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Host {
    processors: f64,
    load: f64,
    memory: u64,
    memory_available: u64,
    swap: u64,
    swap_used: u64,
}

/// Measures the host and judges it.
///
/// # Errors
/// When the host cannot be asked.
pub fn check(limits: &ResourcesConfig) -> Result<Check> {
    let mut system = System::new().context("ask the host for its memory")?;
    system.refresh_memory();
    // The load is the host's: so must be the processors, whatever share of them this process may use.
    let processors = procfs::CpuInfo::current().context("count the processors")?.num_cores();
    ensure!(
        processors > 0 && system.total_memory() > 0,
        "the host tells neither its processors nor its memory"
    );
    let host = Host {
        #[expect(clippy::cast_precision_loss, reason = "a count of processors")]
        processors: processors as f64,
        load: System::load_average().context("ask the host for its load")?.five,
        memory: system.total_memory(),
        memory_available: system.available_memory(),
        swap: system.total_swap(),
        swap_used: system.used_swap(),
    };
    Ok(judge(host, limits))
}

fn judge(host: Host, limits: &ResourcesConfig) -> Check {
    let mut check = Check::default();
    let mut add = |kind: &Kind,
                   subject: &str,
                   metric: &'static str,
                   value: f64,
                   unit,
                   range: Limits,
                   message: String,
                   remedy: &str| {
        let status = range.judge(value);
        let finding = Finding::new(kind, status, subject, message).with("value", value);
        check.add(if status == Status::Ok { finding } else { finding.remedy(remedy) });
        check.measure(Metric::new(metric, "", value, unit).limits(range));
    };
    let load = host.load / host.processors;
    add(
        &kinds::LOAD,
        "load",
        "load_per_processor",
        load,
        Unit::Count,
        Limits::Above { warning: Some(limits.load_warning), critical: Some(limits.load_critical) },
        format!("{:.2} over five minutes on {} processors", host.load, host.processors),
        "find what works so hard: top -o %CPU",
    );
    let available = Percent::of(host.memory_available, host.memory);
    add(
        &kinds::MEMORY,
        "memory",
        "memory_available_percent",
        available.0,
        Unit::Percent,
        Limits::Below { warning: Some(limits.memory_warning.0), critical: Some(limits.memory_critical.0) },
        format!("{} of {} available ({available})", ByteSize(host.memory_available), ByteSize(host.memory)),
        "find what takes it: top -o %MEM; fewer gunicorn workers take less",
    );
    let swapped = Percent::of(host.swap_used, host.swap);
    add(
        &kinds::SWAP,
        "swap",
        "swap_used_percent",
        swapped.0,
        Unit::Percent,
        Limits::Above { warning: Some(limits.swap_warning.0), critical: Some(limits.swap_critical.0) },
        if host.swap == 0 {
            "the host has none".to_owned()
        } else {
            format!("{} of {} in use ({swapped})", ByteSize(host.swap_used), ByteSize(host.swap))
        },
        "the host needs more memory, or fewer processes",
    );
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: Host =
        Host { processors: 2.0, load: 1.0, memory: 1000, memory_available: 500, swap: 100, swap_used: 10 };

    fn statuses(host: Host) -> Vec<Status> {
        judge(host, &ResourcesConfig::default()).findings.iter().map(|finding| finding.status).collect()
    }

    #[test]
    fn each_resource_is_judged_on_its_own() {
        assert_eq!(statuses(HOST), [Status::Ok; 3]);
        let busy = Host { load: 3.2, memory_available: 40, swap_used: 95, ..HOST };
        assert_eq!(statuses(busy), [Status::Warning, Status::Critical, Status::Critical]);
        assert_eq!(statuses(Host { swap: 0, swap_used: 0, ..HOST })[2], Status::Ok);
    }

    #[test]
    fn this_host_can_be_asked() {
        assert_eq!(check(&ResourcesConfig::default()).expect("an answer").findings.len(), 3);
    }
}
