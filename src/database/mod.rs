//! The site's database in shape: what is wrong with it, and mending that only where it pays (guide: "Optimiser la Base
//! de Données", "Nettoyer les Fichiers Temporaires", "Performance dégradée").

mod check;
mod optimize;
mod reindex;
mod sessions;

pub use check::check;
pub use optimize::optimize;
pub use reindex::reindex;
pub use sessions::clear_sessions;

use crate::progress::Progress;
use anyhow::Result;

/// What every mending needs.
pub struct Work<'a> {
    pub settings: &'a crate::config::DatabaseConfig,
    /// Also where it does not pay.
    pub force: bool,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Backs the database up before anything is rebuilt; asked at most once.
    pub safety: &'a mut dyn FnMut() -> Result<()>,
    pub progress: &'a dyn Progress,
}
