//! Scores of the JPEGs below one folder beside those of the same names below another: what `scripts/bench images` asks.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use anyhow::Context;
use anyhow::Result;
use sitekeep::images::similarity;
use sitekeep::picture::jpeg_pixels;
use std::path::PathBuf;

fn main() -> Result<()> {
    let mut folders = std::env::args_os().skip(1).map(PathBuf::from);
    let originals = folders.next().context("name two folders")?;
    let others = folders.next().context("name two folders")?;
    for entry in walkdir::WalkDir::new(&originals).sort_by_file_name() {
        let entry = entry?;
        let path = entry.path().strip_prefix(&originals)?;
        if !entry.file_type().is_file() {
            continue;
        }
        let original = std::fs::read(entry.path())?;
        if !original.starts_with(&[0xff, 0xd8]) {
            continue;
        }
        let other = std::fs::read(others.join(path))?;
        let score = if original == other {
            100.0
        } else {
            similarity(&jpeg_pixels(&original)?, &jpeg_pixels(&other)?)?
        };
        println!("{score:.3}\t{}", path.display());
    }
    Ok(())
}
