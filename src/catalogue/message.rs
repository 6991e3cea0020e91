//! The WhatsApp link that the application's API tells: its own words, spaces and all.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;

/// What Python's `quote` leaves as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A visitor's question about one product.
#[derive(Debug, Clone, Copy)]
pub struct ApiEnquiry<'a> {
    pub company: &'a str,
    /// As the settings have it, whether or not it can be dialled.
    pub number: &'a str,
    pub product: &'a str,
    pub brand: &'a str,
    /// As the API tells it: `450000.00`.
    pub price: &'a str,
    pub currency: &'a str,
    /// Address of the picture, without the host.
    pub picture: &'a str,
}

/// How a message begins at this hour in the site's zone.
pub fn greeting(now: Timestamp, zone: &TimeZone) -> &'static str {
    if now.to_zoned(zone.clone()).hour() < 12 { "Bonjour" } else { "Bonsoir" }
}

impl ApiEnquiry<'_> {
    /// The link; its greeting follows the hour in the site's zone.
    pub fn link(&self, now: Timestamp, zone: &TimeZone) -> String {
        let greeting = greeting(now, zone);
        let indent = "        ";
        let message = format!(
            "{greeting} {},\n\n{indent}Je suis intéressé(e) par le produit suivant:\n\n{indent}📱 *{}*\n\
             {indent}🏷️ Marque: {}\n{indent}💰 Prix: {} {}\n{indent}🖼️ Image: {}\n\n\
             {indent}Merci de me contacter pour plus d'informations.",
            self.company, self.product, self.brand, self.price, self.currency, self.picture
        );
        format!("https://wa.me/{}?text={}", self.number, utf8_percent_encode(&message, PLAIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_applications() {
        let enquiry = ApiEnquiry {
            company: "Chez Éléonore",
            number: "237XX",
            product: "Écran 27\"",
            brand: "HP",
            price: "450000.00",
            currency: "FCFA",
            picture: "/media/a%20b.jpg",
        };
        let zone = TimeZone::get("Africa/Porto-Novo").expect("a zone");
        let link = |time: &str| enquiry.link(time.parse().expect("a time"), &zone);
        assert_eq!(
            link("2026-11-22T10:59:59Z"),
            "https://wa.me/237XX?text=Bonjour%20Chez%20%C3%89l%C3%A9onore%2C%0A%0A%20%20%20%20%20%20%20%20Je%20suis%20\
             int%C3%A9ress%C3%A9%28e%29%20par%20le%20produit%20suivant%3A%0A%0A%20%20%20%20%20%20%20%20%F0%9F%93%B1%20\
             %2A%C3%89cran%2027%22%2A%0A%20%20%20%20%20%20%20%20%F0%9F%8F%B7%EF%B8%8F%20Marque%3A%20HP%0A%20%20%20%20\
             %20%20%20%20%F0%9F%92%B0%20Prix%3A%20450000.00%20FCFA%0A%20%20%20%20%20%20%20%20%F0%9F%96%BC%EF%B8%8F%20\
             Image%3A%20/media/a%2520b.jpg%0A%0A%20%20%20%20%20%20%20%20Merci%20de%20me%20contacter%20pour%20plus%20\
             d%27informations."
        );
        assert!(link("2026-11-22T11:00:00Z").contains("?text=Bonsoir%20"));
    }
}
