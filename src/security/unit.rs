//! How far systemd confines the site's service: `systemd-analyze security`.

use crate::config::Config;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds::SECURITY_UNIT;
use crate::system::job::Job;
use crate::system::process;
use anyhow::Context;
use anyhow::Result;
use std::io::Read;
use std::io::Seek;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);
/// Exposure from which systemd itself says UNSAFE, and how the finding is graded.
const UNSAFE: Limits = Limits::Above { warning: Some(9.0), critical: None };
const HARDEN: &str = "systemctl edit UNIT: NoNewPrivileges=yes, ProtectSystem=strict, ProtectHome=yes, PrivateTmp=yes, PrivateDevices=yes, and ReadWritePaths= for media, logs and the database";

/// Asks systemd for the exposure of the site's unit.
///
/// # Errors
/// When its answer cannot be kept.
pub fn check(config: &Config) -> Result<Check> {
    let unit = format!("{}.service", config.site.unit().trim_end_matches(".service"));
    if !Path::new("/run/systemd/system").exists() {
        return Ok(Finding::unknown(&SECURITY_UNIT, unit, "systemd does not run this machine")
            .remedy(
                "leave this part out with --skip security.unit, where something else confines the service",
            )
            .into());
    }
    let mut command = process::command("systemd-analyze");
    command.args(["security", "--no-pager", &unit]);
    let mut said = tempfile::tempfile().context("keep what systemd-analyze says")?;
    let (_, words) = Job::start(command.stdout(said.try_clone()?))?.end(PATIENCE)?;
    said.rewind()?;
    let mut text = String::new();
    said.take(1024 * 1024).read_to_string(&mut text).context("read what systemd-analyze says")?;
    Ok(judge(&unit, &text, &words))
}

fn judge(unit: &str, text: &str, words: &str) -> Check {
    let Some(exposure) = exposure(text) else {
        let why = words
            .lines()
            .next()
            .filter(|line| !line.is_empty())
            .unwrap_or("systemd-analyze tells no exposure");
        return Finding::unknown(&SECURITY_UNIT, unit, why)
            .remedy("set [site] unit to the service of the backend")
            .into();
    };
    let message = format!("exposure {exposure:.1} of 10, as systemd reckons it");
    let finding =
        Finding::new(&SECURITY_UNIT, UNSAFE.judge(exposure), unit, message).with("exposure", exposure);
    let hardened = finding.status == crate::status::Status::Ok;
    let mut check =
        Check::from(if hardened { finding } else { finding.remedy(HARDEN.replace("UNIT", unit)) });
    check.measure(Metric::new("unit_exposure", unit, exposure, Unit::Count).limits(UNSAFE));
    check
}

/// The figure of the last line: `→ Overall exposure level for shop.service: 9.6 UNSAFE 😨`.
fn exposure(text: &str) -> Option<f64> {
    let line = text.lines().rev().find(|line| line.contains("Overall exposure level"))?;
    line.rsplit_once(": ")?.1.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    #[test]
    fn the_exposure_is_read_from_the_last_line() {
        let told =
            |figure: &str| format!("✗ UMask=\n\n→ Overall exposure level for shop.service: {figure} 😨\n");
        assert_eq!(judge("shop.service", &told("9.6 UNSAFE"), "").status(), Status::Warning);
        assert_eq!(judge("shop.service", &told("2.1 OK"), "").status(), Status::Ok);
        assert_eq!(judge("shop.service", "", "Unit shop.service not found.").status(), Status::Unknown);
    }
}
