//! What has no place among pictures: programs, scripts, and pages that run in the visitor's browser.
//!
//! Told by mode, by name and by content; nothing is followed, and of each file only the beginning is read.

use super::secret_text::head;
use super::shown::Found;
use super::shown::shown;
use crate::config::Config;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds::SECURITY_MEDIA;
use crate::units::count;
use anyhow::Result;
use memchr::memmem;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use walkdir::WalkDir;

const MOST: u64 = 1_000_000;
/// Bytes of a file that are looked at, and of one that browsers show as a page.
const HEAD: u64 = 16 * 1024;
const PAGE: u64 = 1024 * 1024;

/// Names that a web server may take for programs.
const PROGRAMS: &[&str] = &[
    "php", "php3", "php4", "php5", "php7", "phtml", "phar", "cgi", "pl", "py", "pyc", "rb", "sh", "bash",
    "jsp", "asp", "aspx", "exe", "dll", "bat", "cmd", "msi", "jar", "so", "elf",
];
const PAGES: &[&str] = &["html", "htm", "xhtml", "svg", "svgz", "xml", "js", "mjs", "swf"];

/// Looks through the media folder.
///
/// # Errors
/// When the folder itself cannot be read.
pub fn check(config: &Config) -> Result<Check> {
    let folder = &config.site.media;
    let subject = shown(folder);
    let mut check = Check::default();
    let (mut programs, mut pages, mut modes, mut links) =
        (Found::default(), Found::default(), Found::default(), Found::default());
    let (mut files, mut unreadable, mut entries) = (0, 0, 0);
    let real = folder
        .canonicalize()
        .map_err(|error| anyhow::anyhow!("read folder {}: {error}", folder.display()))?;
    for entry in WalkDir::new(&real) {
        entries += 1;
        if entries > MOST {
            break;
        }
        let Ok(entry) = entry else {
            unreadable += 1;
            continue;
        };
        let path = entry.path();
        let below = path.strip_prefix(&real).unwrap_or(path);
        if entry.file_type().is_symlink() {
            if path.canonicalize().is_ok_and(|target| !target.starts_with(&real)) {
                links.add(below);
            }
            continue;
        }
        if !entry.file_type().is_file() {
            continue;
        }
        files += 1;
        match (entry.metadata(), sort(path)) {
            (Ok(metadata), Ok(sort)) => match sort {
                Some(Sort::Program) => programs.add(below),
                Some(Sort::Page) => pages.add(below),
                None if metadata.permissions().mode() & 0o111 != 0 => modes.add(below),
                None => {}
            },
            _ => unreadable += 1,
        }
    }
    let remedies = "look at each, and move what nobody uploaded on purpose out of the folder; find out who did: sitekeep logs logins";
    for (found, status, what, remedy) in [
        (&programs, Status::Critical, "programs or scripts of a server", remedies),
        (
            &pages,
            Status::Warning,
            "pages with scripts, which run under the site's name",
            "serve them as downloads (Content-Disposition: attachment), or move them out of the folder",
        ),
        (&modes, Status::Warning, "pictures that may be executed", "sitekeep images permissions --apply"),
        (
            &links,
            Status::Warning,
            "links that lead out of the folder: what they lead to may be served",
            "remove the links",
        ),
    ] {
        if found.count > 0 {
            check.add(
                Finding::new(&SECURITY_MEDIA, status, &subject, format!("{what}: {}", found.list()))
                    .with("files", found.count)
                    .remedy(remedy),
            );
        }
    }
    if entries > MOST {
        check.add(Finding::unknown(
            &SECURITY_MEDIA,
            &subject,
            format!("more than {MOST} entries: the rest was not looked at"),
        ));
    }
    if unreadable > 0 {
        let message = format!("{} could not be looked at", count(unreadable, "path"));
        check.add(
            Finding::unknown(&SECURITY_MEDIA, &subject, message)
                .remedy("run as a user that may read the media folder"),
        );
    }
    if check.findings.is_empty() {
        let message = format!("{}, no program or script among them", count(files, "file"));
        check.add(Finding::ok(&SECURITY_MEDIA, subject, message));
    }
    Ok(check)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Program,
    Page,
}

fn sort(path: &Path) -> std::io::Result<Option<Sort>> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_page = PAGES.contains(&extension.as_str());
    let start = head(path, if is_page { PAGE } else { HEAD })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if PROGRAMS.contains(&extension.as_str()) || name == ".htaccess" || is_program(&start) {
        return Ok(Some(Sort::Program));
    }
    // A picture that is none, but a page: browsers that guess would show it as one.
    let runs = if is_page { has_script(&start, &extension) } else { begins_as_page(&start) };
    Ok(runs.then_some(Sort::Page))
}

fn is_program(start: &[u8]) -> bool {
    let by_magic = start.starts_with(b"\x7fELF")
        || start.starts_with(b"#!")
        || (start.starts_with(b"MZ") && memmem::find(start, b"This program").is_some());
    by_magic || memmem::find(start, b"<?php").is_some()
}

fn begins_as_page(start: &[u8]) -> bool {
    let text = start.trim_ascii_start().iter().take(15).map(u8::to_ascii_lowercase).collect::<Vec<_>>();
    [&b"<!doctype html"[..], b"<html", b"<script", b"<svg"].iter().any(|mark| text.starts_with(mark))
}

fn has_script(text: &[u8], extension: &str) -> bool {
    if matches!(extension, "js" | "mjs" | "swf") || text.starts_with(b"\x1f\x8b") {
        return true;
    }
    let text = text.to_ascii_lowercase();
    let handler = |mark: &[u8]| {
        memmem::find_iter(&text, mark).any(|position| {
            let rest = &text[position + mark.len()..];
            let name = rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
            name > 2 && rest[name..].trim_ascii_start().starts_with(b"=")
        })
    };
    ["<script", "javascript:", "<foreignobject", "<iframe"]
        .iter()
        .any(|mark| memmem::find(&text, mark.as_bytes()).is_some())
        || handler(b" on")
        || handler(b"\non")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_a_page_only_with_a_script() {
        assert!(!has_script(b"<svg><path d=\"M0 0\" onto/></svg>", "svg"));
        for text in ["<svg><SCRIPT>", "<svg onload = 'x()'>", "<a href='javascript:x'>"] {
            assert!(has_script(text.as_bytes(), "svg"), "{text}");
        }
    }
}
