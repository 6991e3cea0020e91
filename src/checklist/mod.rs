//! The guide's checklists: which items there are, and running them one after the other.
//!
//! An item that cannot run is UNKNOWN and the others still run.

mod daily;
mod due;
mod item;
mod last;
mod monthly;
mod overdue;
mod own;
mod page;
mod performance;
mod quarterly;
mod round;
mod run;
mod security;
mod sheet;
mod sign;
mod weekly;

pub use due::Due;
pub use due::Standing;
pub use due::standings;
pub use item::Item;
pub use item::Period;
pub use item::find;
pub use item::select;
pub use last::last_daily;
pub use overdue::overdue;
pub use own::of_site;
pub use page::page;
pub use round::Keeper;
pub use round::Round;
pub use run::run;
pub use security::AUDIT;
pub use security::AuditPart;
pub use security::WITH_DJANGO;
pub use security::audit;
pub use security::audit_grade;
pub use sheet::Line;
pub use sheet::Sheet;
pub use sheet::sheets;
pub use sheet::told;

/// Every item that sitekeep knows, in the guide's order; [`of_site`] has a site's own lists.
pub fn items() -> impl Iterator<Item = &'static Item> {
    daily::ITEMS.iter().chain(weekly::ITEMS).chain(monthly::ITEMS).chain(quarterly::ITEMS)
}
