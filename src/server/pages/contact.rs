//! `/contact`: how to reach the shop, from the site's settings.

use super::Answer;
use super::shell::Shell;
use super::words::Words;
use crate::server::site::Site;
use crate::server::store::Store;
use askama::Template;

#[derive(Template)]
#[template(path = "contact.html")]
struct Contact {
    shell: Shell,
}

pub(super) fn render(site: &Site, store: &mut Store) -> Answer {
    let frame = store.frame()?;
    let title = Words::of(site.language).contact;
    let shell = Shell { place: "contact", ..Shell::new(site, &frame, title, "/contact") };
    super::write(&Contact { shell })
}
