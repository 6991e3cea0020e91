//! What the database does for the catalogue's pages: statements that take long, plans that read everything, references
//! without an index.

use super::pages::milliseconds;
use crate::config::DatabaseConfig;
use crate::config::PerformanceConfig;
use crate::db;
use crate::db::Database;
use crate::db::Plan;
use crate::db::ProductFilter;
use crate::db::Showcase;
use crate::db::upkeep;
use crate::db::upkeep::Statements;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::count;
use anyhow::Result;

/// Products on the page that is asked for.
const PAGE: u64 = 20;

/// Judges the statements, the plans and the references.
///
/// # Errors
/// When the database cannot be asked.
pub fn check_queries(
    database: &mut dyn Database,
    showcase: &Showcase,
    settings: &DatabaseConfig,
    limits: &PerformanceConfig,
) -> Result<Check> {
    let mut check = Check::default();
    statements(settings, limits, &mut check)?;
    plans(database, showcase, limits, &mut check)?;
    let kind = &kinds::PERFORMANCE_PLAN;
    for bare in upkeep::bare_references(settings)? {
        let subject = format!("{}.{}", bare.table, bare.column);
        let message = format!(
            "refers to {} and has no index: each look for its rows reads all of {}",
            bare.target, bare.table
        );
        check.add(Finding::warning(kind, subject, message).remedy(
            "Django makes such an index itself: find the migration that removed it, or add db_index=True and migrate",
        ));
    }
    Ok(check)
}

fn statements(settings: &DatabaseConfig, limits: &PerformanceConfig, check: &mut Check) -> Result<()> {
    let kind = &kinds::PERFORMANCE_STATEMENT;
    match upkeep::slow_statements(settings, limits.slow_statement)? {
        Statements::NoServer => {}
        Statements::Unknown(how) => {
            let message = "the server keeps no record of its statements (pg_stat_statements)";
            check.add(Finding::unknown(kind, settings.label(), message).remedy(how));
        }
        Statements::Known(slow) if slow.is_empty() => {
            let limit = milliseconds(limits.slow_statement.as_secs_f64());
            check.add(Finding::ok(kind, settings.label(), format!("no statement takes {limit} on average")));
        }
        Statements::Known(slow) => {
            for statement in slow {
                let message = format!(
                    "{} on average, {}, {} in all",
                    milliseconds(statement.mean_seconds),
                    count(statement.calls, "call"),
                    milliseconds(statement.total_seconds)
                );
                let subject: String = statement.sql.chars().take(120).collect();
                check.add(
                    Finding::warning(kind, subject, message)
                        .with("sql", statement.sql)
                        .with("calls", statement.calls)
                        .with("mean_seconds", statement.mean_seconds)
                        .remedy("EXPLAIN (ANALYZE) it in psql; an index on what it filters or sorts by is the usual cure"),
                );
            }
        }
    }
    Ok(())
}

fn plans(
    database: &mut dyn Database,
    showcase: &Showcase,
    limits: &PerformanceConfig,
    check: &mut Check,
) -> Result<()> {
    let kind = &kinds::PERFORMANCE_PLAN;
    let products = db::product_count(database, showcase)?;
    let category = db::categories(database, showcase)?.first().map(|category| category.id);
    let page = ProductFilter { limit: PAGE, ..ProductFilter::default() };
    let of_category = ProductFilter { categories: category.map(|id| [id].into()), ..page.clone() };
    let searched = ProductFilter { words: vec!["a".to_owned()], ..page.clone() };
    let listed = |database: &mut dyn Database, filter: &ProductFilter| {
        db::plans(database, |database| db::products(database, showcase, filter).map(drop))
    };
    let one = db::plans(database, |database| db::product(database, showcase, "a").map(drop))?;
    let asked = [
        ("a product by its slug", "slug", one),
        ("the first page of the listing", "created_at", listed(database, &page)?),
        ("the first page of a category", "category_id", listed(database, &of_category)?),
    ];
    for (subject, column, plans) in asked {
        let slow = plans.iter().find(|plan| plan.scans);
        check.add(match slow {
            Some(plan) if products >= limits.scan_products => {
                let sorts = if plan.sorts { " and sorts" } else { "" };
                let message = format!("reads{sorts} all {products} products");
                let remedy = format!(
                    "an index on {}.{column}: indexes = [models.Index(fields=[…])] in the model's Meta, and migrate",
                    showcase.product
                );
                told(Finding::warning(kind, subject, message).remedy(remedy), plan)
            }
            Some(plan) => {
                let message = format!("reads all {products} products, which are few");
                told(Finding::ok(kind, subject, message), plan)
            }
            None => Finding::ok(kind, subject, "found by an index"),
        });
    }
    if let Some(plan) = listed(database, &searched)?.iter().find(|plan| plan.scans) {
        let message = format!("reads all {products} products, as a search for a part of a word does");
        check.add(told(Finding::ok(kind, "a search", message), plan));
    }
    Ok(())
}

fn told(finding: Finding, plan: &Plan) -> Finding {
    finding.with("plan", plan.steps.clone())
}
