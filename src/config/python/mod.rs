//! A settings module of Python read as text: what each name comes to, or why the text does not tell.
//!
//! Nothing is ever executed: the file may be broken or hostile. What only Python can compute, imports from elsewhere and
//! branches on something unknown are [`Value::Unclear`] with the reason, and never guessed.

mod block;
mod call;
mod expression;
mod import;
mod lookup;
mod module;
mod statement;
#[cfg(test)]
mod tests;
mod token;
mod value;

pub use module::Module;
pub use module::Setting;
pub use module::read;
pub use value::Value;

/// Larger files are no settings; nothing beyond is read.
pub const LARGEST: u64 = 1024 * 1024;

/// Brackets and operators within one another that are followed; beyond, an expression is unclear.
const DEEPEST: usize = 60;

/// Tokens of an expression beyond which it is unclear.
const LONGEST: usize = 20_000;

/// Tokens of all expressions together, each as often as it is looked at, after which the rest of a file is unclear.
const MOST: usize = 1_000_000;
