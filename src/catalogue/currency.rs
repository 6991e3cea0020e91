//! The currency as search engines name it (ISO 4217), from what is written after the prices.

/// Zones of the countries whose CFA franc is that of Central Africa.
const CENTRAL: [&str; 6] = ["Douala", "Libreville", "Brazzaville", "Malabo", "Ndjamena", "Bangui"];

/// Zones of the countries whose CFA franc is that of West Africa.
const WEST: [&str; 8] =
    ["Porto-Novo", "Abidjan", "Dakar", "Bamako", "Lome", "Niamey", "Ouagadougou", "Bissau"];

/// The code; nothing where the currency's name is that of several, such as `$`.
pub fn currency_code(currency: &str, timezone: &str) -> Option<String> {
    let name = currency.replace([' ', '.'], "").to_uppercase();
    let code = match name.as_str() {
        "CFA" | "FCFA" | "FRANCCFA" | "FRANCSCFA" => {
            let city = timezone.strip_prefix("Africa/")?;
            if WEST.contains(&city) {
                "XOF"
            } else if CENTRAL.contains(&city) {
                "XAF"
            } else {
                return None;
            }
        }
        "€" | "EURO" | "EUROS" => "EUR",
        code if code == currency && code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            code
        }
        _ => return None,
    };
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cfa_franc_is_that_of_the_zone() {
        for (currency, zone, code) in [
            ("FCFA", "Africa/Porto-Novo", Some("XOF")),
            ("F CFA", "Africa/Douala", Some("XAF")),
            ("CFA", "Europe/Paris", None),
            ("FCFA", "Africa/Nairobi", None),
            ("€", "Europe/Paris", Some("EUR")),
            ("XAF", "UTC", Some("XAF")),
            ("NGN", "Africa/Lagos", Some("NGN")),
            ("$", "America/New_York", None),
            ("", "Africa/Dakar", None),
        ] {
            assert_eq!(currency_code(currency, zone).as_deref(), code, "{currency} {zone}");
        }
    }
}
