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
use std::time::Duration;
use std::time::Instant;

/// How long the structure of the file may be read through; 10 s are some gigabytes.
const READ_THROUGH: Duration = Duration::from_secs(10);

/// Reads the structure of the file through, and counts what the catalogue holds.
///
/// # Errors
/// When the database cannot be asked.
pub fn check(database: &mut dyn Database, showcase: &Showcase) -> Result<Check> {
    let kind = &kinds::DATABASE;
    let begin = Instant::now();
    let subject = database.engine().to_string();
    let mut check = Check::default();
    let restore = "stop the site and restore the latest good backup";
    match database.quick_check(READ_THROUGH) {
        Ok(damage) if damage.is_empty() => {}
        Ok(damage) => check.add(
            Finding::critical(
                kind,
                &subject,
                format!("the file is damaged: {}", damage[0].replace('\n', " ")),
            )
            .with("damage", damage)
            .remedy(restore),
        ),
        Err(error) => check.absorb(unavailable(&error)),
    }
    let products = product_count(database, showcase)?;
    let categories = categories(database, showcase)?.len();
    let seconds = begin.elapsed().as_secs_f64();
    check.add(
        if showcase.category.is_none() {
            Finding::warning(
                kind,
                &subject,
                format!("opens; {products} products, and no table of categories in this schema"),
            )
            .remedy("if the application has categories, a table is lost: restore the latest good backup")
        } else if products == 0 {
            Finding::warning(kind, &subject, "opens, but the catalogue is empty")
                .remedy("if there were products, restore the latest good backup")
        } else {
            Finding::ok(kind, &subject, format!("opens; {products} products in {categories} categories"))
        }
        .with("products", products)
        .with("categories", categories)
        .with("seconds", seconds),
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
