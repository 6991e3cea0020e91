//! `serve`: the bundled catalogue server.

use super::Context;
use crate::output::Format;
use crate::server;
use crate::server::Options;
use crate::server::Stop;
use crate::status::Status;
use crate::system::memory;
use crate::system::time;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// Serve the catalogue as a web site
///
/// Reads the site's own database and media folder, and changes nothing, unless [serve] admin opens /admin/ to Django's
/// staff. Ends at SIGTERM or Ctrl-C, when the last request is answered. Pages need no script; their language is [serve]
/// language. Under systemd the service is ready (READY=1) when it listens, and a socket that systemd passes is used
/// before --listen.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep serve                            on the address of [serve] listen
  sitekeep serve --listen 127.0.0.1:0       on any free port
  sitekeep serve --frontend frontend/dist   with the site's own React frontend
  sitekeep serve --listen unix:/run/shop.sock   for nginx on this machine
  sitekeep serve --listen 0.0.0.0:8000      for the world: put nginx before it")]
pub(super) struct ServeArgs {
    /// Address and port, or `unix:/PATH` [default: [serve] listen of the configuration, 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Folder of a built single-page application, served in the place of the pages
    #[arg(long, value_name = "DIR")]
    frontend: Option<PathBuf>,
    /// End when the process that started this one ends
    #[arg(long, hide = true)]
    exit_with_parent: bool,
}

/// Serves until told to stop.
///
/// # Errors
/// For wrong settings, or when the address is taken.
pub(super) fn run(args: &ServeArgs, context: &Context) -> Result<Status> {
    memory::keep_little();
    let loaded = context.load_site()?;
    let mut config = loaded.config.clone();
    if let Some(folder) = &args.frontend {
        config.serve.frontend = Some(folder.clone());
    }
    if config.serve.variants_folder.is_none() {
        config.serve.variants_folder =
            context.state_folder(&config).ok().map(|folder| folder.join("variants"));
    }
    if config.serve.admin {
        config.state.directory = Some(context.state_folder(&config)?);
    }
    let fixed = context.environment.get("SITEKEEP_NOW").map(ToOwned::to_owned);
    let now = context.now;
    let options = Options {
        listen: args.listen.clone().unwrap_or_else(|| config.serve.listen.clone()),
        exit_with_parent: args.exit_with_parent,
        signals: true,
        stop: Stop::default(),
        errors: Box::new(std::io::stderr()),
        clock: Arc::new(move || time::now(fixed.as_deref()).unwrap_or(now)),
    };
    let printer = context.printer;
    let stopped = server::run(&config, options, |address| {
        let line = if printer.format == Format::Json {
            serde_json::json!({ "url": address.to_string() }).to_string() + "\n"
        } else {
            format!("Serving {} on {address}\n", config.site.name)
        };
        // The server serves, whether or not anybody reads where.
        if printer.out(&line).is_err() {
            printer.warning("the address could not be printed");
        }
    })?;
    if stopped.drained {
        printer.note("stopped; every request was answered");
        Ok(Status::Ok)
    } else {
        printer.warning("stopped; some requests were cut off (see [serve] drain_timeout)");
        Ok(Status::Warning)
    }
}
