//! `/admin/`: products and their pictures, for the people whom Django lets into its own admin.
//!
//! Who asks is told by [`guard`] before anything is read of a request. What is written goes through `products`, under the
//! lock of the site, and can be taken back ([`write`]).

mod categories;
mod changes;
mod delete;
mod form;
mod guard;
mod key;
mod limit;
mod login;
mod page;
mod product;
mod product_page;
mod products;
mod session;
mod upload;
mod values;
mod write;

use super::listen::Address;
use super::log::Log;
use super::site::Site;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use axum::Router;
use axum::middleware;
use axum::routing::any;
use axum::routing::get;
use axum::routing::post;
use key::Key;
use limit::Limits;
use session::SignedOut;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Passwords that are compared at a time: each takes a processor for a good part of a second.
const COMPARED_AT_ONCE: usize = 2;
/// Bodies of forms that are held in memory at a time.
const FORMS_AT_ONCE: usize = 4;

/// What the admin needs besides the site.
pub(super) struct Admin {
    site: Arc<Site>,
    config: Config,
    state_folder: PathBuf,
    key: Key,
    limits: Limits,
    signed_out: SignedOut,
    comparing: Semaphore,
    forms: Semaphore,
    log: Log,
}

impl Admin {
    /// Prepares it; nothing where it is not configured.
    ///
    /// # Errors
    /// When the state folder cannot be written to.
    pub(super) fn start(config: &Config, site: &Arc<Site>, log: Log) -> Result<Option<Arc<Self>>> {
        if !config.serve.admin {
            return Ok(None);
        }
        let state_folder = config.state.directory.clone().context("find the state folder of the admin")?;
        let key = Key::of_site(&state_folder).context("prepare the key of the admin's sessions")?;
        Ok(Some(Arc::new(Self {
            site: Arc::clone(site),
            config: config.clone(),
            key,
            limits: Limits::default(),
            signed_out: SignedOut::new(&state_folder),
            state_folder,
            comparing: Semaphore::new(COMPARED_AT_ONCE),
            forms: Semaphore::new(FORMS_AT_ONCE),
            log,
        })))
    }
}

/// Refuses an address on which passwords would cross the network as they are typed.
///
/// # Errors
/// A configuration error that says what to do.
pub(super) fn require_protected(config: &Config, address: &Address) -> Result<()> {
    let serve = &config.serve;
    let is_protected = match address {
        Address::Port(address) => address.ip().to_canonical().is_loopback(),
        Address::Socket(_) => true,
    };
    if !serve.admin || serve.admin_insecure || is_protected {
        return Ok(());
    }
    Err(Error::new(Kind::Config, format!("serve.admin: passwords would cross the network unprotected ({address})"))
        .hint("listen on 127.0.0.1 and put nginx with TLS before it; for a trial only: [serve] admin_insecure = true")
        .into())
}

/// The routes of the admin; `S` is what the other routes are given.
pub(super) fn router<S: Clone + Send + Sync + 'static>(admin: &Arc<Admin>) -> Router<S> {
    let inside = Router::new()
        .route("/admin/", get(products::list))
        .route("/admin/products/add/", get(product::new).post(product::add))
        .route("/admin/products/stock/", post(products::stock))
        .route("/admin/products/{slug}/", get(product::show).post(product::update))
        .route("/admin/products/{slug}/delete/", get(delete::ask).post(delete::delete))
        .route("/admin/categories/", get(categories::list))
        .route("/admin/changes/", get(changes::list).post(changes::undo))
        .route("/admin/logout/", post(login::leave))
        .route_layer(middleware::from_fn_with_state(Arc::clone(admin), guard::require_session));
    Router::new()
        .route("/admin", get(page::to_list))
        .route("/admin/login/", get(login::show).post(login::enter))
        .route("/admin/{*rest}", any(page::other))
        .merge(inside)
        .layer(middleware::from_fn_with_state(Arc::clone(admin), guard::protect))
        .with_state(Arc::clone(admin))
}
