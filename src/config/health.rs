//! `[health]`: what must run, listen and answer.

use crate::units::Percent;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What is looked at each day to tell that the site works (guide: Quotidienne 1, Site web inaccessible).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HealthConfig {
    pub processes: Vec<ProcessRule>,
    /// Ports that must accept connections: a number, or `host:port`.
    pub ports: Vec<PortRule>,
    pub pages: PagesConfig,
    pub resources: ResourcesConfig,
    pub tls: TlsConfig,
}

impl Default for HealthConfig {
    fn default() -> Self {
        Self {
            processes: vec![
                ProcessRule {
                    name: "backend".into(),
                    any: ["gunicorn", "manage.py runserver", "sitekeep serve"].map(Into::into).to_vec(),
                    contains: None,
                    required: true,
                },
                ProcessRule {
                    name: "frontend".into(),
                    any: vec!["vite".into()],
                    contains: None,
                    required: false,
                },
            ],
            ports: vec![PortRule::local(5000), PortRule::local(8000)],
            pages: PagesConfig::default(),
            resources: ResourcesConfig::default(),
            tls: TlsConfig::default(),
        }
    }
}

/// A service of the site and the programs that may carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessRule {
    pub name: String,
    /// Beginnings of command lines, interpreter left out: `manage.py runserver`, `gunicorn`.
    pub any: Vec<String>,
    /// A text that must stand somewhere in the command line too, to tell this site's from another's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Whether its absence is critical; otherwise it is only told.
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// An address that must accept TCP connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortRule {
    pub host: String,
    pub port: u16,
}

impl PortRule {
    pub fn local(port: u16) -> Self {
        Self { host: "127.0.0.1".into(), port }
    }
}

impl fmt::Display for PortRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

impl Serialize for PortRule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.host == "127.0.0.1" {
            serializer.serialize_u16(self.port)
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for PortRule {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i64),
            Text(String),
        }
        let wrong = |text: &str| {
            serde::de::Error::custom(format!(
                "`{text}` is not a port: write a number from 1 to 65535, or host:port"
            ))
        };
        match Written::deserialize(deserializer)? {
            Written::Number(number) => match u16::try_from(number) {
                Ok(port) if port > 0 => Ok(Self::local(port)),
                _ => Err(wrong(&number.to_string())),
            },
            Written::Text(text) => {
                let (host, port) = text.rsplit_once(':').unwrap_or(("127.0.0.1", &text));
                match port.parse() {
                    Ok(port) if port > 0 => Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port }),
                    _ => Err(wrong(&text)),
                }
            }
        }
    }
}

/// Whether the pages' truth is in HTML that the server renders or in the JSON of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageStyle {
    /// API when `/api/products/` answers JSON, else HTML.
    #[default]
    Auto,
    Html,
    Api,
}

/// Pages that are visited; in `product`, `{slug}` stands for a product, in `search`, `{query}` for a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PagesConfig {
    pub style: PageStyle,
    pub home: String,
    pub listing: String,
    pub product: Option<String>,
    pub search: Option<String>,
    /// How many products' pages are visited; another stretch of them each day.
    pub products: usize,
    /// How many pictures of the database are fetched and decoded; all are looked for on disk.
    pub images: usize,
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub slow_warning: Duration,
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub slow_critical: Duration,
    /// How long one request may take in all.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub timeout: Duration,
    /// How long all visits may take together; what is not visited by then is UNKNOWN.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub budget: Duration,
}

impl Default for PagesConfig {
    fn default() -> Self {
        Self {
            style: PageStyle::Auto,
            home: "/".into(),
            listing: "/products".into(),
            product: None,
            search: None,
            products: 50,
            images: 50,
            slow_warning: Duration::from_secs(2),
            slow_critical: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            budget: Duration::from_mins(1),
        }
    }
}

/// Limits on the host's resources (guide: Performance dégradée, "Vérifier les ressources serveur").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResourcesConfig {
    /// Load average of 5 minutes per processor.
    pub load_warning: f64,
    pub load_critical: f64,
    /// Share of memory still available.
    pub memory_warning: Percent,
    pub memory_critical: Percent,
    /// Share of swap in use.
    pub swap_warning: Percent,
    pub swap_critical: Percent,
}

impl Default for ResourcesConfig {
    fn default() -> Self {
        Self {
            load_warning: 1.5,
            load_critical: 4.0,
            memory_warning: Percent(10.0),
            memory_critical: Percent(5.0),
            swap_warning: Percent(50.0),
            swap_critical: Percent(90.0),
        }
    }
}

/// Limits on the life of the site's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    pub warning_days: i64,
    pub critical_days: i64,
    /// Certificate authorities to trust besides the system's, in PEM.
    pub ca_file: Option<PathBuf>,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self { warning_days: 21, critical_days: 7, ca_file: None }
    }
}
