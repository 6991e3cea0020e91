//! The guide's checklists: which items there are, and running them one after the other.
//!
//! An item that cannot run is UNKNOWN and the others still run.

mod daily;
mod item;
mod last;
mod monthly;
mod round;
mod run;
mod security;
mod weekly;

pub use item::Item;
pub use item::Period;
pub use item::select;
pub use last::last_daily;
pub use round::Keeper;
pub use round::Round;
pub use run::run;
pub use security::AUDIT;
pub use security::AuditPart;
pub use security::WITH_DJANGO;
pub use security::audit;
pub use security::audit_grade;

/// Every item, in the guide's order.
pub fn items() -> impl Iterator<Item = &'static Item> {
    daily::ITEMS.iter().chain(weekly::ITEMS).chain(monthly::ITEMS)
}
