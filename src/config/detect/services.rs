//! How the site runs: gunicorn's settings, systemd's units by name, a frontend with Vite.

use super::Detected;
use super::Project;
use super::ports;
use super::processes;
use super::read;
use super::subfolders;
use crate::config::HealthConfig;
use crate::config::django_settings;
use std::path::Path;

pub(super) fn detect(project: &Project, units: &Path, found: &mut Detected) {
    let unit = unit(project, units, found);
    let gunicorn = [project.backend.join("gunicorn.conf.py"), project.root.join("gunicorn.conf.py")]
        .iter()
        .find_map(|path| read(path, found));
    let bind = gunicorn.as_deref().and_then(|text| {
        let bind = django_settings::assignments(text).remove("bind")?;
        django_settings::strings(&bind).into_iter().next()
    });
    let from_unit = unit.as_deref().and_then(|text| {
        let (_, rest) = text.split_once("--bind").or_else(|| text.split_once(" -b"))?;
        rest.trim_start_matches(['=', ' ']).split_whitespace().next().map(ToOwned::to_owned)
    });
    let (backend, reason) = match (bind.as_deref().and_then(port), from_unit.as_deref().and_then(port)) {
        (Some(port), _) => (port, "bind of gunicorn.conf.py"),
        (None, Some(port)) => (port, "the service's --bind"),
        (None, None) => (8000, "the guide's port of the backend"),
    };
    let mut listening = vec![backend];
    let mut rules = HealthConfig::default().processes;
    match frontend(project, found) {
        Some(port) if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() => listening.insert(0, port),
        Some(port) => found.notes.push(format!(
            "the frontend's development server (port {port}) does not run: where it must, add it to [health] ports"
        )),
        // No frontend server of its own: the backend serves the built files.
        None => rules.retain(|rule| rule.name != "frontend"),
    }
    found.add(
        "site.url",
        format!("http://127.0.0.1:{backend}"),
        format!("{reason}; set the public address here"),
    );
    found.add("health.ports", ports(&listening), reason);
    found.add(
        "health.processes",
        processes(&rules),
        if rules.len() > 1 { "backend and frontend" } else { "no frontend with a server of its own" },
    );
}

/// Port of `127.0.0.1:8000`, `:8000` or `8000`; none of a socket's path.
fn port(bind: &str) -> Option<u16> {
    if bind.starts_with("unix:") { None } else { bind.rsplit(':').next()?.parse().ok() }
}

/// Text of the unit that runs this project: named after the site, or with the project's folder in it.
fn unit(project: &Project, units: &Path, found: &mut Detected) -> Option<String> {
    let name = found.get("site.name").and_then(|fact| fact.value.as_str()).unwrap_or("niasotac").to_owned();
    let mut files: Vec<_> = std::fs::read_dir(units).ok()?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let folder = project.backend.display().to_string();
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "service")) {
        let Some(stem) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else { continue };
        let Some(text) = read(path, found) else { continue };
        let runs_backend =
            text.contains("gunicorn") || text.contains("manage.py") || text.contains("sitekeep serve");
        let named = stem == format!("{name}-backend") || stem == name || stem == format!("gunicorn-{name}");
        if named || (runs_backend && text.contains(&folder)) {
            found.add("site.unit", stem, format!("{}", path.display()));
            return Some(text);
        }
    }
    None
}

/// Port of the Vite server of a frontend beside the backend; Vite's own default is 5173, the guide's site uses 5000.
fn frontend(project: &Project, found: &mut Detected) -> Option<u16> {
    let folders = std::iter::once(project.root.clone()).chain(subfolders(&project.root));
    for folder in folders {
        for name in ["vite.config.ts", "vite.config.js", "vite.config.mts", "vite.config.mjs"] {
            let Some(text) = read(&folder.join(name), found) else { continue };
            let stated = text.split_once("port:").and_then(|(_, rest)| {
                let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
                digits.parse().ok()
            });
            return Some(stated.unwrap_or(5173));
        }
    }
    None
}
