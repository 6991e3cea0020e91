//! The WhatsApp button (guide: "Tester le bouton WhatsApp").

use crate::status::Finding;
use crate::status::kinds;
use crate::whatsapp::WhatsAppNumber;
use url::Url;

const REMEDY: &str =
    "set the number in the site's settings (or [site] whatsapp_number) in international form: 22997000000";

/// Judges the links of a product's page against the number that its button must lead to.
///
/// A valid link is `https://wa.me/NUMBER` with the full number in international form, digits only
/// (WhatsApp help, "How to use click to chat"). A page may have other links to WhatsApp, to a channel or for sharing.
pub(super) fn judge<'a>(slug: &str, links: impl Iterator<Item = &'a str>, expected: Option<&str>) -> Finding {
    let kind = &kinds::WHATSAPP;
    let subject = format!("product {slug}");
    if let Some(wrong) = unusable(&subject, expected) {
        return wrong;
    }
    let found: Vec<(&str, String)> = links.filter_map(|link| Some((link, number(link)?))).collect();
    let expected = expected.and_then(WhatsAppNumber::parse);
    let parsed = |text: &str| WhatsAppNumber::parse(text);
    let right = found.iter().find(|(_, text)| match &expected {
        Some(expected) => parsed(text).as_ref() == Some(expected),
        None => parsed(text).is_some(),
    });
    match (right, found.first(), expected) {
        (Some((link, text)), _, Some(_)) => {
            Finding::ok(kind, subject, format!("leads to {text}")).with("link", *link)
        }
        (Some((link, text)), _, None) => {
            Finding::ok(kind, subject, format!("leads to {text}; no number is configured to compare it with"))
                .with("link", *link)
        }
        (None, None, _) => Finding::critical(kind, subject, "the page has no WhatsApp link").remedy(REMEDY),
        (None, Some((link, text)), Some(expected)) if parsed(text).is_some() => {
            let message = format!("the WhatsApp link leads to {text}, the configured number is {expected}");
            Finding::critical(kind, subject, message).with("link", *link).remedy(REMEDY)
        }
        (None, Some((link, text)), _) => {
            let message = format!("the WhatsApp link leads to `{text}`, which is no telephone number");
            Finding::critical(kind, subject, message).with("link", *link).remedy(REMEDY)
        }
    }
}

/// Judges the number that an API tells its frontend, which makes the button itself.
pub(super) fn judge_number(told: Option<&str>, expected: Option<&str>) -> Finding {
    let kind = &kinds::WHATSAPP;
    let subject = "settings";
    if let Some(wrong) = unusable(subject, expected) {
        return wrong;
    }
    let expected = expected.and_then(WhatsAppNumber::parse);
    match (told, told.and_then(WhatsAppNumber::parse)) {
        (None, _) => Finding::unknown(
            kind,
            subject,
            "neither the product nor the settings of this API tell a WhatsApp number",
        )
        .remedy("press the button by hand"),
        (Some(text), None) => {
            Finding::critical(kind, subject, format!("the API tells `{text}`, which is no telephone number"))
                .remedy(REMEDY)
        }
        (Some(_), Some(told)) => match expected {
            Some(expected) if expected != told => {
                let message = format!("the API tells {told}, the configured number is {expected}");
                Finding::critical(kind, subject, message).remedy(REMEDY)
            }
            _ => Finding::ok(kind, subject, format!("the API tells {told}")),
        },
    }
}

/// The finding for a configured number that is none, whatever the page says.
fn unusable(subject: &str, expected: Option<&str>) -> Option<Finding> {
    let text = expected.filter(|text| WhatsAppNumber::parse(text).is_none())?;
    let message = format!("the configured number `{text}` is no telephone number");
    Some(Finding::critical(&kinds::WHATSAPP, subject, message).remedy(REMEDY))
}

/// Number in a click-to-chat link: the path of `wa.me`, or the `phone` of `api.whatsapp.com/send`.
fn number(link: &str) -> Option<String> {
    let url = Url::parse(link).ok().filter(|url| url.scheme() == "https")?;
    let text = match url.host_str()? {
        "wa.me" => url.path().trim_matches('/').to_owned(),
        "api.whatsapp.com" | "web.whatsapp.com" => {
            url.query_pairs().find(|(name, _)| name == "phone").map(|(_, value)| value.into_owned())?
        }
        _ => return None,
    };
    // `wa.me/?text=…` shares the page with somebody of the visitor's choice.
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    fn status(links: &[&str], expected: Option<&str>) -> Status {
        judge("hp", links.iter().copied(), expected).status
    }

    #[test]
    fn the_link_must_lead_to_the_configured_number() {
        let link = "https://wa.me/22997000000?text=Bonjour";
        assert_eq!(status(&[link], Some("+229 97 00 00 00")), Status::Ok);
        assert_eq!(status(&[link], Some("0022997000000")), Status::Ok);
        assert_eq!(status(&[link], Some("22997000001")), Status::Critical);
        assert_eq!(status(&[link], None), Status::Ok);
        assert_eq!(
            status(&["https://api.whatsapp.com/send?phone=22997000000"], Some("22997000000")),
            Status::Ok
        );
    }

    #[test]
    fn links_to_a_channel_or_for_sharing_are_no_button() {
        let others =
            ["https://whatsapp.com/channel/0029Va", "https://wa.me/?text=look", "https://notwhatsapp.com/1"];
        assert_eq!(status(&others, Some("22997000000")), Status::Critical);
        let with_button = [others[0], others[1], "https://wa.me/22997000000"];
        assert_eq!(status(&with_button, Some("22997000000")), Status::Ok);
    }

    #[test]
    fn a_placeholder_or_another_address_is_no_number() {
        for link in [
            "https://wa.me/237XXXXXXXXX",
            "https://wa.me/",
            "http://wa.me/22997000000",
            "https://example.org/1234567",
        ] {
            assert_eq!(status(&[link], None), Status::Critical, "{link}");
        }
        assert_eq!(status(&[], None), Status::Critical);
        assert_eq!(status(&["https://wa.me/22997000000"], Some("237XXXXXXXXX")), Status::Critical);
    }

    #[test]
    fn an_api_without_links_is_judged_by_its_settings() {
        assert_eq!(judge_number(Some("+229 97 00 00 00"), Some("22997000000")).status, Status::Ok);
        assert_eq!(judge_number(Some("22997000001"), Some("22997000000")).status, Status::Critical);
        assert_eq!(judge_number(None, Some("22997000000")).status, Status::Unknown);
    }
}
