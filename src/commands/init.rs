//! `init`: finds out what the site is made of and writes `sitekeep.toml`.

use super::Context;
use crate::config::detect;
use crate::config::load;
use crate::config::sample;
use crate::error::Error;
use crate::error::Kind;
use crate::output::Format;
use crate::status::Status;
use crate::system::fs;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// Find out what a site is made of, and write sitekeep.toml for it
///
/// Looks at manage.py, settings.py (read as text, never executed), .env, db.sqlite3, media, logs, gunicorn's settings
/// and systemd's units. Nothing of the site is changed, and no secret is copied.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep init                                        in the project's folder
  sitekeep init /srv/shop --output /etc/sitekeep/sitekeep.toml
  sitekeep init --dry-run                              show it, write nothing")]
pub(super) struct InitArgs {
    /// Folder of the project, or of its backend
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// File to write [default: PATH/sitekeep.toml]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
    /// Print what would be written, and write nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
}

/// Detects, writes and checks what was written.
///
/// # Errors
/// When the folder is not there, or a configuration is there already.
pub(super) fn run(args: &InitArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_formats("init")?;
    let root = context.environment.directory.join(&args.path);
    let root = root.canonicalize().map_err(|error| {
        Error::new(Kind::Usage, format!("open folder {}: {error}", root.display()))
            .hint("name the folder of the project")
    })?;
    if !root.is_dir() {
        return Err(Error::new(Kind::Usage, format!("{} is not a folder", root.display()))
            .hint("name the folder of the project, the one with manage.py or backend/")
            .into());
    }
    let target = args
        .output
        .as_ref()
        .map_or_else(|| root.join("sitekeep.toml"), |path| context.environment.directory.join(path));
    let mut found = detect::detect(&root, Path::new("/etc/systemd/system"));
    if target.starts_with("/etc") {
        found.share();
    }
    let beside = target.parent() == Some(root.as_path());
    let text = sample::render(&found, beside.then_some(root.as_path()));
    if !found.is_site && !args.force && !args.dry_run {
        return Err(Error::new(Kind::Usage, format!("no site is in {}", root.display()))
            .hint("name the project's folder, the one with manage.py or backend/; --force writes the commented defaults")
            .into());
    }
    if args.dry_run {
        context.printer.out(&text)?;
        return Ok(Status::Ok);
    }
    if target.exists() && !args.force {
        return Err(Error::new(Kind::Usage, format!("{} is there already", target.display()))
            .hint("look at what would be written with --dry-run, or replace it with --force")
            .into());
    }
    // What is written must be readable before it takes the name.
    let draft = tempfile::Builder::new().prefix("sitekeep-").suffix(".toml").tempdir()?;
    let draft = draft.path().join("sitekeep.toml");
    fs::write_atomic(&draft, text.as_bytes(), 0o600)?;
    load(Some(&draft), &context.environment).context("check the detected configuration")?;
    let kept = keep(&target)?;
    fs::write_atomic(&target, text.as_bytes(), 0o644)?;
    let mut told = format!("Wrote {}\n", target.display());
    for fact in &found.facts {
        // Writing to a string cannot fail.
        let _ = writeln!(told, "  {:<22} {}  ({})", fact.key, fact.value, fact.reason);
    }
    if let Some(kept) = kept {
        context.printer.note(&format!("the former configuration is kept as {}", kept.display()));
    }
    for note in &found.notes {
        context.printer.note(note);
    }
    if context.printer.format == Format::Json {
        let facts: Vec<_> = found
            .facts
            .iter()
            .map(|fact| serde_json::json!({ "key": fact.key, "value": fact.value.to_string(), "reason": fact.reason }))
            .collect();
        told = serde_json::json!({ "file": target, "facts": facts, "notes": found.notes }).to_string() + "\n";
    } else {
        told.push_str("Next: sitekeep config show --origin, then sitekeep daily\n");
    }
    context.printer.out(&told)?;
    Ok(Status::Ok)
}

/// Keeps a configuration that is about to be replaced, under the first name that is free.
fn keep(target: &Path) -> Result<Option<PathBuf>> {
    let former = match std::fs::read(target) {
        Ok(former) => former,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("read {}", target.display())),
    };
    let names = std::iter::once(target.with_extension("toml.bak"))
        .chain((2..1000).map(|number| target.with_extension(format!("toml.bak{number}"))));
    let kept = names
        .into_iter()
        .find(|path| !path.exists())
        .context("find a free name for the former configuration")?;
    fs::write_atomic(&kept, &former, 0o600)?;
    Ok(Some(kept))
}
