//! The checks that SQLite has of its own.

use super::Soundness;
use crate::db::Database;
use crate::db::sqlite::Sqlite;
use anyhow::Result;

/// Rows told of by name; a table without its parent would fill the screen.
const TOLD: usize = 20;

pub(super) fn look(database: &mut Sqlite, full: bool) -> Result<Soundness> {
    let damage = damage(database, full)?;
    let flaws = if damage.is_empty() { references(database)? } else { Vec::new() };
    Ok(Soundness { damage, flaws })
}

/// What is wrong with the file's structure; an error while looking is damage too.
pub(in crate::db) fn damage(database: &mut Sqlite, full: bool) -> Result<Vec<String>> {
    let sql = if full { "PRAGMA integrity_check" } else { "PRAGMA quick_check" };
    let rows = match database.query(sql, &[]) {
        Ok(rows) => rows,
        // Locked or unreadable: nothing is known about the data.
        Err(error) if crate::error::exit_code(&error) == 3 => return Err(error),
        Err(error) => return Ok(vec![crate::error::one_line(&error)]),
    };
    let words = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>>>()?;
    Ok(words.into_iter().filter(|word| word != "ok").collect())
}

/// Rows that refer to a row that is not there.
pub(in crate::db) fn references(database: &mut Sqlite) -> Result<Vec<String>> {
    let rows = match database
        .query("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check ORDER BY 1, 2", &[])
    {
        Ok(rows) => rows,
        Err(error) if crate::error::exit_code(&error) == 3 => return Err(error),
        // A reference to columns that are no key: the check itself cannot be made.
        Err(error) => return Ok(vec![crate::error::one_line(&error)]),
    };
    let mut found = Vec::new();
    for row in rows.iter().take(TOLD) {
        let name = row.optional_integer(1)?.map_or_else(String::new, |id| format!(" {id}"));
        found.push(format!(
            "{}: row{name} refers to a row of {} that is not there",
            row.text(0)?,
            row.text(2)?
        ));
    }
    if rows.len() > TOLD {
        found.push(format!("and {} more rows refer to nothing", rows.len() - TOLD));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::db::integrity::check_copy;
    use rusqlite::Connection;

    #[test]
    fn damage_and_flaws_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("l'été.sqlite3");
        let connection = Connection::open(&path).expect("create");
        connection
            .execute_batch(
                "PRAGMA foreign_keys = OFF;
                 CREATE TABLE \"Parent é\" (id integer PRIMARY KEY);
                 CREATE TABLE child (id integer PRIMARY KEY, parent bigint REFERENCES \"Parent é\" (id));
                 CREATE INDEX child_parent ON child (parent);",
            )
            .expect("tables");
        connection.execute_batch("INSERT INTO child VALUES (1, NULL)").expect("row");
        assert!(check_copy(&path, true).expect("checked").is_sound());
        connection
            .execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                 INSERT INTO child SELECT i, i FROM n",
            )
            .expect("rows");
        drop(connection);
        let told = check_copy(&path, false).expect("checked").flaws;
        assert_eq!(told[0], "child: row 10 refers to a row of Parent é that is not there");
        assert_eq!(told.last().expect("one"), "and 1971 more rows refer to nothing");
        let mut bytes = std::fs::read(&path).expect("read");
        let page = bytes.len() / 4096 / 2 * 4096;
        bytes[page..page + 512].fill(0xA5);
        crate::system::fs::write_atomic(&path, &bytes, 0o600).expect("write");
        assert!(!check_copy(&path, true).expect("checked").damage.is_empty());
    }
}
