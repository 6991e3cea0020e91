//! What a person would find of a site: every file, and what the database says.

use super::world::World;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Each part of the site by its name, with mode and content in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen(BTreeMap<String, String>);

impl Seen {
    /// Everything but the backups and sitekeep's own records, of which only the acknowledgements are for people.
    pub fn of(world: &World) -> Self {
        let root = world.sandbox.path("");
        let mut parts = BTreeMap::new();
        let walk = walkdir::WalkDir::new(&root).into_iter().filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            !name.starts_with(".sitekeep-") && !["quarantine", "backups"].contains(&&*name)
        });
        for entry in walk {
            let entry = entry.unwrap();
            let name = entry.path().strip_prefix(&root).unwrap().display().to_string();
            let is_record = name.starts_with("state/") && !name.contains(".toml");
            let is_aside = name.ends_with(".sitekeep-partial");
            if entry.file_type().is_dir() || is_record || is_aside || name.contains("db.sqlite3") {
                continue;
            }
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            let mut hasher = DefaultHasher::new();
            std::fs::read(entry.path()).unwrap().hash(&mut hasher);
            parts.insert(without_chance(&name), format!("{mode:o} {:x}", hasher.finish()));
        }
        let database = root.join("backend/db.sqlite3");
        if database.exists() {
            parts.extend(
                rows(&database)
                    .into_iter()
                    .map(|(table, rows)| (format!("table {table}"), without_chance(&rows))),
            );
        }
        let state = root.join("state/state.sqlite3");
        if state.exists() {
            let sound: String = rusqlite::Connection::open(&state)
                .and_then(|state| state.query_row("PRAGMA integrity_check", [], |row| row.get(0)))
                .unwrap_or_else(|error| error.to_string());
            assert_eq!(sound, "ok", "sitekeep's own state");
        }
        Self(parts)
    }

    /// The files below one folder, and the tables.
    pub fn below(self, folder: &str) -> Self {
        let is_there = |name: &str| name.starts_with("table ") || name.starts_with(&format!("{folder}/"));
        Self(self.0.into_iter().filter(|(name, _)| is_there(name)).collect())
    }

    /// Each part is that of one of the two.
    #[track_caller]
    pub fn is_between(&self, old: &Self, new: &Self, when: &str) {
        let names: BTreeSet<&String> = [self, old, new].iter().flat_map(|seen| seen.0.keys()).collect();
        for name in names {
            let (now, was, becomes) = (self.0.get(name), old.0.get(name), new.0.get(name));
            // Sessions go batch by batch.
            let is_part = name == "table django_session" && now.map(String::len) <= was.map(String::len);
            assert!(
                now == was || now == becomes || is_part,
                "{when}: {name} is {now:?}, was {was:?}, becomes {becomes:?}"
            );
        }
    }

    /// The first part that is another one.
    pub fn first_difference(&self, other: &Self) -> Option<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let name = names.into_iter().find(|name| self.0.get(*name) != other.0.get(*name))?;
        Some(format!("{name}: {:?}, not {:?}", self.0.get(name), other.0.get(name)))
    }
}

/// The letters that make the name of a new picture free, as Django's storage draws them, are others each time, and so are
/// the salt of a password and its hash.
fn without_chance(text: &str) -> String {
    let drawn = regex::Regex::new(r"_[A-Za-z0-9]{7}\.(jpe?g|png)").unwrap();
    let salted = regex::Regex::new(r"\$[A-Za-z0-9]{22,32}\$[A-Za-z0-9+/]{43}=").unwrap();
    salted.replace_all(&drawn.replace_all(text, "_drawn.$1"), "$$drawn").into_owned()
}

/// Every row of every table, as a program reads it that opens the database as it lies there.
fn rows(path: &Path) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("db.sqlite3");
    for suffix in ["", "-wal", "-journal"] {
        let _ = std::fs::copy(format!("{}{suffix}", path.display()), format!("{}{suffix}", copy.display()));
    }
    let database = rusqlite::Connection::open(&copy).unwrap();
    let sound: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok", "the site's database");
    let mut names = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut tables = BTreeMap::new();
    for name in names {
        let mut query = database.prepare(&format!("SELECT * FROM \"{name}\" ORDER BY 1")).unwrap();
        let columns = query.column_count();
        let mut told = String::new();
        let mut found = query.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            for column in 0..columns {
                let value: rusqlite::types::Value = row.get(column).unwrap();
                write!(told, "{value:?} ").unwrap();
            }
            told.push('\n');
        }
        tables.insert(name, told);
    }
    tables
}
