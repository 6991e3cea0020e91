//! The report on the products for programs: JSON, and a list of comma-separated values.

use super::told::Told;
use crate::docs::FieldValue;
use crate::output::csv_line;
use crate::state::CatalogueProduct;
use anyhow::Result;
use serde_json::Value;
use serde_json::json;

pub(super) fn json(told: &Told<'_>) -> Result<String> {
    let found = told.changes;
    let products = |products: &[CatalogueProduct]| products.iter().map(product).collect::<Vec<_>>();
    let changed: Vec<Value> = found
        .changed
        .iter()
        .map(|change| {
            let fields: Vec<Value> = change
                .fields
                .iter()
                .map(|field| {
                    json!({
                        "field": field.field.key(), "before": value(&field.before), "after": value(&field.after),
                    })
                })
                .collect();
            json!({ "slug": change.product.slug, "name": change.product.name, "fields": fields })
        })
        .collect();
    let document = json!({
        "schema_version": 1,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "site": told.config.site.name,
        "at": told.now.to_string(),
        "since": found.since.map(|since| since.to_string()),
        "products_before": found.since.map(|_| found.products_before),
        "products": found.products,
        "added": products(&found.added),
        "changed": changed,
        "removed": products(&found.removed),
        "not_compared": found.not_compared.iter().map(|field| field.key()).collect::<Vec<_>>(),
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

pub(super) fn csv(told: &Told<'_>) -> String {
    let mut text = csv_line(&["change", "slug", "name", "field", "before", "after"]);
    let mut add = |change: &str, product: &CatalogueProduct, rest: [&str; 3]| {
        text.push_str(&csv_line(&[&[change, &product.slug, &product.name], &rest[..]].concat()));
    };
    for product in &told.changes.added {
        add("added", product, ["", "", ""]);
    }
    for change in &told.changes.changed {
        for field in &change.fields {
            let (before, after) = (value(&field.before), value(&field.after));
            let written = |value: Value| match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                other => other.to_string(),
            };
            add("changed", &change.product, [field.field.key(), &written(before), &written(after)]);
        }
    }
    for product in &told.changes.removed {
        add("removed", product, ["", "", ""]);
    }
    text
}

fn product(product: &CatalogueProduct) -> Value {
    json!({
        "slug": product.slug, "name": product.name, "brand": product.brand, "category": product.category,
        "price": product.price.map(|price| crate::db::Price(price).to_string()),
        "in_stock": product.in_stock, "featured": product.featured, "picture": product.picture,
    })
}

fn value(value: &FieldValue) -> Value {
    match value {
        FieldValue::None => Value::Null,
        FieldValue::Text(text) => text.clone().into(),
        FieldValue::Price(price) => price.to_string().into(),
        FieldValue::Truth(truth) => (*truth).into(),
        FieldValue::Digest(digest) => {
            format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat())
                .into()
        }
    }
}
