//! A picture that was sent: judged at once, and laid down where the planner takes it from.

use super::form::Sent;
use crate::config::ImagesConfig;
use crate::images;
use crate::images::Unfit;
use crate::language::Language;
use crate::products::Picture;
use anyhow::Context;
use anyhow::Result;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

/// A picture in a folder of its own, which goes with it.
pub(super) struct Upload {
    folder: TempDir,
    extension: String,
    name: String,
}

/// Says why a picture is not taken, in French; nothing where it is.
pub(super) fn refusal(rules: &ImagesConfig, sent: &Sent) -> Option<String> {
    let bytes = |size| Language::French.bytes(size);
    if sent.size > rules.max_size.0 {
        return Some(format!("Cette image pèse {} : au plus {}.", bytes(sent.size), bytes(rules.max_size.0)));
    }
    let accepted = rules.formats.join(" ou ").to_uppercase();
    match images::judge_upload(rules, &sent.content, extension(&sent.name)).err()? {
        Unfit::TooLarge(size, most) => {
            Some(format!("Cette image pèse {} : au plus {}.", bytes(size.0), bytes(most.0)))
        }
        Unfit::Format("no picture") => {
            Some(format!("Ce fichier n'est pas une image : il faut du {accepted}."))
        }
        Unfit::Format(format) => {
            Some(format!("Cette image est au format {} : il faut du {accepted}.", format.to_uppercase()))
        }
        Unfit::Name(format) => Some(format!(
            "Cette image est du {}, mais son nom dit autre chose : renommez-la en .{}.",
            format.to_uppercase(),
            if format == "jpeg" { "jpg" } else { format }
        )),
        Unfit::Damaged(_) => {
            Some("Cette image est abîmée ou incomplète : reprenez-la à sa source.".to_owned())
        }
    }
}

/// Lays a picture down.
///
/// # Errors
/// When the folder of temporary files cannot be written to.
pub(super) fn lay_down(sent: Sent) -> Result<Upload> {
    let folder = tempfile::Builder::new()
        .prefix(".sitekeep-upload-")
        .tempdir()
        .context("make a folder for the picture")?;
    let upload = Upload { folder, extension: extension(&sent.name).to_ascii_lowercase(), name: sent.name };
    let mut file = std::fs::File::create(upload.path()).context("write the picture down")?;
    file.write_all(&sent.content).context("write the picture down")?;
    Ok(upload)
}

impl Upload {
    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join(format!("picture.{}", self.extension))
    }

    /// As the planner takes it, under the name that it was sent with.
    pub(super) fn picture(&self) -> Picture {
        Picture::File { source: self.path(), name: Some(self.name.clone()) }
    }
}

fn extension(name: &str) -> &str {
    Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}
