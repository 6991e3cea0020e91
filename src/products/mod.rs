//! The products and categories of the shop, written as the application itself writes them (guide: "Gestion des
//! Produits").
//!
//! What somebody wants (a [`Draft`]) is held against the [`Catalogue`] and becomes a [`Plan`]; a plan is shown, or
//! carried out as one change of rows and pictures that `sitekeep undo` takes back.

mod carry_out;
mod catalogue;
mod category_plan;
mod draft;
mod file_name;
mod fitting;
mod import;
mod layout;
mod own_rows;
mod picture;
mod plan;
mod planner;
mod price;
mod slug;
mod table;

pub use carry_out::Order;
pub use carry_out::carry_out;
pub use catalogue::Catalogue;
pub use catalogue::Category;
pub use catalogue::Facts;
pub use catalogue::Product;
pub use draft::CategoryDraft;
pub use draft::Draft;
pub use draft::Picture;
pub use plan::Plan;
pub use plan::Told;
pub use plan::What;
pub use planner::PictureRule;
pub use planner::Planner;
pub use planner::Setting;
pub use price::read_price;
pub use slug::slugify;
pub use table::Entry;
pub use table::FIELDS;
pub use table::read_entries;
