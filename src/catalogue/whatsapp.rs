//! The WhatsApp button: a ready-made message about one product, or about none.

use crate::language::Language;
use crate::media::segment;
use crate::whatsapp::WhatsAppNumber;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// What the visitor asks about.
#[derive(Debug, Clone, Copy)]
pub struct Enquiry<'a> {
    pub language: Language,
    pub company: &'a str,
    pub product: Option<&'a str>,
    pub brand: Option<&'a str>,
    /// As the page shows it, with the currency.
    pub price: Option<&'a str>,
    /// Whole address of the product's page.
    pub page: Option<&'a str>,
}

impl Enquiry<'_> {
    /// The link that opens WhatsApp with the message written; the greeting follows the hour in the site's zone.
    pub fn link(&self, number: &WhatsAppNumber, now: Timestamp, zone: &TimeZone) -> String {
        format!("https://wa.me/{}?text={}", number, segment(&self.message(now, zone)))
    }

    fn message(&self, now: Timestamp, zone: &TimeZone) -> String {
        let say = |english: &'static str, french: &'static str| self.language.pick(english, french);
        let morning = now.to_zoned(zone.clone()).hour() < 12;
        let greeting = if morning { say("Good morning", "Bonjour") } else { say("Good evening", "Bonsoir") };
        let mut text = format!("{greeting} {},\n\n", self.company);
        let Some(product) = self.product else {
            text.push_str(say(
                "I would like to know more about your products.\n\nThank you.",
                "J'aimerais avoir des informations sur vos produits.\n\nMerci.",
            ));
            return text;
        };
        text.push_str(say(
            "I am interested in this product:\n\n",
            "Je suis intéressé(e) par le produit suivant :\n\n",
        ));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "*{product}*");
        let (brand, price, link) = self.language.pick(("Brand", "Price", "Link"), ("Marque", "Prix", "Lien"));
        for (name, value) in [(brand, self.brand), (price, self.price), (link, self.page)] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let _ = writeln!(text, "{name}{} {value}", say(":", " :"));
            }
        }
        text.push_str(say(
            "\nPlease contact me with more information.",
            "\nMerci de me contacter pour plus d'informations.",
        ));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enquiry() -> Enquiry<'static> {
        Enquiry {
            language: Language::French,
            company: "Chez Éléonore & fils",
            product: Some("Écran 27\""),
            brand: Some("HP"),
            price: Some("450\u{202f}000\u{202f}FCFA"),
            page: None,
        }
    }

    fn link_at(time: &str) -> String {
        let number = WhatsAppNumber::parse("+229 01 23 45 67").expect("a number");
        let zone = TimeZone::get("Africa/Porto-Novo").expect("a zone");
        enquiry().link(&number, time.parse().expect("a time"), &zone)
    }

    #[test]
    fn the_greeting_follows_the_noon_of_the_sites_zone() {
        // Porto-Novo is one hour ahead of UTC.
        assert!(link_at("2026-11-22T10:59:59Z").contains("?text=Bonjour%20"));
        assert!(link_at("2026-11-22T11:00:00Z").contains("?text=Bonsoir%20"));
        assert!(link_at("2026-11-22T23:00:00Z").contains("?text=Bonjour%20"));
    }

    #[test]
    fn the_message_names_product_brand_and_price_and_is_wholly_encoded() {
        let link = link_at("2026-11-22T08:00:00Z");
        assert!(link.starts_with(
            "https://wa.me/22901234567?text=Bonjour%20Chez%20%C3%89l%C3%A9onore%20%26%20fils%2C"
        ));
        for part in
            ["%2A%C3%89cran%2027%22%2A", "Marque%20%3A%20HP", "Prix%20%3A%20450%E2%80%AF000%E2%80%AFFCFA"]
        {
            assert!(link.contains(part), "{part} in {link}");
        }
        assert!(link.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'));
    }
}
