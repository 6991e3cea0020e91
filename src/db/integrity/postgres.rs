//! What can be asked of a PostgreSQL server without an extension: every row, every index, every constraint.

use super::Soundness;
use crate::config::DatabaseConfig;
use crate::db::Access;
use crate::db::fingerprint;
use crate::db::refusal;
use crate::db::refusal::told;
use crate::db::session;
use ::postgres::Client;
use anyhow::Result;
use std::io::Read;

/// Everything that must be empty: what it tells, whether that is damage, and a query with a name per row.
const CATALOGUE: &[(&str, bool, &str)] = &[
    (
        "the index is not valid: REINDEX it",
        false,
        "SELECT indexrelid::regclass::text FROM pg_catalog.pg_index
         WHERE NOT indisvalid OR NOT indisready OR NOT indislive ORDER BY 1",
    ),
    (
        "the constraint was never checked (NOT VALID)",
        false,
        "SELECT conrelid::regclass::text || '.' || conname FROM pg_catalog.pg_constraint
         WHERE NOT convalidated ORDER BY 1",
    ),
    (
        "the server met pages with wrong checksums",
        true,
        "SELECT datname::text FROM pg_catalog.pg_stat_database
         WHERE datname = current_database() AND checksum_failures > 0",
    ),
];

/// The foreign keys of ordinary tables, each with a query that counts the rows that break it.
const FOREIGN_KEYS: &str = "
    SELECT k.conname::text, k.conrelid::regclass::text, k.confrelid::regclass::text,
        format('SELECT count(*) FROM ONLY %s AS c WHERE %s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s)',
            k.conrelid::regclass,
            string_agg(format('c.%I IS NOT NULL', c.attname), ' AND ' ORDER BY u.position),
            k.confrelid::regclass,
            string_agg(format('c.%I = p.%I', c.attname, p.attname), ' AND ' ORDER BY u.position))
    FROM pg_catalog.pg_constraint AS k
        JOIN pg_catalog.pg_class AS t ON t.oid = k.conrelid AND t.relkind = 'r'
        CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (child, parent, position)
        JOIN pg_catalog.pg_attribute AS c ON c.attrelid = k.conrelid AND c.attnum = u.child
        JOIN pg_catalog.pg_attribute AS p ON p.attrelid = k.confrelid AND p.attnum = u.parent
    WHERE k.contype = 'f'
    GROUP BY k.oid, k.conname, k.conrelid, k.confrelid
    ORDER BY 2, 1";

pub(super) fn look(url: &str, settings: &DatabaseConfig, full: bool) -> Result<Soundness> {
    let mut client = session::client(&session::parse(url)?, settings, Access::Read)?;
    fingerprint::session_postgres(&mut client)?;
    let mut found = Soundness::default();
    for table in fingerprint::postgres_tables(&mut client)? {
        // Each in a transaction of its own: after an error the others are read all the same.
        if let Err(words) = read(&mut client, &table.quoted()) {
            anyhow::ensure!(
                !client.is_closed(),
                "the connection broke while {} was read: {words}",
                table.key
            );
            found.damage.push(format!("{}: {words}", table.key));
        }
    }
    for (problem, is_damage, sql) in CATALOGUE {
        for row in client.query(*sql, &[]).map_err(|error| told(&error))? {
            let told = format!("{}: {problem}", row.try_get::<_, String>(0)?);
            if *is_damage { found.damage.push(told) } else { found.flaws.push(told) }
        }
    }
    if full {
        for row in client.query(FOREIGN_KEYS, &[]).map_err(|error| told(&error))? {
            let (name, child, parent): (String, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let sql: String = row.try_get(3)?;
            let count: i64 = client.query_one(&sql, &[]).map_err(|error| told(&error))?.try_get(0)?;
            if count > 0 {
                found.flaws.push(format!(
                    "{child}: {count} rows refer to rows of {parent} that are not there ({name})"
                ));
            }
        }
    }
    Ok(found)
}

/// Has every value of a table fetched and written out, the long ones kept elsewhere included.
fn read(client: &mut Client, table: &str) -> Result<(), String> {
    let sql = format!("COPY {table} TO STDOUT");
    let mut rows = client.copy_out(&sql).map_err(|error| refusal::detail(&error))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match rows.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) => {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<::postgres::Error>());
                return Err(inner.map_or_else(|| error.to_string(), refusal::detail));
            }
        }
    }
}
