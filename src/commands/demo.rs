//! `demo`: a complete showcase, served and judged, to see what sitekeep does.

use super::Context;
use super::backup;
use super::report;
use super::report::ReportArgs;
use crate::checklist;
use crate::checklist::Period;
use crate::demo;
use crate::demo::Demo;
use crate::output::Bar;
use crate::output::Format;
use crate::output::ItemReport;
use crate::status::Status;
use crate::system::process;
use anyhow::Context as _;
use anyhow::Result;
use anyhow::bail;
use clap::Args;
use rustix::process::Pid;
use rustix::process::Signal;
use std::fmt::Write as _;
use std::io::BufRead;
use std::io::BufReader;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Stdio;

/// Build a demonstration site, serve it, back it up, and judge it
///
/// The site is a shop of its own in one folder: database, pictures, sessions, logs and sitekeep.toml. A second run on the
/// same folder finds it and is quick. Nothing outside of the folder is touched.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep demo                            in ./sitekeep-demo
  sitekeep demo /tmp/shop --keep-serving   and look at it in the browser
  sitekeep demo /tmp/shop --fresh          as it was at first")]
pub(super) struct DemoArgs {
    /// Folder of the site; it must not be there yet, or be a demonstration site
    #[arg(default_value = "sitekeep-demo", value_name = "DIR")]
    directory: PathBuf,
    /// Make the site anew, whatever has become of it
    #[arg(long)]
    fresh: bool,
    /// Go on serving after the report, until Ctrl-C
    #[arg(long)]
    keep_serving: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Builds or finds the site, serves it, reports, and stops the server.
///
/// # Errors
/// When the folder holds something else or cannot be written to, or the server does not start.
pub(super) fn run(args: &DemoArgs, context: &Context) -> Result<Status> {
    let text = context.printer.format == Format::Text && !context.printer.quiet;
    let folder = context.environment.directory.join(&args.directory);
    let bar = Bar::new(context.printer.quiet);
    let demo =
        demo::prepare(&folder, free_port()?, args.fresh, context.now, context.globals.lock_wait, &bar)?;
    if text {
        let found =
            if demo.reused { "Found the demonstration site in" } else { "Built a demonstration site in" };
        context.printer.note(&format!("{found} {}", demo.folder.display()));
    }
    let server = Server::start(&demo, context)?;
    let site = site_context(&demo, &server, context);
    if !demo.is_rehearsed {
        rehearse(&site, text)?;
        demo.note_rehearsal()?;
    }
    let own = checklist::of_site(&site.load_site()?.config)?;
    let items: Vec<_> = own.into_iter().filter(|item| item.period == Period::Daily).collect();
    let status = report::run("daily", &items, Vec::new(), &args.report, &site)?;
    if text {
        context.printer.out(&next_steps(&demo, &server.url, args.keep_serving))?;
    }
    if args.keep_serving {
        open_browser(&server.url, context);
        return server.wait().map(|()| status);
    }
    server.stop()?;
    Ok(status)
}

/// A port that is free at this moment.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("find a free port")?;
    Ok(listener.local_addr().context("find a free port")?.port())
}

/// The site's first backup, restored aside; what goes wrong with it is told by the checklist, too.
fn rehearse(site: &Context, text: bool) -> Result<()> {
    let items = backup::rehearse(site)?;
    if text {
        let told = match Status::worst(items.iter().map(ItemReport::status)) {
            Status::Ok | Status::Warning => {
                "Made a full backup of it, and restored that aside to see that it is one"
            }
            _ => "Its first backup or the drill of that went wrong: see `sitekeep status`",
        };
        site.printer.note(told);
    }
    Ok(())
}

/// The context of the site, with the address at which the server really listens.
fn site_context(demo: &Demo, server: &Server, context: &Context) -> Context {
    let mut globals = context.globals.clone();
    globals.config = Some(demo.config_file.clone());
    let mut environment = context.environment.clone();
    environment.variables.retain(|name, _| !name.starts_with("SITEKEEP_") || name == "SITEKEEP_NOW");
    let port = server.url.rsplit(':').next().unwrap_or_default();
    environment.variables.insert("SITEKEEP_SITE__URL".to_owned(), server.url.clone());
    environment.variables.insert("SITEKEEP_HEALTH__PORTS".to_owned(), format!("[{port}]"));
    Context { globals, environment, printer: context.printer, now: context.now, told: false }
}

/// The catalogue server as a process of its own, which ends with this one.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(demo: &Demo, context: &Context) -> Result<Self> {
        let program = std::env::current_exe().context("find this program's own file")?;
        let listen = listen_address(demo, context)?;
        let mut child = process::spawn(
            process::command(program)
                .args([
                    "serve",
                    "--exit-with-parent",
                    "--format",
                    "json",
                    "--quiet",
                    "--listen",
                    &listen,
                    "--config",
                ])
                .arg(&demo.config_file)
                .env_remove("SITEKEEP_CONFIG")
                .stdout(Stdio::piped()),
        )?;
        let output = child.stdout.take().context("read what the server says")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).context("read what the server says")?;
        let url = serde_json::from_str::<serde_json::Value>(&line)
            .ok()
            .and_then(|document| document["url"].as_str().map(ToOwned::to_owned));
        let Some(url) = url else {
            let status = child.wait().context("wait for the server")?;
            bail!("the catalogue server did not start ({status}); its words are above");
        };
        Ok(Self { child, url })
    }

    /// Asks the server to stop, and waits until it has answered its last request.
    fn stop(mut self) -> Result<()> {
        rustix::process::kill_process(Pid::from_child(&self.child), Signal::TERM)
            .context("stop the server")?;
        let status = self.child.wait().context("wait for the server to stop")?;
        anyhow::ensure!(status.success(), "the catalogue server did not stop cleanly ({status})");
        Ok(())
    }

    fn wait(mut self) -> Result<()> {
        let status = self.child.wait().context("wait for the server")?;
        anyhow::ensure!(status.success(), "the catalogue server ended ({status})");
        Ok(())
    }
}

/// The address in the site's settings; when another program has taken it, the site moves to a free one.
fn listen_address(demo: &Demo, context: &Context) -> Result<String> {
    let loaded = crate::config::load(Some(&demo.config_file), &context.environment)?;
    let configured = loaded.config.serve.listen;
    if TcpListener::bind(&configured).is_ok() {
        return Ok(configured);
    }
    let former = configured.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
    let port = free_port()?;
    demo.move_to(former, port)?;
    context
        .printer
        .note(&format!("port {former} is taken by another program: the site listens on {port} from now on"));
    Ok(format!("127.0.0.1:{port}"))
}

fn next_steps(demo: &Demo, url: &str, serving: bool) -> String {
    let quoted = quote(&demo.folder);
    let config = quote(&demo.config_file);
    let mut text = String::from("\n");
    // Writing to a string cannot fail.
    let _ = if serving {
        writeln!(text, "The shop is open at {url} until Ctrl-C. In another terminal:")
    } else {
        writeln!(
            text,
            "Next:\n  sitekeep demo {quoted} --keep-serving\nand while it serves, in another terminal:"
        )
    };
    let picture = quote(&demo.folder.join("backend/media/products/savane-14-akwa.jpg"));
    let _ = writeln!(
        text,
        "  sitekeep daily --config {config}\n  sitekeep logs errors --since 7d -v --config {config}\n\
         Break something, and see it found:\n  rm {picture}\n  sitekeep health pages pictures --config {config}\nSee whether we are safe:\n  sitekeep status --config {config}\nMend it again:\n  sitekeep demo {quoted} --fresh"
    );
    text
}

/// A path as a shell takes it.
fn quote(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Opens the shop where there is a desktop to open it on.
fn open_browser(url: &str, context: &Context) {
    if context.environment.get("DISPLAY").or(context.environment.get("WAYLAND_DISPLAY")).is_none() {
        return;
    }
    let mut command = process::command("xdg-open");
    command.arg(url).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = process::spawn(&mut command) {
        context.printer.note(&format!("open {url} in a browser ({})", crate::error::one_line(&error)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_the_shell() {
        assert_eq!(quote(Path::new("/tmp/shop")), "/tmp/shop");
        assert_eq!(quote(Path::new("/tmp/l'été")), "'/tmp/l'\\''été'");
    }
}
