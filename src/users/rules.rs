//! Django's own rules on names and passwords of users.

use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// The most usual ones, in lower case, one a line.
const COMMON: &str = include_str!("common.txt");

const SHORTEST: usize = 8;
/// Django refuses longer ones unread.
const LONGEST: usize = 4096;
const LONGEST_NAME: usize = 150;
/// From this likeness on, Django thinks a password made of the name.
const LIKE: f64 = 0.7;

static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\W+").ok());

/// The name as Django keeps it, where it is one: letters, digits and `@.+-_`, at most 150.
///
/// # Errors
/// What is wrong with it, as a sentence's end.
pub fn fitting_name(given: &str) -> Result<String, String> {
    let name: String = given.nfkc().collect();
    let length = name.chars().count();
    if name.is_empty() || length > LONGEST_NAME {
        return Err(format!("has {length} characters: 1 to {LONGEST_NAME} fit"));
    }
    match name.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '_' | '@' | '.' | '+' | '-')) {
        Some(other) => Err(format!("has {other:?} in it: letters, digits and @ . + - _ may stand in a name")),
        None => Ok(name),
    }
}

/// Why a password is not taken; empty for one that is. `about` is what is known of the user: name, address.
pub fn weaknesses(password: &str, about: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let length = password.chars().count();
    if length < SHORTEST {
        found.push(format!("it is too short: at least {SHORTEST} characters"));
    }
    if length > LONGEST {
        found.push(format!("it is too long: at most {LONGEST} characters"));
    }
    if password.contains('\0') {
        found.push("it has a zero byte in it".to_owned());
    }
    let lower = password.trim().to_lowercase();
    if COMMON.lines().any(|common| common == lower) {
        found.push("it is one of the most usual ones".to_owned());
    }
    if !password.is_empty() && password.chars().all(char::is_numeric) {
        found.push("it is made of digits alone".to_owned());
    }
    if about.iter().any(|known| is_like(password, known)) {
        found.push("it is too like the user's name or address".to_owned());
    }
    found
}

fn is_like(password: &str, known: &str) -> bool {
    let (password, known) = (password.to_lowercase(), known.to_lowercase());
    let parts = PARTS.as_ref().map(|regex| regex.split(&known).collect::<Vec<_>>()).unwrap_or_default();
    parts.into_iter().chain([known.as_str()]).filter(|part| !part.is_empty()).any(|part| {
        let (long, short) = (password.chars().count(), part.chars().count());
        // Of a long password, a short part says little.
        let is_small = long >= 10 * short && short * 20 < 7 * long;
        !is_small && likeness(&password, part) >= LIKE
    })
}

/// Share of the letters that both have, wherever they stand: Python's `quick_ratio`.
fn likeness(one: &str, other: &str) -> f64 {
    let mut counts: BTreeMap<char, i64> = BTreeMap::new();
    for letter in other.chars() {
        *counts.entry(letter).or_default() += 1;
    }
    let mut both = 0_u32;
    for letter in one.chars() {
        let left = counts.entry(letter).or_default();
        both += u32::from(*left > 0);
        *left -= 1;
    }
    let all = u32::try_from(one.chars().count() + other.chars().count()).unwrap_or(u32::MAX);
    if all == 0 { 0.0 } else { 2.0 * f64::from(both) / f64::from(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_judged_as_django_judges_it() {
        let about = ["amina.diallo", "amina@boutique.example"].map(str::to_owned);
        for (password, reason) in [
            ("Ab1!", "too short"),
            ("password", "most usual"),
            ("AZERTYUIOP", "most usual"),
            ("8362947105", "digits alone"),
            ("aminadiallo", "too like"),
            ("Boutique1", "too like"),
        ] {
            let found = weaknesses(password, &about).join(", ");
            assert!(found.contains(reason), "{password}: {found}");
        }
        assert!(weaknesses("Marché de Dantokpa 7", &about).is_empty());
    }

    #[test]
    fn a_name_has_the_characters_that_django_takes() {
        assert_eq!(fitting_name("amina.diallo+1@shop_x-y").as_deref(), Ok("amina.diallo+1@shop_x-y"));
        assert_eq!(fitting_name("Éléonore").as_deref(), Ok("Éléonore"));
        for name in ["", "a b", "a/b", "a\nb", "<b>"] {
            assert!(fitting_name(name).is_err(), "{name}");
        }
        assert!(fitting_name(&"a".repeat(151)).is_err());
    }
}
