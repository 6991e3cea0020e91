//! Which products a question is about, and in which order: the application's filters as SQL.

use crate::db::Price;
use crate::db::Showcase;
use crate::db::Value;
use crate::db::products::featured;
use crate::db::products::visible;
use crate::db::search;
use std::collections::BTreeSet;

/// A column that lists may be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Name,
    Price,
    CreatedAt,
}

/// One step of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub column: Column,
    pub descending: bool,
}

/// Conditions that a product must all meet; `None` and empty ones are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductFilter {
    pub slug: Option<String>,
    /// In any of these, as category or sub-category.
    pub categories: Option<BTreeSet<i64>>,
    pub brand: Option<String>,
    pub in_stock: Option<bool>,
    pub featured: Option<bool>,
    /// Bounds belong to the range.
    pub price_from: Option<Price>,
    pub price_to: Option<Price>,
    /// Words that must all be in the name, brand or description.
    pub words: Vec<String>,
    /// The newest first where it is empty.
    pub order: Vec<Order>,
}

impl ProductFilter {
    /// The condition on `p`, with its parameters in the order of their placeholders.
    pub(super) fn condition(&self, showcase: &Showcase) -> (String, Vec<Value>) {
        let mut parts = vec![visible(showcase)];
        let mut parameters: Vec<Value> = Vec::new();
        let mut bind = |value: Value| {
            parameters.push(value);
            format!("${}", parameters.len())
        };
        if let Some(slug) = &self.slug {
            parts.push(format!("p.slug = {}", bind(slug.as_str().into())));
        }
        if let Some(categories) = &self.categories {
            let ids: Vec<String> = categories.iter().map(|id| bind((*id).into())).collect();
            let ids = ids.join(", ");
            let places: Vec<String> =
                [(showcase.category_id, "category_id"), (showcase.subcategory_id, "subcategory_id")]
                    .into_iter()
                    .filter(|(there, _)| *there && !ids.is_empty())
                    .map(|(_, column)| format!("p.{column} IN ({ids})"))
                    .collect();
            parts.push(if places.is_empty() {
                "1 = 0".to_owned()
            } else {
                format!("({})", places.join(" OR "))
            });
        }
        if let Some(brand) = &self.brand {
            parts.push(if showcase.brand {
                format!("p.brand = {}", bind(brand.as_str().into()))
            } else {
                "1 = 0".to_owned()
            });
        }
        let stock = showcase.stock.map(|column| format!("p.{column}"));
        for (wanted, column) in [(self.in_stock, stock), (self.featured, featured(showcase))] {
            if let Some(wanted) = wanted {
                let not = if wanted { "" } else { "NOT " };
                parts.push(column.map_or_else(|| "1 = 0".to_owned(), |column| format!("{not}{column}")));
            }
        }
        for (bound, relation) in [(self.price_from, ">="), (self.price_to, "<=")] {
            if let Some(price) = bound {
                let number = bind(price.to_string().into());
                parts.push(format!("p.price {relation} CAST(CAST({number} AS TEXT) AS NUMERIC)"));
            }
        }
        for word in &self.words {
            let number = bind(search::contains(word));
            let fields: Vec<String> =
                [(true, "name"), (showcase.brand, "brand"), (showcase.description, "description")]
                    .into_iter()
                    .filter(|(there, _)| *there)
                    .map(|(_, column)| format!("UPPER(p.{column}) LIKE UPPER({number}) ESCAPE '\\'"))
                    .collect();
            parts.push(format!("({})", fields.join(" OR ")));
        }
        (parts.join(" AND "), parameters)
    }

    /// The order, made whole by the identifier: SQLite gives equal rows in that order too.
    pub(super) fn order(&self, showcase: &Showcase) -> String {
        let newest = [Order { column: Column::CreatedAt, descending: true }];
        let wanted = if self.order.is_empty() { &newest[..] } else { &self.order };
        let mut parts = steps(wanted, "p", showcase.created_at);
        parts.push("p.id".to_owned());
        parts.join(", ")
    }
}

/// Each column once, since a second mention decides nothing.
pub(super) fn steps(order: &[Order], table: &str, created_at: bool) -> Vec<String> {
    let mut seen = Vec::new();
    let mut parts = Vec::new();
    for Order { column, descending } in order {
        let name = match column {
            Column::Name => "name",
            Column::Price => "price",
            Column::CreatedAt if created_at => "created_at",
            Column::CreatedAt => continue,
        };
        if !seen.contains(column) {
            seen.push(*column);
            parts.push(format!("{table}.{name}{}", if *descending { " DESC" } else { "" }));
        }
    }
    parts
}
