//! Sessions: a signed cookie that ends after eight hours, with the user's password, or when the user is shut out.

use super::Admin;
use super::key::Key;
use crate::db::User;
use crate::db::Users;
use crate::server::worker::Refusal;
use crate::system::random;
use anyhow::Result;
use axum::http::HeaderMap;
use axum::http::header;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

pub(super) const COOKIE: &str = "sitekeep_admin";
/// Ties the login form to the browser that was given it.
pub(super) const VISIT: &str = "sitekeep_visit";
const SECONDS: i64 = 8 * 3600;

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
#[expect(clippy::struct_excessive_bools, reason = "Django's four permissions of a model")]
pub(super) struct Rights {
    pub(super) view: bool,
    pub(super) add: bool,
    pub(super) change: bool,
    pub(super) delete: bool,
}

impl Rights {
    fn of(user: &User, permissions: &BTreeSet<String>) -> Self {
        let may = |verb: &str| user.is_superuser || permissions.contains(&format!("{verb}_product"));
        let (add, change, delete) = (may("add"), may("change"), may("delete"));
        Self { view: may("view") || add || change || delete, add, change, delete }
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
    if (admin.site.clock)().as_second() >= until || admin.signed_out.has(nonce) {
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
    Ok(Some(Session {
        rights: Rights::of(&user, &permissions),
        name: user.name,
        nonce: (*nonce).to_owned(),
        expires: until,
        token: admin.key.sign("form", &[nonce]),
    }))
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
    let age = if value.is_empty() { 0 } else { SECONDS };
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/admin; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
}

/// Sessions that were left before their time.
#[derive(Debug, Default)]
pub(super) struct SignedOut(Mutex<HashMap<String, i64>>);

impl SignedOut {
    /// Ends a session, whoever has its cookie.
    pub(super) fn add(&self, session: &Session, now: Timestamp) {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, expires| *expires > now.as_second());
        ended.insert(session.nonce.clone(), session.expires);
    }

    fn has(&self, nonce: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(nonce)
    }
}
