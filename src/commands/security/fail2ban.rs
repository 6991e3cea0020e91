//! `security fail2ban`: the files that let fail2ban keep guessers out.

use crate::commands::Context;
use crate::error::Error;
use crate::error::Kind;
use crate::security::Fail2ban;
use crate::status::Status;
use crate::system::fs;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Print or write a filter and a jail for fail2ban
///
/// They ban for an hour whoever fails as many logins as `[logs] login_warning` says, by what the access logs tell.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep security fail2ban
  sitekeep security fail2ban --write /etc/fail2ban && fail2ban-client reload
  fail2ban-regex ACCESS_LOG /etc/fail2ban/filter.d/NAME-admin.conf")]
pub(in crate::commands) struct Fail2banArgs {
    /// Write filter.d/NAME-admin.conf and jail.d/NAME-admin.local below this folder
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
}

/// Prints or writes the files.
///
/// # Errors
/// When no access log is configured, or a file cannot be written.
pub(super) fn run(args: &Fail2banArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_formats("security fail2ban")?;
    let loaded = context.load_site()?;
    if loaded.config.logs.access.is_empty() {
        return Err(Error::new(Kind::Config, "no access log is configured: fail2ban would watch nothing")
            .hint("set [logs] access to the log of gunicorn or nginx")
            .into());
    }
    let files = Fail2ban::new(&loaded.config);
    let Some(folder) = &args.write else {
        let text = format!("{}\n{}", files.filter, files.jail);
        context.printer.deliver(&text, None)?;
        return Ok(Status::Ok);
    };
    let mut told = String::new();
    for (part, end, text) in [("filter.d", "conf", &files.filter), ("jail.d", "local", &files.jail)] {
        let below = folder.join(part);
        std::fs::create_dir_all(&below).with_context(|| format!("create folder {}", below.display()))?;
        let path = below.join(format!("{}.{end}", files.name));
        fs::write_atomic(&path, text.as_bytes(), 0o644)?;
        // Writing to a string cannot fail.
        let _ = writeln!(told, "wrote {}", path.display());
    }
    context.printer.deliver(&told, None)?;
    Ok(Status::Ok)
}
