//! Making a site's database from nothing: the guide's schema, on SQLite.

use super::Price;
use super::SiteSettings;
use super::sqlite::django_time;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::Transaction;
use rusqlite::params;
use std::path::Path;

const TABLES: &str = include_str!("guide_schema.sql");

/// Migrations of Django 4.2 and later whose result [`TABLES`] is.
const MIGRATIONS: &[(&str, &str)] = &[
    ("contenttypes", "0001_initial"),
    ("contenttypes", "0002_remove_content_type_name"),
    ("auth", "0001_initial"),
    ("auth", "0002_alter_permission_name_max_length"),
    ("auth", "0003_alter_user_email_max_length"),
    ("auth", "0004_alter_user_username_opts"),
    ("auth", "0005_alter_user_last_login_null"),
    ("auth", "0006_require_contenttypes_0002"),
    ("auth", "0007_alter_validators_add_error_messages"),
    ("auth", "0008_alter_user_username_max_length"),
    ("auth", "0009_alter_user_last_name_max_length"),
    ("auth", "0010_alter_group_name_max_length"),
    ("auth", "0011_update_proxy_permissions"),
    ("auth", "0012_alter_user_first_name_max_length"),
    ("admin", "0001_initial"),
    ("admin", "0002_logentry_remove_auto_add"),
    ("admin", "0003_logentry_add_action_flag_choices"),
    ("sessions", "0001_initial"),
];

/// What a new database is filled with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seed {
    pub categories: Vec<SeedCategory>,
    pub products: Vec<SeedProduct>,
    pub settings: Option<SiteSettings>,
    /// Key, encoded data and end of each session.
    pub sessions: Vec<(String, String, Timestamp)>,
}

/// A category; `parent` is the slug of one that stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedCategory {
    pub name: String,
    pub slug: String,
    pub icon: String,
    pub parent: Option<String>,
}

/// A product; `category` and `subcategory` are slugs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedProduct {
    pub name: String,
    pub slug: String,
    pub brand: String,
    pub description: String,
    pub price: Price,
    /// Path below the media root.
    pub image: String,
    pub category: String,
    pub subcategory: Option<String>,
    pub in_stock: bool,
    pub featured: bool,
    pub created_at: Timestamp,
}

/// Creates a SQLite database of the guide's schema at `path`, where nothing may be yet, in one transaction.
///
/// # Errors
/// When a file is there, the folder cannot be written to, or the seed names a category that is not in it.
pub fn create_sqlite(path: &Path, app: &str, seed: &Seed, now: Timestamp) -> Result<()> {
    let create = || -> Result<()> {
        anyhow::ensure!(!path.exists(), "a file is there already");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = Connection::open_with_flags(path, flags)?;
        let transaction = connection.transaction()?;
        transaction.execute_batch(&TABLES.replace("APP_", &format!("{app}_")))?;
        fill(&transaction, app, seed, now)?;
        transaction.commit()?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    };
    create().with_context(|| format!("create database {}", path.display()))
}

fn fill(transaction: &Transaction<'_>, app: &str, seed: &Seed, now: Timestamp) -> Result<()> {
    let now = django_time(now);
    for (owner, name) in MIGRATIONS {
        transaction.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?1, ?2, ?3)",
            params![owner, name, now],
        )?;
    }
    let id_of = |slug: &str| -> Result<i64> {
        transaction
            .query_row(&format!("SELECT id FROM \"{app}_category\" WHERE slug = ?1"), [slug], |row| {
                row.get(0)
            })
            .with_context(|| format!("find the category `{slug}`"))
    };
    for category in &seed.categories {
        let parent = category.parent.as_deref().map(id_of).transpose()?;
        transaction.execute(
            &format!(
                "INSERT INTO \"{app}_category\" (name, slug, icon, image, created_at, updated_at, parent_id)
                 VALUES (?1, ?2, ?3, '', ?4, ?4, ?5)"
            ),
            params![category.name, category.slug, category.icon, now, parent],
        )?;
    }
    for product in &seed.products {
        let category = id_of(&product.category)?;
        let subcategory = product.subcategory.as_deref().map(id_of).transpose()?;
        let created = django_time(product.created_at);
        transaction.execute(
            &format!(
                "INSERT INTO \"{app}_product\" (name, slug, description, price, brand, image, in_stock, featured,
                     created_at, updated_at, category_id, subcategory_id)
                 VALUES (?1, ?2, ?3, CAST(?4 AS NUMERIC), ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11)"
            ),
            params![
                product.name,
                product.slug,
                product.description,
                product.price.to_string(),
                product.brand,
                product.image,
                product.in_stock,
                product.featured,
                created,
                category,
                subcategory
            ],
        )?;
    }
    if let Some(settings) = &seed.settings {
        transaction.execute(
            &format!(
                "INSERT INTO \"{app}_sitesettings\" (id, whatsapp_number, contact_email, contact_phone, contact_address,
                     company_name, company_description, updated_at) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            ),
            params![
                settings.whatsapp_number,
                settings.contact_email,
                settings.contact_phone,
                settings.contact_address,
                settings.company_name,
                settings.company_description,
                now
            ],
        )?;
    }
    for (key, data, expires) in &seed.sessions {
        transaction.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (?1, ?2, ?3)",
            params![key, data, django_time(*expires)],
        )?;
    }
    Ok(())
}
