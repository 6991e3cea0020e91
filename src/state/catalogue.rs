//! The catalogue as it was at each report on it: one row per product and stretch of time in which it stayed the same, so
//! that a report costs as much room as what changed.

use super::KEPT_DAYS;
use super::State;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::params;

/// The catalogue of now, for one comparison; it is gone with the connection.
const CURRENT: &str = "CREATE TEMP TABLE IF NOT EXISTS current (
        slug TEXT PRIMARY KEY, id INTEGER NOT NULL, name TEXT NOT NULL, brand TEXT, price INTEGER, in_stock INTEGER,
        featured INTEGER, category TEXT, description BLOB, picture TEXT) WITHOUT ROWID;
     DELETE FROM temp.current;";

const COLUMNS: [&str; 10] =
    ["slug", "id", "name", "brand", "price", "in_stock", "featured", "category", "description", "picture"];

/// What is remembered of a product; `None` where it has no such thing or the schema has no place for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogueProduct {
    pub slug: String,
    pub id: i64,
    pub name: String,
    pub brand: Option<String>,
    /// In hundredths of the currency.
    pub price: Option<i64>,
    pub in_stock: Option<bool>,
    pub featured: Option<bool>,
    pub category: Option<String>,
    /// Beginning of the SHA-256 of its text.
    pub description: Option<Vec<u8>>,
    pub picture: Option<String>,
}

/// A report that was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueRecord {
    pub at: Timestamp,
    pub products: u64,
    /// What the schema of that day could tell of a product.
    pub fields: Vec<String>,
}

/// How one product differs from what is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogueDifference {
    Added(CatalogueProduct),
    Changed { before: CatalogueProduct, after: CatalogueProduct },
    Removed(CatalogueProduct),
}

impl State {
    /// All reports that were delivered, oldest first.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn catalogue_records(&self) -> Result<Vec<CatalogueRecord>> {
        let read = || -> Result<Vec<CatalogueRecord>> {
            let mut query =
                self.connection.prepare("SELECT at, products, fields FROM catalogue_record ORDER BY at")?;
            let rows = query.query_map([], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
            })?;
            rows.map(|row| {
                let (at, products, fields) = row?;
                Ok(CatalogueRecord {
                    at: Timestamp::from_microsecond(at)?,
                    products: products.cast_unsigned(),
                    fields: fields.split(',').filter(|field| !field.is_empty()).map(Into::into).collect(),
                })
            })
            .collect()
        };
        read().context("read which reports on the catalogue were delivered")
    }

    /// Takes in the catalogue of now, as `read` hands it over product by product; nothing of it is kept yet.
    ///
    /// # Errors
    /// As `read`, or when there is no room for a temporary table.
    pub fn take_catalogue(
        &mut self,
        read: impl FnOnce(&mut dyn FnMut(&CatalogueProduct) -> Result<()>) -> Result<()>,
    ) -> Result<u64> {
        self.connection.execute_batch(CURRENT).context("make a temporary table")?;
        let transaction = self.connection.transaction()?;
        let mut count = 0;
        {
            let mut insert = transaction.prepare(
                "INSERT OR IGNORE INTO temp.current VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?;
            read(&mut |product| {
                count += 1;
                let mut add = |slug: &str| {
                    insert.execute(params![
                        slug,
                        product.id,
                        product.name,
                        product.brand,
                        product.price,
                        product.in_stock,
                        product.featured,
                        product.category,
                        product.description,
                        product.picture
                    ])
                };
                // Later versions of the application let two products have one slug.
                if add(&product.slug)? == 0 {
                    add(&format!("{}#{}", product.slug, product.id))?;
                }
                Ok(())
            })?;
        }
        transaction.commit()?;
        Ok(count)
    }

    /// How the catalogue that was taken in differs from that of a report; by kind, and by slug.
    ///
    /// # Errors
    /// As `visit`, or when the state cannot be read.
    pub fn compare_catalogue(
        &self,
        report: &CatalogueRecord,
        visit: &mut dyn FnMut(CatalogueDifference) -> Result<()>,
    ) -> Result<()> {
        let (old, new) = (list("o"), list("n"));
        let then = "o.since <= ?1 AND (o.until IS NULL OR o.until > ?1)";
        let at = [report.at.as_microsecond()];
        let mut each = |sql: &str, make: &dyn Fn(&Row<'_>) -> rusqlite::Result<CatalogueDifference>| {
            let mut query = self.connection.prepare(sql)?;
            let mut rows = query.query(at)?;
            while let Some(row) = rows.next()? {
                visit(make(row)?)?;
            }
            anyhow::Ok(())
        };
        let mut read = || {
            each(
                &format!(
                    "SELECT {new} FROM temp.current AS n WHERE NOT EXISTS
                        (SELECT 1 FROM catalogue_product AS o WHERE o.slug = n.slug AND {then}) ORDER BY n.slug"
                ),
                &|row| product(row, 0).map(CatalogueDifference::Added),
            )?;
            each(
                &format!(
                    "SELECT {old}, {new} FROM catalogue_product AS o JOIN temp.current AS n ON n.slug = o.slug
                     WHERE {then} AND {} ORDER BY o.slug",
                    differs()
                ),
                &|row| {
                    let (before, after) = (product(row, 0)?, product(row, COLUMNS.len())?);
                    Ok(CatalogueDifference::Changed { before, after })
                },
            )?;
            each(
                &format!(
                    "SELECT {old} FROM catalogue_product AS o WHERE {then} AND NOT EXISTS
                        (SELECT 1 FROM temp.current AS n WHERE n.slug = o.slug) ORDER BY o.slug"
                ),
                &|row| product(row, 0).map(CatalogueDifference::Removed),
            )
        };
        read().context("compare the catalogue with what is recorded")
    }

    /// Records that a report on the catalogue that was taken in was delivered; forgets what is older than 400 days.
    ///
    /// # Errors
    /// When the state cannot be written; then nothing of the report is recorded.
    pub fn record_catalogue(&mut self, now: Timestamp, fields: &[&str]) -> Result<()> {
        let oldest = (now - SignedDuration::from_hours(24 * KEPT_DAYS)).as_microsecond();
        let fields = fields.join(",");
        self.transaction(|transaction| {
            let last: Option<i64> =
                transaction.query_row("SELECT max(at) FROM catalogue_record", [], |row| row.get(0))?;
            // One report comes after the other, whatever the clock says.
            let at = last.map_or(now.as_microsecond(), |last| now.as_microsecond().max(last + 1));
            transaction.execute(
                "INSERT INTO catalogue_record (at, products, fields) SELECT ?1, count(*), ?2 FROM temp.current",
                params![at, fields],
            )?;
            transaction.execute(
                &format!(
                    "UPDATE catalogue_product AS o SET until = ?1 WHERE until IS NULL AND NOT EXISTS
                        (SELECT 1 FROM temp.current AS n WHERE n.slug = o.slug AND NOT ({}))",
                    differs()
                ),
                [at],
            )?;
            transaction.execute(
                &format!(
                    "INSERT INTO catalogue_product (since, {}) SELECT ?1, {} FROM temp.current AS n
                     WHERE NOT EXISTS (SELECT 1 FROM catalogue_product AS o WHERE o.slug = n.slug AND o.until IS NULL)",
                    COLUMNS.join(", "),
                    list("n")
                ),
                [at],
            )?;
            transaction.execute("DELETE FROM catalogue_record WHERE at < ?1 AND at < ?2", [oldest, at])?;
            transaction.execute(
                "DELETE FROM catalogue_product WHERE until <= (SELECT min(at) FROM catalogue_record)",
                [],
            )?;
            Ok(())
        })
        .context("record the report on the catalogue")
    }
}

fn list(table: &str) -> String {
    COLUMNS.map(|column| format!("{table}.{column}")).join(", ")
}

fn differs() -> String {
    let each: Vec<String> =
        COLUMNS[1..].iter().map(|column| format!("o.{column} IS NOT n.{column}")).collect();
    format!("({})", each.join(" OR "))
}

fn product(row: &Row<'_>, first: usize) -> rusqlite::Result<CatalogueProduct> {
    Ok(CatalogueProduct {
        slug: row.get(first)?,
        id: row.get(first + 1)?,
        name: row.get(first + 2)?,
        brand: row.get(first + 3)?,
        price: row.get(first + 4)?,
        in_stock: row.get(first + 5)?,
        featured: row.get(first + 6)?,
        category: row.get(first + 7)?,
        description: row.get(first + 8)?,
        picture: row.get(first + 9)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(slug: &str, price: i64) -> CatalogueProduct {
        CatalogueProduct {
            slug: slug.into(),
            name: slug.into(),
            price: Some(price),
            ..CatalogueProduct::default()
        }
    }

    fn take(state: &mut State, products: &[CatalogueProduct]) {
        state.take_catalogue(|visit| products.iter().try_for_each(visit)).expect("take");
    }

    fn differences(state: &State, position: usize) -> Vec<String> {
        let records = state.catalogue_records().expect("records");
        let mut found = Vec::new();
        state
            .compare_catalogue(&records[position], &mut |difference| {
                found.push(match difference {
                    CatalogueDifference::Added(product) => format!("+{}", product.slug),
                    CatalogueDifference::Removed(product) => format!("-{}", product.slug),
                    CatalogueDifference::Changed { before, after } => {
                        format!("{} {:?}>{:?}", after.slug, before.price, after.price)
                    }
                });
                Ok(())
            })
            .expect("compare");
        found
    }

    #[test]
    fn each_report_keeps_its_own_catalogue_and_only_changes_take_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        for products in [
            vec![one("a", 1), one("b", 1), one("b", 9)],
            vec![one("a", 2), one("b", 1)],
            vec![one("a", 2), one("b", 1), one("c", 1)],
            vec![one("b", 1), one("a", 1)],
        ] {
            take(&mut state, &products);
            // At one and the same time: reports still follow one another.
            state.record_catalogue(now, &["price"]).expect("record");
        }
        take(&mut state, &[one("b", 1), one("a", 5)]);
        assert_eq!(differences(&state, 0), ["a Some(1)>Some(5)", "-b#0"]);
        assert_eq!(differences(&state, 1), ["a Some(2)>Some(5)"]);
        assert_eq!(differences(&state, 2), ["a Some(2)>Some(5)", "-c"]);
        let rows: i64 = state
            .connection
            .query_row("SELECT count(*) FROM catalogue_product", [], |row| row.get(0))
            .expect("count");
        assert_eq!(rows, 6, "a three times, b, b#0 and c once");
        let later = now + SignedDuration::from_hours(24 * 401);
        state.record_catalogue(later, &["price"]).expect("record");
        assert_eq!(state.catalogue_records().expect("records").len(), 1);
        assert_eq!(differences(&state, 0), Vec::<String>::new());
    }
}
