//! Settings: one struct per section of `sitekeep.toml`, each with the guide's values as defaults.
//!
//! Loading is default < file < environment < flag, and every key remembers where its value comes from.

mod backup;
mod check;
mod checklist;
mod database;
mod dependencies;
pub mod detect;
mod disk;
pub mod django_settings;
mod docs;
pub mod env_file;
mod health;
mod images;
mod load;
mod logs;
mod notifications;
mod origin;
mod password;
mod performance;
pub mod python;
mod quarantine;
mod remote;
mod repository;
mod restore;
pub mod sample;
mod schedule;
mod secret;
mod security;
mod serve;
mod site;
mod state;
mod status;

pub use backup::BackupConfig;
pub use backup::RetentionConfig;
pub use checklist::ChecklistConfig;
pub use checklist::ItemConfig;
pub use database::DatabaseConfig;
pub use database::DatabaseSource;
pub use dependencies::DependenciesConfig;
pub use disk::DiskConfig;
pub use docs::DocsConfig;
pub use health::HealthConfig;
pub use health::PageStyle;
pub use health::PagesConfig;
pub use health::PortRule;
pub use health::ProcessRule;
pub use health::ResourcesConfig;
pub use health::TlsConfig;
pub use images::ImagesConfig;
pub use load::Environment;
pub use load::Loaded;
pub use load::load;
pub use logs::LogsConfig;
pub use logs::RequestTime;
pub use logs::SystemLog;
pub use notifications::EmailConfig;
pub use notifications::Encryption;
pub use notifications::NotificationsConfig;
pub use notifications::NotifyOn;
pub use origin::Origin;
pub use performance::PerformanceConfig;
pub use quarantine::QuarantineConfig;
pub use remote::RemoteConfig;
pub use repository::SshHost;
pub use restore::RestoreConfig;
pub use schedule::Day;
pub use schedule::Hour;
pub use schedule::ScheduleConfig;
pub use schedule::weekday_name;
pub use secret::Secret;
pub use security::SecurityConfig;
pub use serve::ServeConfig;
pub use serve::is_currency_code;
pub use site::SiteConfig;
pub use state::StateConfig;
pub use status::StatusConfig;

use serde::Deserialize;
use serde::Serialize;
use std::path::Path;

/// All settings; paths are absolute once loaded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub site: SiteConfig,
    pub database: DatabaseConfig,
    pub health: HealthConfig,
    pub disk: DiskConfig,
    pub logs: LogsConfig,
    pub security: SecurityConfig,
    pub backup: BackupConfig,
    pub remote: RemoteConfig,
    pub restore: RestoreConfig,
    pub images: ImagesConfig,
    pub docs: DocsConfig,
    pub dependencies: DependenciesConfig,
    pub quarantine: QuarantineConfig,
    pub checklist: ChecklistConfig,
    pub status: StatusConfig,
    pub notifications: NotificationsConfig,
    pub performance: PerformanceConfig,
    pub schedule: ScheduleConfig,
    pub serve: ServeConfig,
    pub state: StateConfig,
}

impl Config {
    /// Makes every path absolute: `~/` is the home folder, other relative paths start at `base`, which is
    /// the folder of the configuration file; `temporary` is the machine's folder for temporary files.
    fn resolve(&mut self, base: &Path, home: Option<&Path>, temporary: &Path) {
        let absolute = |path: &mut std::path::PathBuf| {
            if let (Ok(rest), Some(home)) = (path.strip_prefix("~"), home) {
                *path = home.join(rest);
            } else if path.is_relative() {
                *path = normal(&base.join(&*path));
            }
        };
        absolute(&mut self.site.root);
        absolute(&mut self.site.media);
        for path in [&mut self.site.settings, &mut self.site.env_file].into_iter().flatten() {
            absolute(path);
        }
        absolute(&mut self.database.path);
        let database = &mut self.database;
        for path in
            [&mut database.password_file, &mut database.ca_file, &mut database.programs].into_iter().flatten()
        {
            absolute(path);
        }
        // A bare name is looked for on PATH.
        let programs = self.checklist.items.iter_mut().filter_map(|item| item.command.first_mut());
        for program in programs.filter(|program| program.contains('/')) {
            let mut path = std::path::PathBuf::from(&program);
            absolute(&mut path);
            *program = path.display().to_string();
        }
        if let Some(path) = &mut self.health.tls.ca_file {
            absolute(path);
        }
        let notifications = &mut self.notifications;
        for path in [
            &mut notifications.ca_file,
            &mut notifications.email.password_file,
            &mut notifications.webhook.token_file,
        ]
        .into_iter()
        .flatten()
        {
            absolute(path);
        }
        self.disk.paths.iter_mut().for_each(absolute);
        self.dependencies.paths_mut().for_each(absolute);
        self.schedule.writable.iter_mut().for_each(absolute);
        for path in self.logs.paths_mut() {
            absolute(path);
        }
        if let Some(path) = &mut self.security.python {
            absolute(path);
        }
        if self.images.upload_folders.is_empty() {
            self.images.upload_folders.push(temporary.to_owned());
        }
        self.images.upload_folders.iter_mut().for_each(absolute);
        if self.logs.clean.is_empty() {
            self.logs.clean.push(Path::new("/var/log").join(&self.site.name));
        }
        let folder = &mut self.backup.folder;
        if folder.is_none() {
            *folder = home.map(|home| home.join("backups").join(&self.site.name));
        }
        if let Some(path) = folder {
            absolute(path);
        }
        self.remote.resolve(&absolute);
        self.docs.paths_mut().for_each(absolute);
        if let Some(path) = &mut self.serve.variants_folder {
            absolute(path);
        }
        if let Some(path) = &mut self.serve.frontend {
            absolute(path);
        }
        if let Some(path) = self.serve.access_log.as_mut().filter(|path| path.as_os_str() != "-") {
            absolute(path);
        }
        if let Some(path) = &mut self.state.directory {
            absolute(path);
        }
    }
}

impl Config {
    /// The site's time zone; its name was checked when the settings were loaded.
    pub fn time_zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.site.timezone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

/// Drops `.` components, so that `./media` below `/site` reads `/site/media`.
fn normal(path: &Path) -> std::path::PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}
