//! Whether the application caches anything (guide: Activer le cache Django), read from the settings' text.

use crate::config::SiteConfig;
use crate::config::django_settings;
use crate::db::Schema;
use crate::status::Finding;
use crate::status::kinds;

/// Judges `CACHES`; `schema` is the site's, where it could be read.
pub fn check_cache(site: &SiteConfig, schema: Option<&Schema>) -> Finding {
    let kind = &kinds::PERFORMANCE_CACHE;
    let Some(path) = &site.settings else {
        return Finding::unknown(kind, "CACHES", "the settings of the project are not known")
            .remedy("set [site] settings to the project's settings.py");
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            return Finding::unknown(kind, "CACHES", format!("read {}: {error}", path.display()))
                .remedy("run as the user of the site; [site] settings names the file");
        }
    };
    let settings = django_settings::assignments(&text);
    let Some(caches) = settings.get("CACHES") else {
        let takes_more = |line: &str| line.starts_with("from ") && line.trim_end().ends_with("import *");
        return if text.lines().any(takes_more) {
            Finding::unknown(kind, "CACHES", "not in this file, which takes more settings from others")
        } else {
            Finding::ok(kind, "CACHES", "no cache is configured: each worker keeps its own, in its memory")
                .remedy("where pages are slow: Django's DatabaseCache, and sitekeep database cache-table")
        };
    };
    let values = django_settings::strings(caches);
    let after = |key: &str| {
        let position = values.iter().position(|value| value == key)?;
        values.get(position + 1)
    };
    let Some(backend) = after("BACKEND") else {
        return Finding::unknown(
            kind,
            "CACHES",
            "the backend is computed, which cannot be read from the text",
        );
    };
    let name = backend.rsplit('.').next().unwrap_or(backend);
    match name {
        "DummyCache" => Finding::warning(kind, "CACHES", "DummyCache keeps nothing: it is for development")
            .remedy("DatabaseCache, or Redis where there is one"),
        "DatabaseCache" => {
            let table = after("LOCATION").map_or("", String::as_str);
            match schema {
                None => Finding::unknown(
                    kind,
                    "CACHES",
                    format!("DatabaseCache in {table}: the database cannot be asked"),
                ),
                Some(schema) if schema.tables.contains_key(table) => {
                    Finding::ok(kind, "CACHES", format!("DatabaseCache in {table}"))
                }
                Some(_) => Finding::critical(
                    kind,
                    "CACHES",
                    format!("DatabaseCache without its table {table}: pages that use it fail"),
                )
                .remedy("sitekeep database cache-table"),
            }
        }
        _ => Finding::ok(kind, "CACHES", format!("{name} is configured")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;
    use crate::system::fs::write_atomic;

    #[test]
    fn the_cache_is_read_from_the_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.py");
        let schema = Schema { tables: [("cache_table".to_owned(), crate::db::Table::default())].into() };
        let judge = |text: &str| {
            write_atomic(&path, text.as_bytes(), 0o600).expect("write");
            let site = SiteConfig { settings: Some(path.clone()), ..SiteConfig::default() };
            check_cache(&site, Some(&schema)).status
        };
        let cache = |backend: &str, location: &str| {
            format!(
                "CACHES = {{\n 'default': {{\n  'BACKEND': 'django.core.cache.backends.{backend}',\n  'LOCATION': '{location}',\n }}\n}}\n"
            )
        };
        for (text, status) in [
            (String::new(), Status::Ok),
            ("from .base import *\n".to_owned(), Status::Unknown),
            (cache("db.DatabaseCache", "cache_table"), Status::Ok),
            (cache("db.DatabaseCache", "elsewhere"), Status::Critical),
            (cache("dummy.DummyCache", ""), Status::Warning),
            (cache("redis.RedisCache", "redis://127.0.0.1"), Status::Ok),
            ("CACHES = {'default': env.cache()}\n".to_owned(), Status::Unknown),
        ] {
            assert_eq!(judge(&text), status, "{text}");
        }
        let nowhere = SiteConfig { settings: None, ..SiteConfig::default() };
        assert_eq!(check_cache(&nowhere, None).status, Status::Unknown);
    }
}
