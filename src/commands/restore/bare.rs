//! A machine that has nothing of the site: a copy brought there with the address, the password and the keys alone.

use crate::backup::remote::Remote;
use crate::backup::remote::clean;
use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::commands::site::item;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind;
use crate::output::Bar;
use crate::recovery;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use crate::units::Age;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Where copies away from this machine are; without the site's settings, all that is known of them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Copies away from this machine")]
pub(super) struct RemoteArgs {
    /// Bring a copy back first; BACKUP is the beginning of its name
    #[arg(long, conflicts_with = "repository")]
    pub(super) remote: bool,
    /// On a machine without the site: the repository, as restic has it
    #[arg(long, value_name = "URL", requires_all = ["password_file", "to"], conflicts_with_all = ["only", "dry_run", "confirm", "keep_failed"])]
    pub(super) repository: Option<String>,
    /// File whose first line opens it
    #[arg(long, value_name = "FILE", requires = "repository")]
    password_file: Option<PathBuf>,
    /// Lines NAME=VALUE for the store, such as `AWS_ACCESS_KEY_ID=…`
    #[arg(long, value_name = "FILE", requires = "repository")]
    credentials_file: Option<PathBuf>,
    /// Which site, where the repository holds copies of several
    #[arg(long, value_name = "NAME", requires = "repository")]
    site: Option<String>,
    /// New folder for the site
    #[arg(long, value_name = "DIR", requires = "repository")]
    to: Option<PathBuf>,
}

/// Brings a copy back into a new folder.
///
/// # Errors
/// When the folder is not empty, or the copy does not come back whole; the folder is then as it was.
pub(super) fn run(
    name: &str,
    repository: &str,
    args: &RemoteArgs,
    report: &ReportArgs,
    context: &Context,
) -> Result<Status> {
    let begin = Instant::now();
    let to = args.to.as_deref().context("find the folder that --to names")?;
    let target = std::path::absolute(to).with_context(|| format!("find {}", to.display()))?;
    recovery::require_empty(&target)?;
    let mut config = Config::default();
    config.remote.repository = Some(repository.to_owned());
    config
        .remote
        .check_repository()
        .map_err(|wrong| Error::new(Kind::Usage, format!("--repository: {wrong}")))?;
    config.remote.password_file.clone_from(&args.password_file);
    config.remote.credentials_file.clone_from(&args.credentials_file);
    let bar = Bar::that_hears(context.printer.quiet, Interrupt::listen()?);
    std::fs::create_dir_all(&target).with_context(|| format!("create folder {}", target.display()))?;
    clean(&target)?;
    // Until the copy is whole, all that is there is in folders that the next run removes.
    let working = target.join(".sitekeep-remote-cache");
    let remote = Remote::new(&config.remote, args.site.as_deref(), &working, &bar)?;
    let snapshot = remote.find(name)?;
    let brought = remote.bring(&snapshot, &target, 1)?;
    config.site.name.clone_from(&brought.manifest.site);
    let fetched = Instant::now();
    let parts = recovery::lay_out(&brought, &target)?;
    let totals = brought.manifest.totals;
    drop(brought);
    clean(&target)?;
    let age = Age(context.now.duration_since(snapshot.time));
    let told = format!(
        "{age} old, {} in {}, each as its manifest says",
        ByteSize(totals.bytes),
        count(totals.files, "file")
    );
    let source = Finding::ok(&kinds::RESTORE_SOURCE, snapshot.short(), told);
    let next = "put the application's code beside it, give the files to the site's user, then: sitekeep init, sitekeep health";
    let next = Finding::ok(&kinds::RESTORE_SITE, &config.site.name, next);
    let laid_out = Instant::now();
    let mut record = Record::open(&config, context);
    record.begin = begin;
    let items = vec![
        item("restore.remote", "Copy", begin, source.into()),
        item("restore.parts", "Parts", fetched, parts),
        item("restore.site", "What comes next", laid_out, next.into()),
    ];
    record.tell("restore", Vec::new(), items, &config, report, context)
}
