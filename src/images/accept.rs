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
    if size > rules.max_size {
        let hint = format!(
            "make it smaller (cjpeg or convert -quality 85, or fewer pixels): at most {}, [images] max_size",
            rules.max_size
        );
        return Err(refuse(format!("the picture {told} has {size}"), hint).into());
    }
    let bytes = std::fs::read(file).map_err(|error| {
        refuse(format!("read the picture {told}: {error}"), "let this user read it".to_owned())
    })?;
    let accepted = rules.formats.join(" or ");
    let format = match picture::sniff(&bytes) {
        Sniffed::Picture(format) => format_name(format),
        Sniffed::Svg => "svg",
        _ => "no picture",
    };
    if !rules.formats.iter().any(|known| known == format) {
        let hint = format!("convert it to {accepted}; [images] formats has the rule");
        return Err(refuse(format!("the picture {told} is {format}"), hint).into());
    }
    let extension = file.extension().and_then(|it| it.to_str()).unwrap_or_default().to_ascii_lowercase();
    if !fits(format, &extension) {
        let hint = format!("rename it to .{}", if format == "jpeg" { "jpg" } else { format });
        return Err(refuse(format!("the picture {told} is {format}, whatever its name says"), hint).into());
    }
    let (width, height) = picture::decode(&bytes).map_err(|problem| {
        let hint = "it opens nowhere: take it from its source again".to_owned();
        refuse(format!("the picture {told} is damaged: {}", one_line(&problem)), hint)
    })?;
    Ok(Judged::recommended(rules, width, height))
}

fn fits(format: &str, extension: &str) -> bool {
    match format {
        "jpeg" => matches!(extension, "jpg" | "jpeg"),
        "tiff" => matches!(extension, "tif" | "tiff"),
        format => format == extension,
    }
}
