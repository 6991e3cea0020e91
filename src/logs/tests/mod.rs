//! Triage over real files, which each test writes for itself.

mod access;
mod errors;
mod rotations;
mod site;
mod system_lines;
