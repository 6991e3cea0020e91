//! Whether a file may become a picture of the shop: what its rules forbid, and what they only recommend.

use super::rules::Judged;
use super::rules::format_name;
use crate::config::ImagesConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::error::one_line;
use crate::picture;
use crate::picture::Sniffed;
use crate::units::ByteSize;
use anyhow::Result;
use std::path::Path;

/// Why a picture may not become one of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// Its size, and the largest that is taken.
    TooLarge(ByteSize, ByteSize),
    /// What it is.
    Format(&'static str),
    /// What it is, while its name says something else.
    Name(&'static str),
    /// Why it cannot be decoded.
    Damaged(String),
}

/// Judges a picture by its content and the extension of its name. Returns what is against a recommendation.
///
/// # Errors
/// The first rule that it breaks.
pub fn judge_upload(rules: &ImagesConfig, bytes: &[u8], extension: &str) -> Result<Vec<String>, Unfit> {
    let size = ByteSize(bytes.len() as u64);
    if size > rules.max_size {
        return Err(Unfit::TooLarge(size, rules.max_size));
    }
    let format = match picture::sniff(bytes) {
        Sniffed::Picture(format) => format_name(format),
        Sniffed::Svg => "svg",
        _ => "no picture",
    };
    if !rules.formats.iter().any(|known| known == format) {
        return Err(Unfit::Format(format));
    }
    if !fits(format, &extension.to_ascii_lowercase()) {
        return Err(Unfit::Name(format));
    }
    let (width, height) = picture::decode(bytes).map_err(|problem| Unfit::Damaged(one_line(&problem)))?;
    Ok(Judged::recommended(rules, width, height))
}

/// Judges a file before it is uploaded. Returns what is against a recommendation: resolution and shape.
///
/// # Errors
/// When it cannot be read whole, or is against a rule: format, name, size.
pub fn accept(rules: &ImagesConfig, file: &Path) -> Result<Vec<String>> {
    let told = file.display();
    let refuse = |message: String, hint: String| Error::new(Kind::Failed, message).hint(hint);
    let metadata = std::fs::metadata(file)
        .map_err(|error| refuse(format!("open the picture {told}: {error}"), "check its path".to_owned()))?;
    if !metadata.is_file() {
        return Err(refuse(format!("{told} is no file"), "name a picture".to_owned()).into());
    }
    let size = ByteSize(metadata.len());
    let extension = file.extension().and_then(|it| it.to_str()).unwrap_or_default();
    // A huge file is not read only to be refused.
    let judged = if size > rules.max_size {
        Err(Unfit::TooLarge(size, rules.max_size))
    } else {
        let bytes = std::fs::read(file).map_err(|error| {
            refuse(format!("read the picture {told}: {error}"), "let this user read it".to_owned())
        })?;
        judge_upload(rules, &bytes, extension)
    };
    judged.map_err(|unfit| {
        let accepted = rules.formats.join(" or ");
        match unfit {
            Unfit::TooLarge(size, most) => refuse(
                format!("the picture {told} has {size}"),
                format!(
                    "make it smaller (cjpeg or convert -quality 85, or fewer pixels): at most {most}, [images] max_size"
                ),
            ),
            Unfit::Format(format) => refuse(
                format!("the picture {told} is {format}"),
                format!("convert it to {accepted}; [images] formats has the rule"),
            ),
            Unfit::Name(format) => refuse(
                format!("the picture {told} is {format}, whatever its name says"),
                format!("rename it to .{}", if format == "jpeg" { "jpg" } else { format }),
            ),
            Unfit::Damaged(problem) => refuse(
                format!("the picture {told} is damaged: {problem}"),
                "it opens nowhere: take it from its source again".to_owned(),
            ),
        }
        .into()
    })
}

fn fits(format: &str, extension: &str) -> bool {
    match format {
        "jpeg" => matches!(extension, "jpg" | "jpeg"),
        "tiff" => matches!(extension, "tif" | "tiff"),
        format => format == extension,
    }
}
