//! The figures as a JSON document.

use super::Told;
use crate::status::Status;
use anyhow::Result;
use serde_json::json;

pub(super) fn render(told: &Told<'_>, status: Status) -> Result<String> {
    let growth: Vec<_> = told
        .growth
        .iter()
        .map(|growth| {
            json!({
                "figure": growth.key,
                "now": growth.now,
                "since": growth.before.map(|before| before.at.to_string()),
                "change": growth.change(),
            })
        })
        .collect();
    let document = json!({
        "schema_version": 1,
        "tool_version": env!("CARGO_PKG_VERSION"),
        "site": told.config.site.name,
        "at": told.now.to_string(),
        "status": status,
        "currency": told.config.site.currency,
        "statistics": told.figures,
        "growth": growth,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}
