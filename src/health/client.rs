//! The visitor: an HTTP client that reports what it was answered, whatever the status.

use crate::config::Config;
use crate::system::certificates;
use anyhow::Context;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::Certificate;
use ureq::tls::RootCerts;
use ureq::tls::TlsConfig;
use url::Url;

/// Answers larger than this are cut off and told as such.
const LARGEST_ANSWER: u64 = 64 * 1024 * 1024;

/// Makes requests to one site.
pub(super) struct Client {
    agent: Agent,
    base: Url,
}

/// What a request was answered.
pub(super) struct Answer {
    /// The address that was asked for; links of the page are relative to it.
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
    /// From the request until the last byte, redirects included.
    pub(super) elapsed: Duration,
}

impl Answer {
    pub(super) fn is_html(&self) -> bool {
        self.content_type.starts_with("text/html") || self.content_type.starts_with("application/xhtml")
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    /// Prepares a client for the configured site.
    ///
    /// # Errors
    /// When `[site] url` is no URL, or a certificate file cannot be read.
    pub(super) fn new(config: &Config) -> Result<Self> {
        let base = base(config)?;
        let mut builder = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(config.health.pages.timeout))
            .user_agent(concat!("sitekeep/", env!("CARGO_PKG_VERSION")));
        if base.scheme() == "https" {
            let roots = RootCerts::from(trusted(config.health.tls.ca_file.as_deref())?);
            builder = builder.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Self { agent: builder.build().into(), base })
    }

    /// Address of a path of the site, which may itself lie below a path of its host; an address is taken as it is.
    pub(super) fn url(&self, target: &str) -> Result<Url> {
        let joined = if target.contains("://") {
            Url::parse(target)
        } else {
            self.base.join(target.trim_start_matches('/'))
        };
        joined.with_context(|| format!("make an address of `{target}`"))
    }

    /// Address of a file under the media URL, which begins at the root of the host.
    pub(super) fn media(&self, address: &str) -> Result<Url> {
        self.base.join(address).with_context(|| format!("make an address of `{address}`"))
    }

    /// Where the site's address redirects to; nothing when it does not, or does not answer at all.
    ///
    /// # Errors
    /// When the target is no address.
    pub(super) fn redirect(&self) -> Result<Option<Url>> {
        let request = self
            .agent
            .get(self.base.as_str())
            .config()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        // That the site does not answer is told by the pages.
        let Ok(response) = request.call() else { return Ok(None) };
        let target = response.headers().get("location").filter(|_| response.status().is_redirection());
        target.map(|target| Ok(self.base.join(&String::from_utf8_lossy(target.as_bytes()))?)).transpose()
    }

    /// Fetches a path.
    ///
    /// # Errors
    /// When there is no answer: refused, timed out, cut off, or no trust in the certificate.
    pub(super) fn get(&self, path: &str) -> Result<Answer> {
        let url = self.url(path)?;
        let begin = Instant::now();
        let uri: Uri = url.as_str().parse()?;
        let mut response = self.agent.get(uri).call()?;
        let content_type = response
            .headers()
            .get("content-type")
            .map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
            .unwrap_or_default();
        let body = response.body_mut().with_config().limit(LARGEST_ANSWER).read_to_vec()?;
        Ok(Answer { url, status: response.status().as_u16(), content_type, body, elapsed: begin.elapsed() })
    }
}

/// The site's address, ready to join paths to.
pub(super) fn base(config: &Config) -> Result<Url> {
    let mut url =
        Url::parse(&config.site.url).with_context(|| format!("read [site] url `{}`", config.site.url))?;
    anyhow::ensure!(
        matches!(url.scheme(), "http" | "https") && url.has_host(),
        "[site] url `{}` must begin with http:// or https://",
        config.site.url
    );
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn trusted(extra: Option<&Path>) -> Result<Vec<Certificate<'static>>> {
    Ok(certificates::trusted(extra)?.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}
