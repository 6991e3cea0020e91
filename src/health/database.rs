//! Whether the site's database opens and holds the showcase.

use crate::db::Database;
use crate::db::Showcase;
use crate::db::categories;
use crate::db::product_count;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use anyhow::Result;
use std::time::Instant;

/// Counts what the catalogue holds, which reads from its tables.
///
/// # Errors
/// When the database cannot be asked.
pub fn check(database: &mut dyn Database, showcase: &Showcase) -> Result<Check> {
    let begin = Instant::now();
    let products = product_count(database, showcase)?;
    let categories = categories(database, showcase)?.len();
    let seconds = begin.elapsed().as_secs_f64();
    let engine = database.engine();
    let message = format!("opens; {products} products in {categories} categories");
    let subject = engine.to_string();
    let finding = if products == 0 {
        Finding::warning(&kinds::DATABASE, subject, "opens, but the catalogue is empty")
            .remedy("if there were products, restore the latest good backup")
    } else {
        Finding::ok(&kinds::DATABASE, subject, message)
    };
    let mut check = Check::from(
        finding.with("products", products).with("categories", categories).with("seconds", seconds),
    );
    #[expect(clippy::cast_precision_loss, reason = "a count of products")]
    check.measure(Metric::new("products", "", products as f64, Unit::Count));
    Ok(check)
}

/// The finding for a database that does not open: damaged or missing is critical, locked or unknown is UNKNOWN.
pub fn unavailable(problem: &anyhow::Error) -> Check {
    let message = error::one_line(problem);
    let finding = if error::exit_code(problem) == error::Kind::Failed.exit_code() {
        Finding::critical(&kinds::DATABASE, "database", message)
    } else {
        Finding::unknown(&kinds::DATABASE, "database", message)
    };
    match error::hints(problem).first() {
        Some(hint) => finding.remedy(*hint),
        None => finding,
    }
    .into()
}
