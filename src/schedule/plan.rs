//! What the runs need to be told and allowed, read off the settings.

use super::Period;
use crate::config::Config;
use crate::config::DatabaseSource;
use crate::config::ScheduleConfig;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// All that the files of a schedule are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub site: String,
    pub program: PathBuf,
    /// The configuration file.
    pub settings: PathBuf,
    pub user: String,
    /// Name of the site's zone.
    pub zone: String,
    pub hours: ScheduleConfig,
    /// Folders that the runs write to.
    pub writable: Vec<PathBuf>,
    /// Folder of the backups, which the first run needs.
    pub backups: Option<PathBuf>,
    /// Folders of uploads that are cut off, which the weekly checklist clears.
    pub uploads: Vec<PathBuf>,
    /// Folder of the state; without it, systemd's `StateDirectory=`.
    pub state: Option<PathBuf>,
    /// Files of secrets, by the name of the credential.
    pub credentials: Vec<(&'static str, PathBuf)>,
    /// Folder that the catalogue server writes to besides: that of its access log.
    pub access_log: Option<PathBuf>,
    /// Address of the catalogue server.
    pub listen: String,
    /// Whether the daily run pushes a copy away from this machine, which keeps others out and may take long.
    pub pushes: bool,
    /// Whether the catalogue server is installed too.
    pub serve: bool,
}

impl Plan {
    pub fn new(config: &Config, program: &Path, settings: &Path, user: &str) -> Self {
        let mut writable = vec![config.site.root.clone(), config.site.media.clone()];
        // What is exchanged with the media folder is prepared beside it; a mount is its own place.
        writable.extend(
            config.site.media.parent().filter(|parent| parent.components().count() > 2).map(Into::into),
        );
        writable.extend(database_folder(config));
        writable.extend(config.backup.folder.clone());
        writable.extend(config.remote.folder().map(Into::into));
        writable.extend(config.state.directory.clone());
        writable.extend(config.logs.clean.iter().cloned());
        writable.extend(config.schedule.writable.iter().cloned());
        let (mail, webhook) = (&config.notifications.email, &config.notifications.webhook);
        let credentials = [
            ("database-password", &config.database.password_file),
            ("smtp-password", &mail.password_file),
            ("webhook-token", &webhook.token_file),
            ("restic-password", &config.remote.password_file),
            ("restic-credentials", &config.remote.credentials_file),
        ];
        let access_log = config.serve.access_log.as_ref().filter(|path| path.as_os_str() != "-");
        Self {
            site: config.site.name.clone(),
            program: program.to_owned(),
            settings: settings.to_owned(),
            user: user.to_owned(),
            zone: config.site.timezone.clone(),
            hours: config.schedule.clone(),
            writable: outermost(writable),
            backups: config.backup.folder.clone(),
            uploads: outermost(config.images.upload_folders.clone()),
            state: config.state.directory.clone(),
            credentials: credentials
                .into_iter()
                .filter_map(|(name, path)| Some((name, path.clone()?)))
                .collect(),
            access_log: access_log.and_then(|path| path.parent()).map(Into::into),
            listen: config.serve.listen.clone(),
            pushes: config.remote.is_configured(),
            serve: false,
        }
    }

    /// Whether the runs of a period change the site or its backups, and so keep one another out.
    pub(super) fn changes(&self, period: Period) -> bool {
        self.pushes || period.changes()
    }

    /// What the package installs, before there is any site: the defaults, for a user of its own.
    pub fn packaged() -> Self {
        let mut config = Config::default();
        config.site.root = "/srv/niasotac".into();
        config.site.media = "/srv/niasotac/backend/media".into();
        config.database.path = "/srv/niasotac/backend/db.sqlite3".into();
        config.backup.folder = Some("/var/backups/niasotac".into());
        config.logs.clean = vec!["/var/log/niasotac".into()];
        config.images.upload_folders = vec!["/tmp".into()];
        let (program, settings) = (Path::new("/usr/bin/sitekeep"), Path::new("/etc/sitekeep/sitekeep.toml"));
        Self { serve: true, ..Self::new(&config, program, settings, "sitekeep") }
    }

    /// Folder below /var/lib that systemd makes for the state and gives to the user, unless the settings name another.
    pub fn state_directory(&self) -> Option<PathBuf> {
        match &self.state {
            None => Some(Path::new("sitekeep").join(&self.site)),
            Some(folder) => {
                let below = folder.strip_prefix("/var/lib").ok()?;
                let is_plain = below.components().all(|part| matches!(part, Component::Normal(_)));
                (is_plain && !below.as_os_str().is_empty()).then(|| below.to_owned())
            }
        }
    }
}

fn database_folder(config: &Config) -> Option<PathBuf> {
    match config.database.source() {
        DatabaseSource::Sqlite(path) => path.parent().map(Into::into),
        DatabaseSource::Postgres(_) => None,
    }
}

/// The folders without those that lie in another of them.
fn outermost(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    folders.sort();
    let mut kept: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !kept.iter().any(|outer| folder.starts_with(outer)) {
            kept.push(folder);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runs_may_write_where_the_settings_say_and_nowhere_else() {
        let plan = Plan::packaged();
        let told: Vec<_> = plan.writable.iter().map(|path| path.display().to_string()).collect();
        assert_eq!(told, ["/srv/niasotac", "/var/backups/niasotac", "/var/log/niasotac"]);
        let mut config = Config::default();
        config.site.root = "/srv/shop".into();
        config.site.media = "/media".into();
        config.database.url = Some("postgresql://shop@db/shop".into());
        let plan = Plan::new(&config, Path::new("/p"), Path::new("/s"), "shop");
        assert!(plan.writable.contains(&"/media".into()), "{:?}", plan.writable);
        assert!(!plan.writable.contains(&"/".into()), "{:?}", plan.writable);
        assert_eq!(
            outermost(vec!["/a/b".into(), "/a".into(), "/ab".into()]),
            [Path::new("/a"), Path::new("/ab")]
        );
    }
}
