//! One line's worth of a checklist, and choosing among them.

use super::Round;
use crate::config::ItemConfig;
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
    Quarterly,
}

impl Period {
    pub const ALL: [Self; 4] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Quarterly];

    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
        }
    }

    /// Heading of its list in the guide.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Daily => "Quotidienne",
            Self::Weekly => "Hebdomadaire",
            Self::Monthly => "Mensuelle",
            Self::Quarterly => "Trimestrielle",
        }
    }

    /// The period that a word names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.word() == word)
    }
}

/// How an item is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    /// By sitekeep itself.
    Check(fn(&mut Round<'_>) -> Result<Check>),
    /// By a person, who signs for it.
    Sign,
    /// By a command of the site's own.
    Command(&'static ItemConfig),
}

/// An item of a checklist.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// Noun and part: `health.pages`.
    pub id: &'static str,
    pub title: &'static str,
    /// Line of the guide's checklist that it belongs to.
    pub line: &'static str,
    pub period: Period,
    /// Whether it changes the site, its backups or what is kept.
    pub changes: bool,
    pub(super) work: Work,
}

impl Item {
    pub(super) const fn new(
        period: Period,
        id: &'static str,
        title: &'static str,
        line: &'static str,
        check: fn(&mut Round<'_>) -> Result<Check>,
    ) -> Self {
        let changes = !matches!(period, Period::Daily);
        Self { id, title, line, period, changes, work: Work::Check(check) }
    }

    /// An item that a person does, and signs for.
    pub(super) const fn signed(
        period: Period,
        id: &'static str,
        title: &'static str,
        line: &'static str,
    ) -> Self {
        Self { id, title, line, period, changes: false, work: Work::Sign }
    }

    /// Whether a person does it, and signs for it.
    pub fn is_signed(&self) -> bool {
        matches!(self.work, Work::Sign)
    }

    /// Whether it is about the copies away from this machine, which not every site has.
    pub(super) fn is_remote(&self) -> bool {
        self.id.starts_with("remote.")
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
            return Err(unknown(&items, name).into());
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

/// The item of an identifier.
///
/// # Errors
/// A usage error for a name that means no item, with the nearest that does.
pub fn find(items: &[&'static Item], id: &str) -> Result<&'static Item> {
    let found = items.iter().copied().find(|item| item.id == id);
    // A family is more than one item.
    Ok(found.ok_or_else(|| match items.iter().find(|item| item.is_named(id)) {
        Some(first) => Error::new(Kind::Usage, format!("`{id}` is more than one item"))
            .hint(format!("name one of them: {} …", first.id)),
        None => unknown(items, id),
    })?)
}

/// Says that a name means no item, and which is nearest.
fn unknown(items: &[&'static Item], name: &str) -> Error {
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
    Error::new(Kind::Usage, format!("`{name}` is no item of this checklist")).hint(hint)
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
        let items = super::super::items;
        let ids: std::collections::BTreeSet<_> = items().map(|item| item.id).collect();
        assert_eq!(ids.len(), items().count());
    }

    #[test]
    fn every_line_of_the_guides_lists_is_an_item() {
        // As the guide has them: Checklist de Maintenance.
        let guide = [
            (
                "Quotidienne",
                &["Vérifier fonctionnement site", "Consulter logs erreurs", "Vérifier espace disque"][..],
            ),
            (
                "Hebdomadaire",
                &[
                    "Sauvegarde base de données",
                    "Sauvegarde fichiers media",
                    "Nettoyer fichiers temporaires",
                    "Vérifier mises à jour sécurité",
                ],
            ),
            (
                "Mensuelle",
                &[
                    "Optimiser base de données",
                    "Optimiser images",
                    "Analyser statistiques",
                    "Mettre à jour documentation",
                    "Tester procédures de restauration",
                ],
            ),
            (
                "Trimestrielle",
                &[
                    "Audit sécurité complet",
                    "Revue performances",
                    "Mise à jour dépendances majeures",
                    "Formation équipe sur nouvelles fonctionnalités",
                ],
            ),
        ];
        for (period, (heading, lines)) in Period::ALL.into_iter().zip(guide) {
            assert_eq!(period.heading(), heading);
            let mut found: Vec<_> = super::super::items()
                .filter(|item| item.period == period)
                .map(|item| item.line)
                .filter(|line| lines.contains(line))
                .collect();
            found.dedup();
            assert_eq!(found, lines, "in the guide's order, each once");
        }
    }
}
