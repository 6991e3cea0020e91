//! Which backup is drilled when chance decides: the longer one has waited for a drill, the likelier it is.

use super::Artefact;
use crate::system::time;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Draws one of `artefacts` by a random number; each weighs the days since its last drill, or since it was made.
pub fn draw<'a>(
    artefacts: &[&'a Artefact],
    drilled: &BTreeMap<String, Timestamp>,
    now: Timestamp,
    number: u64,
) -> Option<&'a Artefact> {
    let weight = |artefact: &Artefact| {
        let since = drilled.get(&artefact.name).copied().unwrap_or(artefact.created_at);
        let days = u64::try_from(time::age(now, since).as_hours() / 24).unwrap_or_default() + 1;
        // One that nobody has ever drilled goes before one that waits as long for its second drill.
        if drilled.contains_key(&artefact.name) { days } else { days * 2 }
    };
    let total: u64 = artefacts.iter().map(|artefact| weight(artefact)).sum();
    let mut ticket = number.checked_rem(total)?;
    artefacts.iter().copied().find(|artefact| {
        let weight = weight(artefact);
        let drawn = ticket < weight;
        ticket = ticket.saturating_sub(weight);
        drawn
    })
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::super::Standing;
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn the_longer_one_waits_the_likelier_it_is() {
        let day = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        let artefact = |name: &str, made: i64| Artefact {
            name: name.to_owned(),
            path: name.into(),
            kind: Kind::Full,
            created_at: day(made),
            size: 1,
            standing: Standing::Ours,
            summary: None,
        };
        let all = [artefact("old", 0), artefact("drilled", 0), artefact("new", 10)];
        let all: Vec<&Artefact> = all.iter().collect();
        let drilled = BTreeMap::from([("drilled".to_owned(), day(9))]);
        let mut drawn: BTreeMap<&str, u32> = BTreeMap::new();
        for number in 0..260 {
            let artefact = draw(&all, &drilled, day(10), number).expect("one");
            *drawn.entry(artefact.name.as_str()).or_default() += 1;
        }
        assert_eq!(drawn, BTreeMap::from([("drilled", 20), ("new", 20), ("old", 220)]));
        assert_eq!(draw(&[], &drilled, day(10), 7), None);
    }
}
