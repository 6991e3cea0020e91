//! Tables and first rows, the same for both databases; the caller has begun a transaction.

use super::Seed;
use crate::db::Value;
use anyhow::Result;
use jiff::Timestamp;

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

/// A transaction on either database.
pub(super) trait Target {
    /// Runs many statements.
    fn script(&mut self, sql: &str) -> Result<()>;
    /// Runs one statement; its placeholders are `$1`, `$2`… in ascending order.
    fn insert(&mut self, sql: &str, values: &[Value]) -> Result<()>;
}

/// Makes the tables of `schema`, in which `APP` stands for the application's label, and puts the seed into them.
pub(super) fn fill(
    target: &mut dyn Target,
    schema: &str,
    app: &str,
    seed: &Seed,
    now: Timestamp,
) -> Result<()> {
    seed.check()?;
    target.script(&schema.replace("APP_", &format!("{app}_")))?;
    let text = |text: &str| Value::from(text);
    let optional = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    for (owner, name) in MIGRATIONS {
        target.insert(
            "INSERT INTO django_migrations (app, name, applied) VALUES ($1, $2, $3)",
            &[text(owner), text(name), Value::Time(now)],
        )?;
    }
    let id_of = |place: u32| format!("(SELECT id FROM \"{app}_category\" WHERE slug = ${place})");
    for category in &seed.categories {
        target.insert(
            &format!(
                "INSERT INTO \"{app}_category\" (name, slug, icon, image, created_at, updated_at, parent_id)
                 VALUES ($1, $2, $3, '', $4, $4, {})",
                id_of(5)
            ),
            &[
                text(&category.name),
                text(&category.slug),
                text(&category.icon),
                Value::Time(now),
                optional(&category.parent),
            ],
        )?;
    }
    for product in &seed.products {
        // PostgreSQL takes no text for a number, and SQLite keeps a text as one: each is told what it is.
        target.insert(
            &format!(
                "INSERT INTO \"{app}_product\" (name, slug, description, price, brand, image, in_stock, featured,
                     created_at, updated_at, category_id, subcategory_id)
                 VALUES ($1, $2, $3, CAST(CAST($4 AS text) AS numeric), $5, $6, $7, $8, $9, $9, {}, {})",
                id_of(10),
                id_of(11)
            ),
            &[
                text(&product.name),
                text(&product.slug),
                text(&product.description),
                Value::Text(product.price.to_string()),
                text(&product.brand),
                text(&product.image),
                Value::Boolean(product.in_stock),
                Value::Boolean(product.featured),
                Value::Time(product.created_at),
                text(&product.category),
                optional(&product.subcategory),
            ],
        )?;
    }
    if let Some(settings) = &seed.settings {
        target.insert(
            &format!(
                "INSERT INTO \"{app}_sitesettings\" (whatsapp_number, contact_email, contact_phone, contact_address,
                     company_name, company_description, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
            ),
            &[
                text(&settings.whatsapp_number),
                text(&settings.contact_email),
                text(&settings.contact_phone),
                text(&settings.contact_address),
                text(&settings.company_name),
                text(&settings.company_description),
                Value::Time(now),
            ],
        )?;
    }
    for (key, data, expires) in &seed.sessions {
        target.insert(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES ($1, $2, $3)",
            &[text(key), text(data), Value::Time(*expires)],
        )?;
    }
    Ok(())
}
