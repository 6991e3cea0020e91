//! The daily items (guide: Checklist de Maintenance, Quotidienne).

#![expect(clippy::unnecessary_wraps, reason = "all items have one shape")]

use super::Item;
use super::Period;
use super::Round;
use crate::backup;
use crate::backup::remote::Copied;
use crate::backup::remote::Remote;
use crate::backup::remote::judge;
use crate::config::DatabaseSource;
use crate::db;
use crate::disk;
use crate::health;
use crate::logs;
use crate::quarantine;
use crate::schedule;
use crate::schedule::Plan;
use crate::schedule::Wanted;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::process;
use crate::troubleshoot;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use std::path::Path;
use std::time::Duration;

const SITE: &str = "Vérifier fonctionnement site";
const LOGS: &str = "Consulter logs erreurs";
const DISK: &str = "Vérifier espace disque";
const BACKUP: &str = "Sauvegarde et Restauration";
const SCHEDULE: &str = "Automatiser avec cron";

/// The item that judges the backups.
pub(super) const BACKUPS: &str = "backup.status";

/// How long a port may take to accept a connection.
const PORT_TIMEOUT: Duration = Duration::from_secs(3);

/// How far back growth is read from.
const GROWTH_DAYS: i64 = 30;

pub(super) const ITEMS: &[Item] = &[
    Item::new(Period::Daily, "health.processes", "Processes", SITE, processes),
    Item::new(Period::Daily, "health.ports", "Ports", SITE, ports),
    Item::new(Period::Daily, "health.database", "Database", SITE, database),
    Item::new(Period::Daily, "health.pages", "Pages, search, WhatsApp", SITE, pages),
    Item::new(Period::Daily, "health.pictures", "Pictures on disk", SITE, pictures),
    Item::new(Period::Daily, "health.tls", "Certificate", SITE, tls),
    Item::new(Period::Daily, "health.resources", "Load, memory, swap", SITE, resources),
    Item::new(Period::Daily, "health.debug", "DEBUG", SITE, debug),
    Item::new(Period::Daily, "logs.errors", "Errors of the Django log", LOGS, log_errors),
    Item::new(Period::Daily, "logs.access", "Answers and admin logins", LOGS, log_access),
    Item::new(Period::Daily, "logs.system", "System log", LOGS, log_system),
    Item::new(Period::Daily, "disk.space", "Space and inodes", DISK, space),
    Item::new(Period::Daily, "disk.media", "Media folder", DISK, media),
    Item::new(Period::Daily, "disk.database", "Size of the database", DISK, database_size),
    Item::new(Period::Daily, BACKUPS, "Backups", BACKUP, backups),
    Item::new(Period::Daily, "schedule.check", "Schedule", SCHEDULE, scheduled),
    Item {
        changes: true,
        ..Item::new(Period::Daily, "remote.push", "Copy pushed away", BACKUP, |round| round.keeper()?.push())
    },
    Item::new(Period::Daily, "remote.status", "Copies away from this machine", BACKUP, remote_copies),
];

fn processes(round: &mut Round<'_>) -> Result<Check> {
    let running = process::running()?;
    Ok(health::check_processes(&round.config.health.processes, &running, &round.config.site.unit()))
}

fn ports(round: &mut Round<'_>) -> Result<Check> {
    Ok(health::check_ports(&round.config.health.ports, PORT_TIMEOUT, &round.config.site.unit()))
}

fn database(round: &mut Round<'_>) -> Result<Check> {
    match round.site() {
        Ok(site) => health::check_database(site.database.as_mut(), &site.showcase),
        Err(error) => Ok(health::database_unavailable(error)),
    }
}

fn pages(round: &mut Round<'_>) -> Result<Check> {
    let (config, day) = (round.config, round.day());
    let facts = round.site().ok().map(|site| &site.facts);
    health::check_pages(config, facts, day)
}

fn pictures(round: &mut Round<'_>) -> Result<Check> {
    let config = round.config;
    Ok(match round.site() {
        Ok(site) => health::check_pictures(&config.site, &site.facts.images),
        Err(_) => Finding::unknown(
            &kinds::PICTURE_FILE,
            config.site.media.display().to_string(),
            "without the database it is not known which pictures must be there",
        )
        .into(),
    })
}

fn tls(round: &mut Round<'_>) -> Result<Check> {
    health::check_tls(round.config, round.now)
}

fn resources(round: &mut Round<'_>) -> Result<Check> {
    health::check_resources(&round.config.health.resources)
}

fn debug(round: &mut Round<'_>) -> Result<Check> {
    let mut check = health::check_debug(round.config)?;
    if let Some(state) = round.state.as_deref() {
        check.absorb(troubleshoot::check_window(state.folder(), round.now));
    }
    Ok(check)
}

fn log_errors(round: &mut Round<'_>) -> Result<Check> {
    let (settings, zone, now, progress) =
        (&round.config.logs, round.config.time_zone(), round.now, round.progress);
    Ok(logs::triage_django(settings, &zone, &mut round.memory(), now, progress)?.check(settings))
}

fn log_access(round: &mut Round<'_>) -> Result<Check> {
    let (settings, zone, now, progress) =
        (&round.config.logs, round.config.time_zone(), round.now, round.progress);
    Ok(logs::triage_access(settings, &zone, &mut round.memory(), now, progress)?.check(settings))
}

fn log_system(round: &mut Round<'_>) -> Result<Check> {
    let (settings, name, now, progress) =
        (&round.config.logs, &round.config.site.name, round.now, round.progress);
    Ok(logs::triage_system(settings, name, &round.config.time_zone(), &mut round.memory(), now, progress)?
        .check())
}

fn space(round: &mut Round<'_>) -> Result<Check> {
    let config = round.config;
    let mut folders = vec![existing(&config.site.root), existing(&config.site.media)];
    if let DatabaseSource::Sqlite(path) = config.database.source() {
        folders.push(existing(path.parent().unwrap_or(path)));
    }
    if let Some(state) = &round.state {
        folders.push(state.folder().to_owned());
    }
    let folders: Vec<&Path> = folders.iter().map(std::path::PathBuf::as_path).collect();
    let since = round.now - SignedDuration::from_hours(24 * GROWTH_DAYS);
    let state = round.state.as_deref();
    disk::check_space(&config.disk, &folders, round.now, &mut |mount_point| match state {
        Some(state) => state.history(disk::USED_METRIC, mount_point, since),
        None => Ok(Vec::new()),
    })
}

/// The path, or the nearest folder above it that is there: a missing folder will lie on the same file system.
fn existing(path: &Path) -> std::path::PathBuf {
    path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).to_owned()
}

fn media(round: &mut Round<'_>) -> Result<Check> {
    disk::check_media(&round.config.disk, &round.config.site.media)
}

fn database_size(round: &mut Round<'_>) -> Result<Check> {
    let config = round.config;
    let subject = config.database.label();
    let size = match config.database.source() {
        DatabaseSource::Sqlite(path) => db::sqlite_size(path)?,
        DatabaseSource::Postgres(_) => match round.site() {
            Ok(site) => site.database.size()?,
            Err(_) => {
                return Ok(Finding::unknown(&kinds::DISK_DATABASE, subject, "the server cannot be asked")
                    .remedy("see the finding on the database")
                    .into());
            }
        },
    };
    Ok(disk::check_database(&config.disk, &subject, size))
}

fn backups(round: &mut Round<'_>) -> Result<Check> {
    let config = round.config;
    let folder = config
        .backup
        .folder
        .as_deref()
        .context("find the folder of the backups: there is no home folder; set [backup] folder")?;
    let state = round.state.as_deref();
    let mut check =
        backup::survey(folder, &config.site.name, &config.time_zone(), state, &config.status, round.now)
            .into_check();
    if let Some(state) = state {
        check.absorb(quarantine::check(state.folder(), &config.database));
    }
    Ok(check)
}

fn remote_copies(round: &mut Round<'_>) -> Result<Check> {
    let (config, site) = (&round.config.remote, round.config.site.name.as_str());
    let folder = round.state.as_deref().context("find the folder of the state")?.folder();
    let snapshots = Remote::new(config, Some(site), folder, round.progress)?.snapshots()?;
    let copies: Vec<Copied> = snapshots.iter().map(Copied::from).collect();
    Ok(judge(&copies, config, site, round.now))
}

fn scheduled(round: &mut Round<'_>) -> Result<Check> {
    let (config, root) = (round.config, Path::new("/"));
    let installed = schedule::installed(root)?;
    if installed.is_empty() {
        return Ok(schedule::unscheduled(false));
    }
    // Whoever runs this may have another home and another program: only the hours can be compared.
    let plan = Plan::new(config, Path::new("sitekeep"), Path::new(""), "");
    let wanted = Wanted { plan: &plan, is_exact: false };
    schedule::check(&installed, wanted, config, round.state.as_deref(), root, round.now)
}
