//! What every handler needs: settings taken once from the configuration, the pool, and the clock.

use super::answers::Answers;
use super::assets;
use super::cors::Cors;
use super::frontend;
use super::media::Variants;
use super::pool::Pool;
use crate::catalogue::currency_code;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind;
use crate::language::Language;
use crate::whatsapp::WhatsAppNumber;
use anyhow::Result;
use axum::http::HeaderValue;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Tells the present time; tests hand in one that stands still.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// First segments of paths that are the server's own.
const OWN_PATHS: [&str; 10] = [
    "admin",
    "api",
    "products",
    "contact",
    "static",
    "healthz",
    "readyz",
    "favicon.ico",
    "robots.txt",
    "sitemap.xml",
];

pub(super) struct Site {
    /// Name shown where the settings table has none.
    pub(super) name: String,
    /// Without a slash at its end.
    pub(super) url: String,
    pub(super) language: Language,
    pub(super) currency: String,
    /// The currency's code in ISO 4217, where it is known.
    pub(super) currency_code: Option<String>,
    pub(super) whatsapp_number: Option<WhatsAppNumber>,
    pub(super) zone: TimeZone,
    pub(super) page_size: u32,
    pub(super) request_timeout: Duration,
    pub(super) media_url: String,
    /// Path of the media URL, with a slash at both ends.
    pub(super) media_prefix: String,
    pub(super) media_root: PathBuf,
    /// How long browsers may keep a picture. Never immutable: Django's suffix tells uploads of one name apart and is no hash
    /// of what is in them.
    pub(super) media_keep: HeaderValue,
    /// Narrower forms of pictures, where there is a folder for them.
    pub(super) variants: Option<Arc<Variants>>,
    pub(super) cors: Cors,
    /// Folder of a built single-page application, which takes the pages' place.
    pub(super) frontend: Option<PathBuf>,
    pub(super) style_url: String,
    pub(super) script_url: String,
    pub(super) icon_url: String,
    pub(super) answers: Answers,
    pub(super) pool: Pool,
    pub(super) clock: Clock,
}

impl Site {
    pub(super) fn new(config: &Config, pool: Pool, clock: Clock) -> Result<Self> {
        let zone = TimeZone::get(&config.site.timezone).map_err(|error| {
            Error::new(Kind::Config, format!("site.timezone: {error}"))
                .hint("write a name such as Africa/Porto-Novo; the machine needs the package tzdata")
        })?;
        if let Some(folder) = &config.serve.frontend {
            frontend::check(folder)?;
        }
        Ok(Self {
            name: config.site.name.clone(),
            url: config.site.url.trim_end_matches('/').to_owned(),
            language: config.serve.language,
            currency: config.site.currency.clone(),
            currency_code: config
                .serve
                .currency_code
                .clone()
                .or_else(|| currency_code(&config.site.currency, &config.site.timezone)),
            whatsapp_number: config.site.whatsapp_number.as_deref().and_then(WhatsAppNumber::parse),
            zone,
            page_size: config.serve.page_size.max(1),
            request_timeout: config.serve.request_timeout,
            media_url: config.site.media_url.clone(),
            media_prefix: media_prefix(&config.site.media_url)?,
            media_root: config.site.media.clone(),
            media_keep: HeaderValue::try_from(format!(
                "public, max-age={}",
                config.serve.media_max_age.as_secs()
            ))?,
            frontend: config.serve.frontend.clone(),
            variants: variants(config),
            cors: Cors(config.serve.cors_origins.clone()),
            style_url: assets::style_url(),
            script_url: assets::script_url(),
            icon_url: assets::icon_url(),
            answers: Answers::new(config),
            pool,
            clock,
        })
    }
}

fn variants(config: &Config) -> Option<Arc<Variants>> {
    let folder = config.serve.variants_folder.clone()?;
    let most = config.serve.variants_size.0;
    (most > 0).then(|| Arc::new(Variants::new(folder, most)))
}

/// The path that pictures are served under: that of the media URL, which may be a whole address.
fn media_prefix(media_url: &str) -> Result<String> {
    let refuse = |reason: &str| {
        Error::new(Kind::Config, format!("site.media_url: `{media_url}` {reason}"))
            .hint("write a path such as /media/, or a whole address")
    };
    let path = match url::Url::parse(media_url) {
        Ok(address) => address.path().to_owned(),
        Err(_) => media_url.to_owned(),
    };
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let plain = |segment: &&str| {
        segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            && !segment.starts_with('.')
    };
    match segments.first() {
        None => Err(refuse("leaves no path to serve pictures under").into()),
        Some(first) if OWN_PATHS.contains(first) => {
            Err(refuse("is taken by the catalogue's own pages").into())
        }
        Some(_) if !path.starts_with('/') || !segments.iter().all(plain) => {
            Err(refuse("is no plain path").into())
        }
        Some(_) => Ok(format!("/{}/", segments.join("/"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_url_must_leave_room_for_the_pages() {
        for (media_url, prefix) in
            [("/media/", "/media/"), ("/media", "/media/"), ("https://cdn.example/a/b/", "/a/b/")]
        {
            assert_eq!(media_prefix(media_url).expect(media_url), prefix);
        }
        for media_url in ["", "/", "media/", "/products/", "/{x}/", "/../", "https://cdn.example/"] {
            let error = media_prefix(media_url).expect_err(media_url);
            assert_eq!(crate::error::exit_code(&error), 78);
        }
    }
}
