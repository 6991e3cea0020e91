//! The WhatsApp button (guide: "Tester le bouton WhatsApp").

use crate::status::Finding;
use crate::status::kinds;
use crate::whatsapp::WhatsAppNumber;
use url::Url;

/// Judges the link of a product's WhatsApp button against the number that it must lead to.
///
/// A valid link is `https://wa.me/NUMBER` with the full number in international form, digits only
/// (WhatsApp help, "How to use click to chat").
pub(super) fn judge(slug: &str, link: Option<&str>, expected: Option<&str>) -> Finding {
    let kind = &kinds::WHATSAPP;
    let subject = format!("product {slug}");
    let remedy = "set the number in the site's settings (or [site] whatsapp_number) in international form: 22997000000";
    let configured = expected.map(|text| WhatsAppNumber::parse(text).ok_or(text));
    let finding = |message: String| {
        let finding = Finding::critical(kind, &subject, message).remedy(remedy);
        link.into_iter().fold(finding, |finding, link| finding.with("link", link))
    };
    if let Some(Err(text)) = configured {
        return finding(format!("the configured number `{text}` is no telephone number"));
    }
    let Some(link) = link else {
        return finding("the page has no WhatsApp link".to_owned());
    };
    let Some(linked) = number(link) else {
        return finding(format!("the WhatsApp link is no wa.me address: {link}"));
    };
    let Some(linked) = WhatsAppNumber::parse(&linked) else {
        return finding(format!("the WhatsApp link leads to `{linked}`, which is no telephone number"));
    };
    match configured {
        Some(Ok(configured)) if configured != linked => {
            finding(format!("the WhatsApp link leads to {linked}, the configured number is {configured}"))
        }
        Some(_) => Finding::ok(kind, &subject, format!("leads to {linked}")).with("link", link),
        None => {
            let message = format!("leads to {linked}; no number is configured to compare it with");
            Finding::ok(kind, &subject, message).with("link", link)
        }
    }
}

/// Whether a link is one to WhatsApp at all.
pub(super) fn is_whatsapp(link: &str) -> bool {
    Url::parse(link).is_ok_and(|url| {
        url.host_str()
            .is_some_and(|host| host == "wa.me" || host.ends_with(".wa.me") || host.ends_with("whatsapp.com"))
    })
}

/// Number in a click-to-chat link: the path of `wa.me`, or the `phone` of `api.whatsapp.com/send`.
fn number(link: &str) -> Option<String> {
    let url = Url::parse(link).ok().filter(|url| url.scheme() == "https")?;
    match url.host_str()? {
        "wa.me" => Some(url.path().trim_matches('/').to_owned()),
        "api.whatsapp.com" | "web.whatsapp.com" => {
            url.query_pairs().find(|(name, _)| name == "phone").map(|(_, value)| value.into_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    fn status(link: Option<&str>, expected: Option<&str>) -> Status {
        judge("hp", link, expected).status
    }

    #[test]
    fn the_link_must_lead_to_the_configured_number() {
        let link = Some("https://wa.me/22997000000?text=Bonjour");
        assert_eq!(status(link, Some("+229 97 00 00 00")), Status::Ok);
        assert_eq!(status(link, Some("0022997000000")), Status::Ok);
        assert_eq!(status(link, Some("22997000001")), Status::Critical);
        assert_eq!(status(link, None), Status::Ok);
        assert_eq!(
            status(Some("https://api.whatsapp.com/send?phone=22997000000"), Some("22997000000")),
            Status::Ok
        );
    }

    #[test]
    fn a_placeholder_or_another_address_is_no_number() {
        for link in [
            "https://wa.me/237XXXXXXXXX",
            "https://wa.me/",
            "http://wa.me/22997000000",
            "https://example.org/1234567",
        ] {
            assert_eq!(status(Some(link), None), Status::Critical, "{link}");
        }
        assert_eq!(status(None, None), Status::Critical);
        assert_eq!(status(Some("https://wa.me/22997000000"), Some("237XXXXXXXXX")), Status::Critical);
    }
}
