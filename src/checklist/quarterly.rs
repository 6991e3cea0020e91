//! The guide's quarterly checklist (Checklist de Maintenance, Trimestrielle).

use super::Item;
use super::Period;
use super::performance;
use super::security;

pub(super) const ITEMS: &[Item] = &[
    Item {
        changes: false,
        ..Item::new(Period::Quarterly, "security.audit", "Security audit", security::LINE, security::whole)
    },
    performance::ITEMS[0],
    performance::ITEMS[1],
    performance::ITEMS[2],
    performance::ITEMS[3],
    performance::ITEMS[4],
    performance::ITEMS[5],
    Item::signed(Period::Quarterly, "performance.review", "Performance reviewed", performance::LINE),
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
