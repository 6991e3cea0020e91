//! `sitekeep products` and `categories`: rows and pictures change as one, on both databases, and come back.

mod categories;
mod django;
mod import;
mod refused;
mod replace;
mod schemas;
mod undo;
mod writing;

use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::path::Path;

/// A shop of the sandbox on one of the databases.
pub struct Shop {
    pub sandbox: Sandbox,
    url: Option<String>,
}

impl Shop {
    pub fn on_sqlite() -> Self {
        Self { sandbox: Sandbox::site(), url: None }
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.is_none()
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.at(crate::sandbox::NOW, arguments)
    }

    /// Runs at a time of its own: undo takes the latest change.
    pub fn at(&self, now: &str, arguments: &[&str]) -> Outcome {
        crate::sandbox::outcome(&mut self.command(now, arguments))
    }

    pub fn command(&self, now: &str, arguments: &[&str]) -> std::process::Command {
        let mut command = self.sandbox.command(arguments);
        command.env("SITEKEEP_SITE__URL", "http://127.0.0.1:9").env("SITEKEEP_NOW", now);
        if let Some(url) = &self.url {
            command.env("SITEKEEP_DATABASE__URL", url);
        }
        command
    }

    /// Runs and expects that all is well.
    #[track_caller]
    pub fn does(&self, arguments: &[&str]) -> Outcome {
        self.run(arguments).exits(0)
    }

    /// A picture that the rules like, outside the site.
    pub fn picture(&self, name: &str) -> String {
        self.sandbox.write_bytes(name, &crate::sandbox::jpeg(800, 600));
        self.sandbox.path(name).to_str().unwrap().to_owned()
    }

    /// Changes rows as the site would, behind sitekeep's back.
    pub fn site_writes(&self, sql: &str) {
        match &self.url {
            None => {
                let site = rusqlite::Connection::open(self.sandbox.path("backend/db.sqlite3")).unwrap();
                site.busy_timeout(std::time::Duration::from_mins(1)).unwrap();
                site.execute_batch(sql).unwrap();
            }
            Some(url) => {
                postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
            }
        }
    }

    /// One value, as text.
    pub fn ask(&self, sql: &str) -> String {
        match &self.url {
            None => rusqlite::Connection::open(self.sandbox.path("backend/db.sqlite3"))
                .unwrap()
                .query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0))
                .map(|value| match value {
                    rusqlite::types::Value::Null => "NULL".to_owned(),
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Real(number) => number.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    rusqlite::types::Value::Blob(_) => "bytes".to_owned(),
                })
                .unwrap(),
            Some(url) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
                let rows = client.simple_query(sql).unwrap();
                let row = rows.iter().find_map(|message| match message {
                    postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
                    _ => None,
                });
                row.unwrap()
            }
        }
    }

    /// Everything that the catalogue's tables hold.
    pub fn rows(&self) -> Vec<String> {
        ["showcase_product", "showcase_category"]
            .iter()
            .flat_map(|table| {
                let ids = self.ask(&format!("SELECT count(*) FROM {table}")).parse::<usize>().unwrap();
                let columns: &[&str] = if *table == "showcase_product" {
                    &[
                        "id",
                        "name",
                        "slug",
                        "description",
                        "price",
                        "brand",
                        "image",
                        "in_stock",
                        "featured",
                        "created_at",
                        "updated_at",
                        "category_id",
                        "subcategory_id",
                    ]
                } else {
                    &["id", "name", "slug", "icon", "created_at", "updated_at", "parent_id"]
                };
                let list = columns
                    .iter()
                    .map(|column| format!("COALESCE(CAST({column} AS text), 'NULL')"))
                    .collect::<Vec<_>>()
                    .join(" || '|' || ");
                (0..ids)
                    .map(|offset| {
                        self.ask(&format!("SELECT {list} FROM {table} ORDER BY id LIMIT 1 OFFSET {offset}"))
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// The files below the media folder, with their content.
    pub fn media(&self) -> BTreeMap<String, Vec<u8>> {
        let media = self.sandbox.path("backend/media");
        crate::restore::tree(&media)
            .into_iter()
            .filter(|(path, _)| path.is_file())
            .map(|(path, (_, bytes))| (below(&media, &path), bytes))
            .collect()
    }
}

fn below(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned()
}

/// Runs a test on SQLite and on PostgreSQL.
pub fn on_both(name: &str, test: impl Fn(&Shop)) {
    test(&Shop::on_sqlite());
    let Some(cluster) = cluster() else { return };
    let url = cluster.create(name, &guide_schema_on_postgres());
    test(&Shop { sandbox: Sandbox::site(), url: Some(url) });
}

/// The same, with Django's own tables as well.
pub fn on_both_with_users(name: &str, test: impl Fn(&Shop)) {
    test(&Shop::on_sqlite());
    let Some(cluster) = cluster() else { return };
    let url = cluster.create(name, "");
    let settings = sitekeep::config::DatabaseConfig { url: Some(url.clone()), ..Default::default() };
    let now = crate::sandbox::NOW.parse().unwrap();
    sitekeep::db::create(&settings, "showcase", &crate::sandbox::seed(), now).unwrap();
    test(&Shop { sandbox: Sandbox::site(), url: Some(url) });
}

/// What a product needs, with a picture that is there.
pub fn add<'a>(name: &'a str, picture: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "products",
        "add",
        "--name",
        name,
        "--brand",
        "Akwa",
        "--price",
        "99000",
        "--category",
        "ordinateurs",
        "--description",
        "Un produit",
        "--image",
        picture,
    ];
    arguments.extend(more);
    arguments
}
