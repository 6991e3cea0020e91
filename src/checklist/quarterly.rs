//! The guide's quarterly checklist (Checklist de Maintenance, Trimestrielle).

use super::Item;
use super::Period;

pub(super) const ITEMS: &[Item] = &[
    Item::signed(Period::Quarterly, "security.audit", "Security audited", "Audit sécurité complet"),
    Item::signed(Period::Quarterly, "performance.review", "Performance reviewed", "Revue performances"),
    Item::signed(
        Period::Quarterly,
        "dependencies.update",
        "Major versions of the dependencies taken up",
        "Mise à jour dépendances majeures",
    ),
    Item::signed(
        Period::Quarterly,
        "team.training",
        "Team shown what is new",
        "Formation équipe sur nouvelles fonctionnalités",
    ),
];
