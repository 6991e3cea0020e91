//! Pictures as visitors get them (guide: "Vérifier que les images s'affichent correctement").

use super::facts::Facts;
use super::facts::sample;
use super::visit::Visit;
use crate::config::Config;
use crate::db::ImageReference;
use crate::picture;
use crate::status::Finding;
use crate::status::kinds;
use url::Url;

/// Fetches a sample of the pictures that the database names, and decodes each.
pub(super) fn check(visit: &mut Visit<'_>, config: &Config, facts: &Facts, day: i64) {
    if facts.images.is_empty() {
        visit.check.add(Finding::warning(
            &kinds::IMAGE,
            "pictures",
            "no row of the database names a picture",
        ));
        return;
    }
    let mut whole = 0_u64;
    for reference in sample(&facts.images, config.health.pages.images, day) {
        let Some(path) = media_path(reference, &config.site.media_url) else { continue };
        let subject = reference.path.as_str();
        let Some(answer) = visit.ask(&kinds::IMAGE, &path, subject) else { continue };
        let problem = if answer.status != 200 {
            Some(format!("answers {}", answer.status))
        } else if answer.is_html() {
            Some("answers an HTML page in place of a picture".to_owned())
        } else {
            picture::decode(&answer.body).err().map(|error| format!("does not decode: {error:#}"))
        };
        match problem {
            None => whole += 1,
            Some(problem) => visit.check.add(
                Finding::critical(&kinds::IMAGE, subject, problem)
                    .with("table", reference.table.as_str())
                    .with("row", reference.row_id)
                    .with("path", path)
                    .remedy("restore the file below the media folder, and check that the web server serves it from there"),
            ),
        }
    }
    if whole > 0 {
        let all = facts.images.len();
        visit.check.add(
            Finding::ok(&kinds::IMAGE, "pictures", format!("{whole} of {all} fetched and decoded"))
                .with("decoded", whole),
        );
    }
}

/// Path under which the site serves a reference; nothing for one that lies on another site.
fn media_path(reference: &ImageReference, media_url: &str) -> Option<String> {
    if reference.path.contains("://") {
        return None;
    }
    let base = Url::parse("http://site.invalid").ok()?.join(media_url).ok()?;
    let mut url = base;
    url.path_segments_mut().ok()?.pop_if_empty().extend(reference.path.trim_start_matches('/').split('/'));
    Some(url.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_encoded_paths() {
        let path = |text: &str, media: &str| {
            let reference =
                ImageReference { table: String::new(), column: "image", row_id: 1, path: text.to_owned() };
            media_path(&reference, media)
        };
        assert_eq!(
            path("products/été 1%.jpg", "/media/").as_deref(),
            Some("/media/products/%C3%A9t%C3%A9%201%25.jpg")
        );
        assert_eq!(path("/a.jpg", "https://cdn.example.org/m").as_deref(), Some("/m/a.jpg"));
        assert_eq!(path("https://cdn.example.org/a.jpg", "/media/"), None);
    }
}
