//! Everything that is shown: the printer, the report and one file per format.

mod csv;
pub mod html;
mod json;
mod junit;
mod nagios;
mod printer;
mod progress;
mod prometheus;
mod report;
mod text;
mod wrap;

pub use csv::csv_line;
pub use json::SCHEMA;
pub use printer::ColorChoice;
pub use printer::Format;
pub use printer::ListFormat;
pub use printer::Printer;
pub use progress::Bar;
pub use report::ItemReport;
pub use report::Report;
pub use text::Look;
pub use wrap::wrap;
