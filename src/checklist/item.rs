//! One line's worth of a checklist, and choosing among them.

use super::Round;
use crate::error::Error;
use crate::error::Kind;
use crate::status::Check;
use anyhow::Result;

/// How often the guide wants an item done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Daily,
    Weekly,
    Monthly,
}

impl Period {
    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// Whether its items change the site, its backups or what is kept.
    pub fn changes(self) -> bool {
        self != Self::Daily
    }
}

/// An executable item of a checklist.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// Noun and part: `health.pages`.
    pub id: &'static str,
    pub title: &'static str,
    /// Line of the guide's checklist that it belongs to.
    pub line: &'static str,
    pub period: Period,
    pub(super) check: fn(&mut Round<'_>) -> Result<Check>,
}

impl Item {
    pub(super) const fn new(
        period: Period,
        id: &'static str,
        title: &'static str,
        line: &'static str,
        check: fn(&mut Round<'_>) -> Result<Check>,
    ) -> Self {
        Self { id, title, line, period, check }
    }

    /// Whether a name means this item: its identifier, or the noun of its family.
    fn is_named(&self, name: &str) -> bool {
        self.id == name || self.id.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Parts the items into those to run and the identifiers of those left out.
///
/// # Errors
/// A usage error for a name that means no item, with the nearest that does, or when nothing is left to run.
pub fn select(
    items: impl Iterator<Item = &'static Item>,
    only: &[String],
    skip: &[String],
) -> Result<(Vec<&'static Item>, Vec<String>)> {
    let items: Vec<_> = items.collect();
    for name in only.iter().chain(skip) {
        if !items.iter().any(|item| item.is_named(name)) {
            let families = items.iter().filter_map(|item| item.id.split('.').next());
            let near = families
                .chain(items.iter().map(|item| item.id))
                .map(|known| (strsim::damerau_levenshtein(known, name), known))
                .filter(|(distance, known)| *distance <= 1 + known.len() / 3)
                .min();
            let all = items.iter().map(|item| item.id).collect::<Vec<_>>().join(", ");
            let hint = match near {
                Some((_, known)) => format!("did you mean `{known}`?"),
                None => format!("there are {all}"),
            };
            return Err(Error::new(Kind::Usage, format!("`{name}` is no item of this checklist"))
                .hint(hint)
                .into());
        }
    }
    let wanted = |item: &Item| {
        (only.is_empty() || only.iter().any(|name| item.is_named(name)))
            && !skip.iter().any(|name| item.is_named(name))
    };
    let (run, left): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| wanted(item));
    if run.is_empty() {
        return Err(Error::new(Kind::Usage, "no item is left to run").hint("skip fewer items").into());
    }
    Ok((run, left.into_iter().map(|item| item.id.to_owned()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(only: &[&str], skip: &[&str]) -> Result<Vec<&'static str>> {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let daily = super::super::items().filter(|item| item.period == Period::Daily);
        let (run, _) = select(daily, &own(only), &own(skip))?;
        Ok(run.into_iter().map(|item| item.id).collect())
    }

    #[test]
    fn a_noun_means_its_family() {
        assert_eq!(names(&["disk"], &["disk.media"]).expect("some"), ["disk.space", "disk.database"]);
        assert!(names(&[], &["disk"]).expect("some").contains(&"health.pages"));
    }

    #[test]
    fn a_wrong_name_is_a_usage_error_with_the_nearest() {
        let error = names(&["disk.spaec"], &[]).expect_err("refused");
        assert_eq!(crate::error::exit_code(&error), 64);
        assert_eq!(crate::error::hints(&error), ["did you mean `disk.space`?"]);
        assert_eq!(
            crate::error::hints(&names(&["healt"], &[]).expect_err("refused")),
            ["did you mean `health`?"]
        );
        assert!(names(&["disk"], &["disk"]).is_err());
    }

    #[test]
    fn identifiers_are_unique() {
        for period in [Period::Daily, Period::Weekly, Period::Monthly] {
            let of_period = || super::super::items().filter(|item| item.period == period);
            let ids: std::collections::BTreeSet<_> = of_period().map(|item| item.id).collect();
            assert_eq!(ids.len(), of_period().count());
            assert!(!ids.is_empty());
        }
    }
}
