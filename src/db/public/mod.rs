//! The rows that the application's public API tells, found by the questions that it takes.
//!
//! `products.rs` and `categories.rs` beside this folder ask as the server's own pages do.

mod categories;
mod filter;
mod products;
mod settings;

pub use categories::Category;
pub use categories::CategoryFilter;
pub use categories::categories;
pub use categories::matching;
pub use categories::with_descendants;
pub use filter::Column;
pub use filter::Order;
pub use filter::ProductFilter;
pub use products::Picture;
pub use products::Product;
pub use products::Stats;
pub use products::brands;
pub use products::count;
pub use products::gallery;
pub use products::product;
pub use products::products;
pub use products::stats;
pub use settings::settings;
