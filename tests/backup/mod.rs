//! `sitekeep backup`: the artefacts in the hands of other tools, and the commands.

mod artefacts;
mod commands;
mod drill;
