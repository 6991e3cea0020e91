//! Bringing a copy back as an ordinary backup of this machine.

use super::Work;
use super::make::failed;
use super::make::tell_problems;
use super::push::gives_up;
use super::remote::open;
use super::remote::remote_item;
use crate::backup;
use crate::backup::Artefact;
use crate::backup::Contents;
use crate::backup::DatabaseCopy;
use crate::backup::Order;
use crate::backup::Role;
use crate::commands::report::ReportArgs;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::fs;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

/// Room for the copy as files, and once more packed.
const COPIES: u64 = 2;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Each file is held against the digest it was pushed with. What comes of it is a
full backup like any other: verify, drill and restore take it.

Examples:
  sitekeep backup pull
  sitekeep backup pull 49429ddb --to /mnt/usb")]
pub(in crate::commands) struct PullArgs {
    /// The beginning of the copy's name in `backup list --remote`, or `latest`
    #[arg(value_name = "SNAPSHOT", default_value = "latest")]
    pub(super) snapshot: String,
    /// Folder to put it into [default: that of the backups]
    #[arg(long, value_name = "DIR")]
    pub(super) to: Option<PathBuf>,
    #[command(flatten)]
    pub(super) report: ReportArgs,
}

impl Work<'_> {
    /// Pulls a copy into the folder of the backups, or into another.
    ///
    /// # Errors
    /// For wrong settings, or when somebody asks to stop; any other trouble is a finding.
    pub(super) fn pull(&self, args: &PullArgs, state_folder: &Path) -> Result<Vec<ItemReport>> {
        let begin = Instant::now();
        let mut check = Check::default();
        let folder = match &args.to {
            Some(folder) => {
                std::path::absolute(folder).with_context(|| format!("find {}", folder.display()))?
            }
            None => self.folder.to_owned(),
        };
        if let Err(problem) = self.fetch(&args.snapshot, &folder, state_folder, &mut check) {
            if gives_up(&problem) {
                return Err(problem);
            }
            let mut finding = failed(&kinds::BACKUP_PULLED, &args.snapshot, &problem);
            finding.message = format!("not brought back: {}", finding.message);
            check.add(finding);
        }
        Ok(vec![remote_item("remote.pull", "Copy brought back", begin, check)])
    }

    /// Brings a copy back as a full backup in `folder`.
    ///
    /// # Errors
    /// When there is no such copy, it does not come back whole, or the backup cannot be made of it.
    pub(super) fn fetch(
        &self,
        name: &str,
        folder: &Path,
        state_folder: &Path,
        check: &mut Check,
    ) -> Result<Artefact> {
        let remote = open(self.config, state_folder, self.progress)?;
        let snapshot = remote.find(name)?;
        fs::create_private_folder(folder)?;
        backup::remote::clean(folder)?;
        let brought = remote.bring(&snapshot, folder, COPIES)?;
        let manifest = &brought.manifest;
        let database = brought.part(Role::Database).context("find a database in the copy")?;
        let (settings, env_file) = (brought.part(Role::Settings), brought.part(Role::EnvFile));
        let media = brought.part(Role::Media).unwrap_or_else(|| brought.folder().join("media"));
        let fingerprint = manifest.fingerprint.clone().context("find what the database of the copy held")?;
        let zone = self.config.time_zone();
        let original = manifest.sources.iter().find(|source| source.role == Role::Database);
        let contents = Contents::Full {
            database: DatabaseCopy {
                path: &database,
                extension: database.extension().and_then(|extension| extension.to_str()).unwrap_or("dump"),
                engine: manifest.engine.as_deref().unwrap_or("postgresql"),
                original: original.map_or("", |source| source.original.as_str()),
                // The copy has the very bytes of which this was taken.
                fingerprint: &fingerprint,
            },
            media: &media,
            settings: settings.as_deref(),
            env_file: env_file.as_deref(),
        };
        let order = Order {
            folder,
            site: &manifest.site,
            now: manifest.created_at,
            zone: &zone,
            secret_key: None,
            fresh_copy_days: 0,
            before_restore: false,
            origin: Some(manifest),
        };
        let created = backup::create(&order, contents, self.progress)?;
        let message = format!(
            "copy {} is {}: {} in {}, each as its manifest says",
            snapshot.short(),
            created.path.display(),
            ByteSize(manifest.totals.bytes),
            count(manifest.totals.files, "file")
        );
        check.add(
            Finding::ok(&kinds::BACKUP_PULLED, snapshot.short(), message)
                .with("path", created.path.display().to_string())
                .with("bytes", manifest.totals.bytes),
        );
        tell_problems(&manifest.problems, check);
        Artefact::at(&created.path, &zone)
    }
}
