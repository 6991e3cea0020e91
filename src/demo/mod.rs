//! The demonstration site: a complete showcase in one folder, made from nothing.
//!
//! What a kill at each step leaves: the marker file is written first and says "building" until the site is complete,
//! so that the next run knows what is its own and makes it anew. It says too whether the first backup was rehearsed.

mod catalogue;
mod logs;
pub mod picture;
mod site;
mod stock;

pub use site::Demo;
pub use site::prepare;
pub use stock::catalogue;
pub use stock::draw;
pub use stock::missing;
