//! A picture that was sent: judged at once, and laid down where the planner takes it from.

use super::Admin;
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
use std::sync::Arc;
use tempfile::NamedTempFile;

/// A picture in a temporary file, which goes with it.
pub(super) struct Upload {
    file: NamedTempFile,
    name: String,
}

/// Judges a picture and lays it down, on a thread of its own; says in French why it is not taken.
///
/// # Errors
/// When the folder of temporary files cannot be written to.
pub(super) async fn take(admin: &Arc<Admin>, sent: Sent) -> Result<Result<Upload, String>> {
    let admin = Arc::clone(admin);
    let taken = tokio::task::spawn_blocking(move || match refusal(&admin.config.images, &sent) {
        Some(reason) => Ok(Err(reason)),
        None => lay_down(sent).map(Ok),
    });
    taken.await.context("judge the picture")?
}

/// Nothing where it is taken.
fn refusal(rules: &ImagesConfig, sent: &Sent) -> Option<String> {
    let bytes = |size| Language::French.bytes(size);
    if sent.size > rules.max_size.0 {
        return Some(format!("Cette image pèse {} : au plus {}.", bytes(sent.size), bytes(rules.max_size.0)));
    }
    let accepted = accepted(rules);
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

/// Under a name like those of Django's own uploads: `images uploads` removes what a kill leaves of either.
fn lay_down(sent: Sent) -> Result<Upload> {
    let mut file = tempfile::Builder::new()
        .prefix("tmp")
        .rand_bytes(8)
        .suffix(&format!(".upload.{}", extension(&sent.name).to_ascii_lowercase()))
        .tempfile()
        .context("make a file for the picture")?;
    file.write_all(&sent.content).context("write the picture down")?;
    Ok(Upload { file, name: sent.name })
}

impl Upload {
    /// As the planner takes it, under the name that it was sent with.
    pub(super) fn picture(&self) -> Picture {
        Picture::File { source: self.file.path().to_owned(), name: Some(self.name.clone()) }
    }
}

/// The formats that are taken, as people call them.
pub(super) fn accepted(rules: &ImagesConfig) -> String {
    let called = |format: &String| if format == "jpeg" { "JPG".to_owned() } else { format.to_uppercase() };
    rules.formats.iter().map(called).collect::<Vec<_>>().join(" ou ")
}

fn extension(name: &str) -> &str {
    Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}
