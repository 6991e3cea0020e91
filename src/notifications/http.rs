//! Webhook and ping: requests whose answer matters only by its status.

use super::Failure;
use super::Message;
use crate::config::NotificationsConfig;
use crate::config::Secret;
use crate::system::http;
use anyhow::Result;
use anyhow::anyhow;
use ureq::Agent;
use url::Url;

/// Sends the message as JSON.
pub(super) fn post(config: &NotificationsConfig, message: &Message) -> Result<(), Failure> {
    let webhook = &config.webhook;
    let url = address(webhook.url.as_ref()).map_err(Failure::blocked)?;
    let body = serde_json::to_string(message).map_err(Failure::blocked)?;
    let mut request = agent(config, &url)
        .map_err(Failure::blocked)?
        .post(url.as_str())
        .header("content-type", "application/json")
        // Sent again after an outage, a message can be told by this.
        .header("idempotency-key", format!("{}.{}", message.run_id, message.command.replace(' ', "-")));
    match (&webhook.token, &webhook.token_problem) {
        (Some(token), _) => request = request.header("authorization", format!("Bearer {}", token.reveal())),
        (None, Some(problem)) => return Err(Failure::blocked(anyhow!("{problem}"))),
        (None, None) => {}
    }
    judge(request.send(body.as_str()), &url)
}

/// Tells the watcher the start of a run, or its exit code with the message's text.
pub(super) fn ping(
    config: &NotificationsConfig,
    message: &Message,
    event: Option<&str>,
) -> Result<(), Failure> {
    let template = config.ping.url.as_ref().map(|url| {
        let command = message.command.replace(' ', "-");
        // Braces are percent-encoded when an address is parsed, so that they are replaced before.
        Secret::new(url.reveal().replace("{site}", &message.site).replace("{command}", &command))
    });
    let mut url = address(template.as_ref()).map_err(Failure::blocked)?;
    let code = message.exit_code.to_string();
    let path = format!("{}/{}", url.path().trim_end_matches('/'), event.unwrap_or(&code));
    url.set_path(&path);
    let request = agent(config, &url).map_err(Failure::blocked)?.post(url.as_str());
    let body = if event.is_some() { "" } else { message.text.as_str() };
    judge(request.content_type("text/plain; charset=utf-8").send(body), &url)
}

fn address(url: Option<&Secret>) -> Result<Url> {
    let url = url.ok_or_else(|| anyhow!("no address is configured"))?;
    Url::parse(url.reveal()).map_err(|error| anyhow!("the configured address cannot be read: {error}"))
}

fn agent(config: &NotificationsConfig, url: &Url) -> Result<Agent> {
    http::agent(url, config.timeout, config.ca_file.as_deref(), 0)
}

/// Only the host is named: the rest of such an address is often a key.
fn judge(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>, url: &Url) -> Result<(), Failure> {
    let host = url.host_str().unwrap_or_default().to_owned();
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => {
            let status = answer.status();
            // RFC 9110: 408 and 429 ask to come again.
            let refused = status.is_client_error() && !matches!(status.as_u16(), 408 | 429);
            Err(Failure { problem: anyhow!("{host} answers {status}"), refused })
        }
        Err(error) => Err(Failure::blocked(http::no_answer(error).context(host))),
    }
}
