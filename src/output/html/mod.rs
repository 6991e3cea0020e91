//! Reports as web pages that stand alone: one file without scripts or anything from elsewhere, light and dark, for a
//! telephone and for paper.
//!
//! [`Page`] is the shell, [`Html`] what goes into it; each chart comes with the table of its figures.

mod bars;
mod donut;
mod line;
mod markup;
mod page;
mod table;

pub use bars::Bar;
pub use bars::bars;
pub use donut::Part;
pub use donut::donut;
pub use line::Line;
pub use line::line;
pub use markup::Html;
pub use page::Card;
pub use page::Page;
pub use table::Column;
pub use table::Table;
