//! Whether a transaction took place, and taking it back.

use super::Fields;
use super::Reference;
use super::Relation;
use super::RowChange;
use super::Transaction;
use super::count;
use super::read;
use super::references_to;
use crate::db::Database;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use std::collections::BTreeMap;

/// How the rows of a transaction stand now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// As before it: it did not take place, or was taken back.
    Before,
    /// As after it.
    After,
    /// Every one of them has been written to since.
    Neither,
}

/// Looks whether a transaction took place: one row that tells is enough, for all were written together.
///
/// # Errors
/// When the database cannot be asked.
pub fn standing(database: &mut dyn Database, changes: &[RowChange]) -> Result<Standing> {
    let mut relations = BTreeMap::new();
    for change in changes {
        let relation = relation(database, &mut relations, &change.table)?;
        let now = read::by_id(database, &relation, change.id)?;
        if let Some(standing) = one(change, now.as_ref()) {
            return Ok(standing);
        }
    }
    Ok(Standing::Neither)
}

fn one(change: &RowChange, now: Option<&Fields>) -> Option<Standing> {
    match (&change.before, &change.after, now) {
        (None, Some(_), None) | (Some(_), None, Some(_)) => Some(Standing::Before),
        (Some(_), None, None) => Some(Standing::After),
        // A number that was never used can have been given to another row since.
        (None, Some(after), Some(now)) => {
            let is_same = ["slug", "created_at", "uploaded_at"]
                .iter()
                .all(|name| after.get(*name).is_none_or(|cell| now.get(*name) == Some(cell)));
            Some(if is_same { Standing::After } else { Standing::Before })
        }
        (Some(before), Some(after), Some(now)) => {
            let changed = after.iter().filter(|(name, cell)| before.get(*name) != Some(*cell));
            let (mut as_after, mut as_before) = (0, 0);
            for (name, cell) in changed {
                as_after += usize::from(now.get(name) == Some(cell));
                as_before += usize::from(now.get(name) == before.get(name));
            }
            match (as_after, as_before) {
                (0, 0) => None,
                (after, before) if after > before => Some(Standing::After),
                _ => Some(Standing::Before),
            }
        }
        _ => None,
    }
}

/// Brings every row back to what it was before these changes, in the transaction.
///
/// # Errors
/// When a row has moved on since, or another refers to one that is to go: the transaction is to be given up then.
pub fn put_back(transaction: &mut Transaction<'_>, changes: &[RowChange]) -> Result<()> {
    let mut relations = BTreeMap::new();
    for change in changes.iter().rev() {
        let relation = relation(transaction.database(), &mut relations, &change.table)?;
        match (&change.before, &change.after) {
            (None, Some(after)) => {
                transaction.delete(&relation, after)?;
            }
            (Some(before), None) => {
                transaction.insert(&relation, before)?;
            }
            (Some(before), Some(after)) => {
                let former: Fields = before
                    .iter()
                    .filter(|(name, cell)| after.get(*name) != Some(*cell))
                    .map(|(name, cell)| (name.clone(), cell.clone()))
                    .collect();
                if !former.is_empty() {
                    transaction.update(&relation, after, &former)?;
                }
            }
            (None, None) => {}
        }
    }
    let mut references = BTreeMap::new();
    for change in changes.iter().filter(|change| change.before.is_none()) {
        if !references.contains_key(&change.table) {
            references.insert(change.table.clone(), references_to(transaction.database(), &change.table)?);
        }
        let references = references.get(&change.table).map(Vec::as_slice).unwrap_or_default();
        require_unreferenced(transaction, references, &change.table, change.id)?;
    }
    Ok(())
}

fn require_unreferenced(
    transaction: &mut Transaction<'_>,
    references: &[Reference],
    table: &str,
    id: i64,
) -> Result<()> {
    for reference in references {
        let rows = count(transaction.database(), &reference.table, &reference.column, id)?;
        if rows > 0 {
            let message = format!("{rows} rows of {} refer to row {id} of {table} by now", reference.table);
            return Err(Error::new(Kind::Failed, message)
                .hint("nothing was changed: see to those rows first, in the application's admin")
                .into());
        }
    }
    Ok(())
}

fn relation(
    database: &mut dyn Database,
    known: &mut BTreeMap<String, Relation>,
    table: &str,
) -> Result<Relation> {
    if let Some(relation) = known.get(table) {
        return Ok(relation.clone());
    }
    let relation = Relation::read(database, table)?;
    known.insert(table.to_owned(), relation.clone());
    Ok(relation)
}
