//! Where the logs are: settings.py, gunicorn's settings, the usual folders.

use super::Detected;
use super::Project;
use super::list;
use super::read;
use crate::config::django_settings;
use std::path::Path;
use std::path::PathBuf;

pub(super) fn detect(project: &Project, found: &mut Detected) {
    let name = found.get("site.name").and_then(|fact| fact.value.as_str()).unwrap_or("niasotac").to_owned();
    let mut folders =
        vec![project.backend.join("logs"), project.root.join("logs"), Path::new("/var/log").join(&name)];
    folders.dedup();
    let mut django = Vec::new();
    let mut access = Vec::new();
    for path in named(project, found) {
        if is_access(&path) { access.push(path) } else { django.push(path) }
    }
    for path in folders.iter().flat_map(|folder| logs_in(folder)) {
        let kind = if is_access(&path) { &mut access } else { &mut django };
        if !kind.contains(&path) && (is_access(&path) || is_django(&path)) {
            kind.push(path);
        }
    }
    let nginx = Path::new("/var/log/nginx");
    access.extend(
        logs_in(nginx)
            .into_iter()
            .filter(|path| is_access(path) && path.display().to_string().contains(&name)),
    );
    let shown = |paths: Vec<PathBuf>| list(paths.into_iter().map(|path| path.display().to_string()));
    if django.is_empty() {
        found.notes.push(
            "no Django log found: the guide's path is used; see \"Configurer les Logs Django\" in the guide"
                .to_owned(),
        );
        found.add("logs.django", list([format!("/var/log/{name}/django.log")]), "the guide's path");
    } else {
        found.add("logs.django", shown(django), "named in settings.py or found");
    }
    if access.is_empty() {
        found.notes.push("no access log found: set [logs] access to gunicorn's or nginx's".to_owned());
    } else {
        found.add("logs.access", shown(access), "found");
    }
}

/// Files that settings.py and gunicorn.conf.py name.
fn named(project: &Project, found: &mut Detected) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for part in project
        .settings_text
        .split("'filename'")
        .skip(1)
        .chain(project.settings_text.split("\"filename\"").skip(1))
    {
        let expression = part.lines().next().unwrap_or_default();
        let strings = django_settings::strings(expression);
        if let Some(last) = strings
            .last()
            .filter(|text| Path::new(text).extension().is_some_and(|extension| extension == "log"))
        {
            // `BASE_DIR / 'logs' / 'django.log'` or an absolute path.
            paths.push(strings.iter().fold(project.backend.clone(), |path, part| {
                if part == last { path.join(last) } else { path.join(part) }
            }));
        }
    }
    for folder in [&project.backend, &project.root] {
        let Some(text) = read(&folder.join("gunicorn.conf.py"), found) else { continue };
        let settings = django_settings::assignments(&text);
        let stated =
            settings.get("accesslog").and_then(|expression| django_settings::strings(expression).pop());
        paths.extend(stated.filter(|path| path != "-").map(|path| folder.join(path)));
        break;
    }
    paths.sort();
    paths.dedup();
    paths
}

fn logs_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    paths.sort();
    paths
}

fn is_access(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains("access"))
}

/// Django's own log by its usual names; gunicorn's error log has another format.
fn is_django(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| {
        let stem = stem.to_string_lossy();
        ["django", "app", "errors", "debug", "general", "application"].contains(&stem.as_ref())
    })
}
