//! Pictures as visitors get them (guide: "Vérifier que les images s'affichent correctement").

use super::facts::Facts;
use super::facts::sample;
use super::visit::Visit;
use crate::config::Config;
use crate::media;
use crate::picture;
use crate::status::Finding;
use crate::status::kinds;

/// So many bad pictures get a finding of their own; the rest is counted in one.
const NAMED: usize = 5;

/// Fetches a sample of the pictures that the database names, wherever they lie, and decodes each.
pub(super) fn check(visit: &mut Visit<'_>, config: &Config, facts: &Facts, day: i64) {
    let kind = &kinds::IMAGE;
    if facts.images.is_empty() {
        visit.check.add(
            Finding::unknown(
                kind,
                "pictures",
                "no row of the database names a picture: there is nothing to fetch",
            )
            .remedy("check [site] app, and that the products have pictures"),
        );
        return;
    }
    let mut whole = 0_u64;
    let mut bad = Vec::new();
    for reference in sample(&facts.images, config.health.pages.images, day) {
        let Some(address) = media::address(&config.site.media_url, &reference.path) else {
            bad.push((reference, "is no address that a browser loads".to_owned()));
            continue;
        };
        let Ok(url) = visit.client().media(&address) else {
            bad.push((reference, format!("has no address ({address})")));
            continue;
        };
        let Some(answer) = visit.ask(kind, url.as_str(), &reference.path) else { continue };
        let problem = if answer.status != 200 {
            Some(format!("answers {}", answer.status))
        } else if answer.is_html() {
            Some("answers an HTML page in place of a picture".to_owned())
        } else {
            picture::decode(&answer.body).err().map(|error| format!("does not decode: {error:#}"))
        };
        match problem {
            None => whole += 1,
            Some(problem) => bad.push((reference, problem)),
        }
    }
    let remedy =
        "restore the file below the media folder, and check that the web server serves it from there";
    for (reference, problem) in bad.iter().take(NAMED) {
        visit.check.add(
            Finding::critical(kind, &reference.path, problem)
                .with("table", reference.table.as_str())
                .with("row", reference.row_id)
                .remedy(remedy),
        );
    }
    if let Some(rest) = bad.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let paths: Vec<&str> = rest.iter().map(|(reference, _)| reference.path.as_str()).collect();
        let message = format!("{} more are not served as pictures", rest.len());
        visit
            .check
            .add(Finding::critical(kind, "further pictures", message).with("pictures", paths).remedy(remedy));
    }
    if whole > 0 {
        let all = facts.images.len();
        visit.check.add(
            Finding::ok(kind, "pictures", format!("{whole} of {all} fetched and decoded"))
                .with("decoded", whole),
        );
    }
}
