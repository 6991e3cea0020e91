//! What surrounds every page: title, navigation, search and foot.

use super::picture::Picture;
use super::words::Words;
use crate::catalogue::Enquiry;
use crate::catalogue::Listing;
use crate::catalogue::absolute;
use crate::server::frame::Frame;
use crate::server::site::Site;
use crate::whatsapp::WhatsAppNumber;

/// A named link.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) url: String,
}

/// The parts that the layout shows.
pub(super) struct Shell {
    pub(super) words: &'static Words,
    pub(super) title: String,
    pub(super) company: String,
    pub(super) description: String,
    pub(super) style_url: String,
    pub(super) script_url: String,
    pub(super) icon_url: String,
    /// Whole address of this page.
    pub(super) canonical: String,
    /// Whole address of a picture for previews.
    pub(super) preview: Option<String>,
    pub(super) sections: Vec<Link>,
    pub(super) search: String,
    /// Which entry of the navigation is this page's.
    pub(super) place: &'static str,
    pub(super) email: String,
    pub(super) phone: Option<Link>,
    pub(super) address: String,
    /// Opens WhatsApp with a message about nothing in particular.
    pub(super) whatsapp: Option<String>,
}

impl Shell {
    /// `title` is that of the page alone; `path` its address without the site's.
    pub(super) fn new(site: &Site, frame: &Frame, title: &str, path: &str) -> Self {
        let company = company(site, frame).to_owned();
        let settings = &frame.settings;
        let sections = frame.sections.iter().map(|section| Link {
            name: section.name.clone(),
            url: Listing::default().in_category(&section.slug).address(),
        });
        let enquiry = Enquiry {
            language: site.language,
            company: &company,
            product: None,
            brand: None,
            price: None,
            page: None,
        };
        let dial: String =
            settings.contact_phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let picture = frame.sections.iter().find_map(|section| section.image.as_deref());
        Self {
            words: Words::of(site.language),
            title: if title.is_empty() { company.clone() } else { format!("{title} – {company}") },
            description: settings.company_description.clone(),
            style_url: site.style_url.clone(),
            script_url: site.script_url.clone(),
            icon_url: site.icon_url.clone(),
            canonical: absolute(&site.url, path),
            preview: picture
                .and_then(|name| Picture::new(site, name))
                .map(|picture| absolute(&site.url, &picture.preview())),
            sections: sections.collect(),
            search: String::new(),
            place: "",
            email: settings.contact_email.clone(),
            phone: (!dial.is_empty())
                .then(|| Link { name: settings.contact_phone.clone(), url: format!("tel:{dial}") }),
            address: settings.contact_address.clone(),
            whatsapp: number(site, frame).map(|number| enquiry.link(&number, (site.clock)(), &site.zone)),
            company,
        }
    }
}

/// Name of the company: the settings table's, else the site's.
pub(super) fn company<'a>(site: &'a Site, frame: &'a Frame) -> &'a str {
    let name = frame.settings.company_name.trim();
    if name.is_empty() { &site.name } else { name }
}

/// Number of the WhatsApp button: the configuration's, else the settings table's.
pub(super) fn number(site: &Site, frame: &Frame) -> Option<WhatsAppNumber> {
    site.whatsapp_number.clone().or_else(|| WhatsAppNumber::parse(&frame.settings.whatsapp_number))
}
