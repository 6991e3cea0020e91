//! Sessions: a signed cookie that ends after eight hours, with the user's password, or when the user is shut out.

use super::Admin;
use super::key::Key;
use crate::db::User;
use crate::db::Users;
use crate::server::worker::Refusal;
use crate::system::fs;
use crate::system::random;
use anyhow::Result;
use axum::http::HeaderMap;
use axum::http::header;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

pub(super) const COOKIE: &str = "sitekeep_admin";
/// Ties the login form to the browser that was given it.
pub(super) const VISIT: &str = "sitekeep_visit";
/// Says that somebody has logged in from here before: strangers who guess at the same name do not keep them waiting.
pub(super) const DEVICE: &str = "sitekeep_device";
const SECONDS: i64 = 8 * 3600;
const DEVICE_SECONDS: i64 = 365 * 24 * 3600;
/// Folder of the sessions that were left, in the state folder.
const LEFT: &str = "admin-left";

/// Who asks, and what they may do.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) name: String,
    nonce: String,
    expires: i64,
    /// To be sent back with every form.
    pub(super) token: String,
    pub(super) rights: Rights,
}

/// What Django lets a user do with products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each of Django's permissions")]
pub(super) struct Rights {
    pub(super) view: bool,
    pub(super) add: bool,
    pub(super) change: bool,
    pub(super) delete: bool,
    /// All of these for categories, which no page changes but undoing may.
    pub(super) categories: bool,
}

impl Rights {
    fn of(user: &User, permissions: &BTreeSet<String>) -> Self {
        let may = |right: &str| user.is_superuser || permissions.contains(right);
        let (add, change, delete) = (may("add_product"), may("change_product"), may("delete_product"));
        let categories = ["add_category", "change_category", "delete_category"].into_iter().all(may);
        Self { view: may("view_product") || add || change || delete, add, change, delete, categories }
    }

    /// Undoing may bring back, change and take away.
    pub(super) fn undo(self) -> bool {
        self.add && self.change && self.delete
    }
}

impl Session {
    pub(super) fn is_tokens(&self, token: &str, key: &Key) -> bool {
        key.is_signed("form", &[&self.nonce], token)
    }
}

/// The value of the cookie of a new session.
///
/// # Errors
/// When the kernel has no randomness.
pub(super) fn open(key: &Key, user: &User, now: Timestamp) -> Result<String> {
    let (id, expires, nonce) =
        (user.id.to_string(), (now.as_second() + SECONDS).to_string(), random::key(16)?);
    let signature = key.sign("session", &[&id, &expires, &nonce, &user.password]);
    Ok(format!("{id}.{expires}.{nonce}.{signature}"))
}

/// Who asks; nobody where the cookie is missing, old, forged, signed out, or of a user who may not enter any more.
///
/// # Errors
/// When the database cannot be asked.
pub(super) async fn find(admin: &Admin, headers: &HeaderMap) -> Result<Option<Session>, Refusal> {
    let Some(value) = cookie(headers, COOKIE) else { return Ok(None) };
    let parts: Vec<&str> = value.split('.').collect();
    let [id, expires, nonce, signature] = parts.as_slice() else { return Ok(None) };
    let (Ok(number), Ok(until)) = (id.parse::<i64>(), expires.parse::<i64>()) else { return Ok(None) };
    if (admin.site.clock)().as_second() >= until {
        return Ok(None);
    }
    let app = admin.config.site.app.clone();
    let found = admin
        .site
        .pool
        .ask(move |store| {
            let users = Users::read(store.database.as_mut())?;
            let Some(user) = users.numbered(store.database.as_mut(), number)? else { return Ok(None) };
            let permissions = if user.is_superuser {
                BTreeSet::new()
            } else {
                users.permissions(store.database.as_mut(), user.id, &app)?
            };
            Ok(Some((user, permissions)))
        })
        .await?;
    let Some((user, permissions)) = found else { return Ok(None) };
    let is_genuine = admin.key.is_signed("session", &[id, expires, nonce, &user.password], signature);
    if !is_genuine || !user.is_active || !user.is_staff {
        return Ok(None);
    }
    let session = Session {
        rights: Rights::of(&user, &permissions),
        name: user.name,
        nonce: (*nonce).to_owned(),
        expires: until,
        token: admin.key.sign("form", &[nonce]),
    };
    Ok((!admin.signed_out.has(&session)).then_some(session))
}

/// One cookie of a request.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|list| {
        list.split(';').find_map(|pair| {
            let (found, value) = pair.trim().split_once('=')?;
            (found == name).then(|| value.to_owned())
        })
    })
}

/// The header that sets a cookie, or with nothing in it removes it.
pub(super) fn set_cookie(name: &str, value: &str, is_secure: bool) -> String {
    let age = match name {
        _ if value.is_empty() => 0,
        DEVICE => DEVICE_SECONDS,
        _ => SECONDS,
    };
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/admin; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
}

/// Sessions that were left before their time: a file for each, so that every server of the site knows, and after a restart.
#[derive(Debug)]
pub(super) struct SignedOut {
    folder: PathBuf,
}

impl SignedOut {
    pub(super) fn new(state_folder: &Path) -> Self {
        Self { folder: state_folder.join(LEFT) }
    }

    /// Ends a session, whoever has its cookie, and forgets those that would have ended by now.
    ///
    /// # Errors
    /// When the state folder cannot be written to: the session lives on then.
    pub(super) fn add(&self, session: &Session, now: Timestamp) -> Result<()> {
        fs::create_private_folder(&self.folder)?;
        fs::write_atomic(&self.file(session), b"", 0o600)?;
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let expires = name.to_str().and_then(|name| name.split('.').next()?.parse::<i64>().ok());
            if expires.is_some_and(|expires| expires <= now.as_second()) {
                // What stays is looked at again the next time.
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// Whether it was left; also where that cannot be looked up.
    fn has(&self, session: &Session) -> bool {
        self.file(session).try_exists().unwrap_or(true)
    }

    fn file(&self, session: &Session) -> PathBuf {
        self.folder.join(format!("{}.{}", session.expires, session.nonce))
    }
}
