//! The visitor: an HTTP client that reports what it was answered, whatever the status.

use crate::config::Config;
use crate::system::http;
use anyhow::Context;
use anyhow::Result;
use std::time::Duration;
use std::time::Instant;
use ureq::Agent;
use ureq::http::Uri;
use url::Url;

/// Answers larger than this are cut off and told as such.
const LARGEST_ANSWER: u64 = 64 * 1024 * 1024;
/// Redirects that are followed, as many as browsers do at least.
const REDIRECTS: u32 = 10;

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
        let pages = config.health.pages.timeout;
        let agent = http::agent(&base, pages, config.health.tls.ca_file.as_deref(), REDIRECTS)?;
        Ok(Self { agent, base })
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
        let mut response = self.agent.get(uri).call().map_err(http::no_answer)?;
        let content_type = response
            .headers()
            .get("content-type")
            .map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
            .unwrap_or_default();
        let body = response.body_mut().with_config().limit(LARGEST_ANSWER).read_to_vec();
        let body = body.map_err(http::no_answer)?;
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
