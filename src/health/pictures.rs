//! Pictures on disk: every file that the database names is there and begins like a picture
//! (guide: "Images ne s'affichent pas", `ls backend/media/products/`).

use crate::config::SiteConfig;
use crate::db::ImageReference;
use crate::media;
use crate::media::Place;
use crate::picture;
use crate::picture::Sniffed;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use std::fs::File;
use std::io::Read;
use std::path::Component;
use std::path::Path;

/// So many bad pictures get a finding of their own; the rest is counted in one.
const NAMED: usize = 5;

/// Looks at the beginning of each referenced file.
pub fn check(site: &SiteConfig, images: &[ImageReference]) -> Check {
    let kind = &kinds::PICTURE_FILE;
    let subject = site.media.display().to_string();
    let places: Vec<_> =
        images.iter().map(|reference| (reference, media::place(&site.media_url, &reference.path))).collect();
    let elsewhere = places.iter().filter(|(_, place)| matches!(place, Some(Place::Elsewhere(_)))).count();
    if elsewhere == images.len() {
        let message = if images.is_empty() {
            "no row of the database names a picture"
        } else {
            "all pictures lie on other sites"
        };
        return Finding::unknown(
            kind,
            subject,
            format!("{message}: there is nothing to look for on this disk"),
        )
        .remedy("check [site] app; if it is meant so, leave the item out: --skip health.pictures")
        .into();
    }
    if !site.media.is_dir() {
        return Finding::critical(kind, subject, "there is no such media folder")
            .remedy("set [site] media to Django's MEDIA_ROOT, or restore the media")
            .into();
    }
    let mut check = Check::default();
    let mut good = 0_u64;
    let mut bad = Vec::new();
    for (reference, place) in places {
        let problem = match place {
            Some(Place::Elsewhere(_)) => continue,
            Some(Place::Inside(path)) => problem(&site.media, &path),
            None => Some("the row names no path below the media folder".to_owned()),
        };
        match problem {
            None => good += 1,
            Some(problem) => bad.push((reference, problem)),
        }
    }
    let remedy = "restore the file from the latest media backup, or choose another picture for the row";
    for (reference, problem) in bad.iter().take(NAMED) {
        check.add(
            Finding::critical(kind, &reference.path, problem)
                .with("table", reference.table.as_str())
                .with("row", reference.row_id)
                .remedy(remedy),
        );
    }
    if let Some(rest) = bad.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let paths: Vec<&str> = rest.iter().map(|(reference, _)| reference.path.as_str()).collect();
        let message = format!("{} more pictures are missing or damaged", rest.len());
        check.add(Finding::critical(kind, &subject, message).with("pictures", paths).remedy(remedy));
    }
    let note = if elsewhere > 0 { format!("; {elsewhere} on other sites") } else { String::new() };
    if good > 0 {
        check.add(Finding::ok(kind, &subject, format!("{good} pictures of the database are there{note}")));
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of files")]
    check.measure(Metric::new("pictures_missing", "", bad.len() as f64, Unit::Count));
    check
}

fn problem(media: &Path, path: &str) -> Option<String> {
    let relative = Path::new(path);
    if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Some("the path leads out of the media folder".into());
    }
    let mut head = Vec::new();
    let read = File::open(media.join(relative))
        .and_then(|file| file.take(picture::SNIFFED_BYTES as u64).read_to_end(&mut head));
    if let Err(error) = read {
        return Some(match error.kind() {
            std::io::ErrorKind::NotFound => "the file is missing".into(),
            _ => format!("the file cannot be read: {error}"),
        });
    }
    match picture::sniff(&head) {
        Sniffed::Picture(_) | Sniffed::Svg => None,
        Sniffed::Empty => Some("the file is empty".into()),
        Sniffed::Html => Some("the file is an HTML page, not a picture".into()),
        Sniffed::Other => Some("the file is not a picture".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;
    use crate::system::fs::write_atomic;

    #[test]
    fn missing_empty_and_disguised_files_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let site = SiteConfig { media: folder.path().to_owned(), ..SiteConfig::default() };
        for (name, content) in
            [("ok.gif", &b"GIF89a"[..]), ("page.jpg", b"<!doctype html>"), ("empty.png", b"")]
        {
            write_atomic(&folder.path().join(name), content, 0o644).expect("write");
        }
        let references: Vec<ImageReference> = [
            "ok.gif",
            "page.jpg",
            "empty.png",
            "gone.jpg",
            "../out.jpg",
            "/media/ok.gif",
            "https://cdn.example.org/x.jpg",
        ]
        .into_iter()
        .zip(1..)
        .map(|(path, row_id)| ImageReference {
            table: "t".into(),
            column: "image",
            row_id,
            product_id: None,
            path: path.into(),
        })
        .collect();
        let found = check(&site, &references);
        let told = |subject: &str| {
            found.findings.iter().find(|finding| finding.subject == subject).map(|f| f.message.as_str())
        };
        assert_eq!(told("page.jpg"), Some("the file is an HTML page, not a picture"));
        assert_eq!(told("empty.png"), Some("the file is empty"));
        assert_eq!(told("gone.jpg"), Some("the file is missing"));
        assert_eq!(told("../out.jpg"), Some("the path leads out of the media folder"));
        assert_eq!(found.findings.last().map(|f| f.status), Some(Status::Ok));
    }

    #[test]
    fn without_the_media_folder_nothing_is_fine() {
        let site = SiteConfig { media: "/no/such/folder".into(), ..SiteConfig::default() };
        let reference = |path: &str| ImageReference {
            table: "t".into(),
            column: "image",
            row_id: 1,
            product_id: None,
            path: path.into(),
        };
        assert_eq!(check(&site, &[reference("a.jpg")]).status(), Status::Critical);
        assert_eq!(check(&site, &[reference("https://cdn.example.org/a.jpg")]).status(), Status::Unknown);
        assert_eq!(check(&site, &[]).status(), Status::Unknown);
    }
}
