//! Pictures: made smaller without being seen to change, and judged by the shop's rules.

mod jpeg;
mod optimize;
mod outcome;
mod png;
mod pool;
mod recipe;
mod recode;
mod replace;
mod rules;
mod similarity;
mod survey;
mod tell;
mod walk;

pub use optimize::Order;
pub use outcome::Optimized;
pub use outcome::Outcome;
pub use outcome::Picture;
pub use outcome::Sample;
pub use recipe::Recipe;
pub use rules::Judged;
pub use rules::check;
pub use rules::judge;
pub use similarity::similarity;
pub use tell::Share;
