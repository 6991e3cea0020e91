//! Whether the site works: processes, ports, the database, pages that mean what they should, resources, TLS, DEBUG.
//!
//! Guide: Quotidienne 1 and "Site web inaccessible".

mod client;
mod database;
mod debug;
mod facts;
mod html;
mod images;
mod pages;
mod pictures;
mod ports;
mod processes;
mod product;
mod resources;
mod shop;
mod tls;
mod visit;
mod whatsapp;

pub use database::check as check_database;
pub use database::unavailable as database_unavailable;
pub use debug::check as check_debug;
pub use debug::seen as debug_is_seen;
pub use facts::Facts;
pub use pages::check as check_pages;
pub use pictures::check as check_pictures;
pub use ports::check as check_ports;
pub use processes::check as check_processes;
pub use resources::check as check_resources;
pub use tls::check as check_tls;
