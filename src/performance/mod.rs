//! The review of the site's speed (guide: Revue performances, Performance dégradée): whether pages became slower, which
//! requests and statements take long, which queries read whole tables, what pictures weigh, and whether anything is
//! cached. What it looks at and no other check does stands here; disk, host and indexes have their own.

mod cache;
mod growth;
mod pages;
mod pictures;
mod queries;
mod requests;

pub use cache::check_cache;
pub use growth::check_growth;
pub use pages::Trend;
pub use pages::check_pages;
pub use pages::trend;
pub use pictures::check_pictures;
pub use queries::check_queries;
pub use requests::check_requests;
