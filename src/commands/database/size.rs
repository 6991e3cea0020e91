//! `database size`: what each table takes.

use crate::commands::Context;
use crate::db::upkeep;
use crate::db::upkeep::Space;
use crate::output::ListFormat;
use crate::output::Printer;
use crate::output::csv_line;
use crate::output::wrap;
use crate::status::Status;
use crate::units::ByteSize;
use crate::units::grouped;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;

/// List the tables with what they take on disk, largest first
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep database size --format csv")]
pub(in crate::commands) struct SizeArgs {}

/// Measures and lists.
///
/// # Errors
/// When the database cannot be asked, or the format is none of a list.
pub(super) fn run(_args: &SizeArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let settings = &loaded.config.database;
    let text = match context.printer.list_format()? {
        ListFormat::Text => text(&settings.label(), &upkeep::space(settings)?)?,
        ListFormat::Csv => csv(&upkeep::space(settings)?),
        ListFormat::Json => json(&settings.label(), &upkeep::space(settings)?)?,
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn text(label: &str, space: &Space) -> Result<String> {
    let mut text = format!("{:<36} {:>9} {:>9} {:>10} {:>9}\n", "table", "rows", "table", "indexes", "empty");
    for table in &space.tables {
        writeln!(
            text,
            "{:<36} {:>9} {:>9} {:>10} {:>9}",
            table.name,
            table.rows.map_or_else(|| "?".to_owned(), grouped),
            ByteSize(table.table_bytes).to_string(),
            ByteSize(table.index_bytes).to_string(),
            ByteSize(table.dead_bytes).to_string(),
        )?;
    }
    let (whole, dead) = (ByteSize(space.bytes), ByteSize(space.dead_bytes()));
    let line = format!("{label}: {whole} in all, about {dead} of it hold nothing");
    writeln!(text, "\n{}", wrap(&line, Printer::width(), 2))?;
    if space.tables.iter().any(|table| table.rows.is_none()) {
        writeln!(text, "?: the database has no estimate; `sitekeep database optimize` makes one")?;
    }
    Ok(text)
}

fn csv(space: &Space) -> String {
    let mut text = csv_line(&["table", "rows", "table_bytes", "index_bytes", "dead_bytes", "dead_rows"]);
    for table in &space.tables {
        text.push_str(&csv_line(&[
            table.name.clone(),
            table.rows.map_or_else(String::new, |rows| rows.to_string()),
            table.table_bytes.to_string(),
            table.index_bytes.to_string(),
            table.dead_bytes.to_string(),
            table.dead_rows.to_string(),
        ]));
    }
    text
}

fn json(label: &str, space: &Space) -> Result<String> {
    let document = serde_json::json!({
        "schema_version": 1, "database": label, "bytes": space.bytes, "dead_bytes": space.dead_bytes(),
        "tables": space.tables,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}
