//! `users password`: another password; and where passwords come from, which is never the command line.

use super::write::change;
use super::write::known;
use super::write::look;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::db::User;
use crate::db::rows::Cell;
use crate::error::Error;
use crate::error::Kind;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::secret;
use crate::users;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

/// No password is longer, by far.
const LONGEST: u64 = 65_536;

/// Where the password comes from: the terminal, unless one of these is given.
#[derive(Debug, Clone, Args)]
pub(super) struct Source {
    /// Read the password from standard input, up to the end of its first line
    #[arg(long, conflicts_with = "password_file")]
    password_stdin: bool,
    /// Read it from the first line of a file that nobody else can read
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Source {
    /// Reads the password and holds it against Django's rules.
    ///
    /// # Errors
    /// A usage error that tells every reason why it is not taken, or that none was given.
    pub(super) fn read(&self, name: &str, about: &[String]) -> Result<String> {
        let password = match &self.password_file {
            Some(path) => {
                let file = File::open(path).map_err(|problem| {
                    Error::new(Kind::Usage, format!("open the password file {}: {problem}", path.display()))
                        .hint("name a file that this user can read, its first line the password")
                })?;
                require_private(&file, path)?;
                first_line(file).with_context(|| format!("read the password file {}", path.display()))?
            }
            None if self.password_stdin => {
                first_line(std::io::stdin().lock()).context("read the password")?
            }
            None => typed(name)?,
        };
        let weaknesses = users::weaknesses(&password, about);
        if weaknesses.is_empty() {
            return Ok(password);
        }
        Err(Error::new(Kind::Usage, format!("the password is not taken: {}", weaknesses.join("; ")))
            .hint("three or four words that nobody else would put together make a good one")
            .into())
    }
}

/// Refuses a file that others can read; a pipe has no such mode.
fn require_private(file: &File, path: &Path) -> Result<()> {
    let metadata = file.metadata().with_context(|| format!("look at {}", path.display()))?;
    let is_open = metadata.mode() & 0o077 != 0;
    if !metadata.is_file() || !is_open {
        return Ok(());
    }
    let message = format!("others may read the password file {}", path.display());
    Err(Error::new(Kind::Usage, message).hint(format!("chmod 600 '{}'", path.display())).into())
}

/// Asks twice on the terminal.
fn typed(name: &str) -> Result<String> {
    let ask = |prompt: &str| {
        secret::ask(prompt).map_err(|problem| {
            if crate::error::exit_code(&problem) != Kind::Usage.exit_code() {
                return problem;
            }
            Error::new(Kind::Usage, crate::error::one_line(&problem))
                .hint("give the password with --password-stdin or --password-file FILE")
                .into()
        })
    };
    let password = ask(&format!("Password of {name}:"))?;
    if ask("The same again:")? != password {
        return Err(Error::new(Kind::Usage, "the two are not the same: nothing was changed").into());
    }
    Ok(password)
}

fn first_line(from: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    from.take(LONGEST).read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).context("it is not UTF-8")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// What a password must not be like.
fn about(user: &User) -> Vec<String> {
    let text = |column: &str| user.row.get(column).map(Cell::text).unwrap_or_default();
    vec![user.name.clone(), user.email.clone(), text("first_name"), text("last_name")]
}

/// Give a user another password
///
/// The user's open sessions end with the next click, Django's and sitekeep's. Django's own rules hold: at least 8
/// characters, not digits alone, not a usual one, not like the name.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep users password amina
  pwgen 20 1 | tee /dev/tty | sitekeep users password amina --password-stdin")]
pub(in crate::commands) struct PasswordArgs {
    /// Name that the user logs in with
    #[arg(value_name = "NAME")]
    user: String,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    report: ReportArgs,
}

/// Writes and reports.
///
/// # Errors
/// When the user is not known, or the password is not taken.
pub(super) fn run(args: &PasswordArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let user = look(context, |database, all| known(database, all, &args.user))?;
    let password = args.source.read(&user.name, &about(&user))?;
    change("users password", &args.report, context, &mut |database, all| {
        let user = known(database, all, &args.user)?;
        users::set_password(database, all, &user, &password)?;
        Ok(Finding::ok(&kinds::USER, &user.name, "has another password; open sessions have ended"))
    })
}
