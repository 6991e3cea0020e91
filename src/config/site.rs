//! `[site]`: what the site is and where its parts lie.

use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// The site itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SiteConfig {
    /// Short name: it stands in reports, file names and the state folder.
    pub name: String,
    /// Address under which visitors reach the site.
    pub url: String,
    /// Folder of the Django project.
    pub root: PathBuf,
    /// Django's `MEDIA_ROOT`.
    pub media: PathBuf,
    /// Django's `MEDIA_URL`.
    pub media_url: String,
    /// Django's settings module, read as text and never executed.
    pub settings: Option<PathBuf>,
    /// The `.env` file of the project.
    pub env_file: Option<PathBuf>,
    /// Name of the service of the backend; without it, `NAME-backend`.
    pub unit: Option<String>,
    /// Label of the Django application that owns the tables (`showcase_product`…).
    pub app: String,
    /// Time zone in which people of the site read times.
    pub timezone: String,
    /// Currency written after prices.
    pub currency: String,
    /// Number of the WhatsApp button in international form; without it, the one in the site's settings table.
    pub whatsapp_number: Option<String>,
}

impl Default for SiteConfig {
    fn default() -> Self {
        Self {
            name: "niasotac".into(),
            url: "http://127.0.0.1:8000".into(),
            root: ".".into(),
            media: "backend/media".into(),
            media_url: "/media/".into(),
            settings: None,
            env_file: None,
            unit: None,
            app: "showcase".into(),
            timezone: "Africa/Porto-Novo".into(),
            currency: "FCFA".into(),
            whatsapp_number: None,
        }
    }
}

impl SiteConfig {
    /// The `.env` of the project: as configured, else the first that is there: in the project's folder, in its
    /// `backend/`, or beside it.
    pub fn env_file(&self) -> Option<PathBuf> {
        let usual = || {
            let beside = self.root.parent().filter(|_| self.root.join("manage.py").is_file());
            let folders = [Some(self.root.as_path()), Some(&self.root.join("backend")), beside]
                .map(|folder| folder.map(|folder| folder.join(".env")));
            folders.into_iter().flatten().find(|path| path.exists())
        };
        self.env_file.clone().or_else(usual)
    }

    /// Service of the backend, as remedies name it.
    pub fn unit(&self) -> String {
        self.unit.clone().unwrap_or_else(|| format!("{}-backend", self.name))
    }
}
