//! Categories and how many products stand in each.

use super::Database;
use super::Showcase;
use super::products::visible;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeSet;

/// A category of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub id: i64,
    pub name: String,
    pub slug: String,
    pub parent_id: Option<i64>,
    /// Products directly in it, as category or sub-category.
    pub product_count: u64,
}

impl Category {
    /// Identifiers of the category and all below it; a loop among parents ends where it began.
    pub fn with_descendants(all: &[Self], id: i64) -> BTreeSet<i64> {
        let mut found = BTreeSet::from([id]);
        loop {
            let before = found.len();
            found.extend(
                all.iter()
                    .filter(|category| category.parent_id.is_some_and(|parent| found.contains(&parent)))
                    .map(|category| category.id)
                    .collect::<Vec<_>>(),
            );
            if found.len() == before {
                return found;
            }
        }
    }
}

/// All categories by name; none where this schema has no such table.
///
/// # Errors
/// When the database cannot be asked.
pub fn categories(database: &mut dyn Database, showcase: &Showcase) -> Result<Vec<Category>> {
    let Some(table) = &showcase.category else { return Ok(Vec::new()) };
    let parent = if showcase.category_parent { "c.parent_id" } else { "CAST(NULL AS INTEGER)" };
    let product = &showcase.product;
    let mut places = Vec::new();
    if showcase.category_id {
        places.push("p.category_id = c.id");
    }
    if showcase.subcategory_id {
        places.push("p.subcategory_id = c.id");
    }
    let count = if places.is_empty() {
        "CAST(0 AS BIGINT)".to_owned()
    } else {
        format!(
            "(SELECT count(*) FROM \"{product}\" AS p WHERE ({}) AND {})",
            places.join(" OR "),
            visible(showcase)
        )
    };
    let sql =
        format!("SELECT c.id, c.name, c.slug, {parent}, {count} FROM \"{table}\" AS c ORDER BY c.name, c.id");
    let rows = database.query(&sql, &[]).with_context(|| format!("read {table}"))?;
    rows.iter()
        .map(|row| {
            Ok(Category {
                id: row.integer(0)?,
                name: row.text(1)?,
                slug: row.text(2)?,
                parent_id: row.optional_integer(3)?,
                product_count: u64::try_from(row.integer(4)?)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(id: i64, parent_id: Option<i64>) -> Category {
        Category { id, name: String::new(), slug: String::new(), parent_id, product_count: 0 }
    }

    #[test]
    fn descendants_are_found_at_any_depth_and_loops_end() {
        let all = [category(1, Some(3)), category(2, Some(1)), category(3, Some(2)), category(4, None)];
        assert_eq!(Category::with_descendants(&all, 1), BTreeSet::from([1, 2, 3]));
        assert_eq!(Category::with_descendants(&all, 4), BTreeSet::from([4]));
    }
}
