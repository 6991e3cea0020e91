//! A restored site is served by the bundled server and visited like the live one.

use crate::config::Config;
use crate::config::PageStyle;
use crate::db::Access;
use crate::db::Showcase;
use crate::db::connect;
use crate::health;
use crate::health::Facts;
use crate::server;
use crate::server::Options;
use crate::server::Stop;
use crate::status::Check;
use crate::status::kinds;
use anyhow::Context;
use anyhow::Result;
use anyhow::anyhow;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::mpsc;

/// Looks for every picture on disk, then serves the site on a port of its own and visits its pages.
///
/// # Errors
/// When the restored database cannot be read, or the server does not start.
pub(super) fn browse(config: &mut Config, now: Timestamp, check: &mut Check) -> Result<()> {
    let facts = {
        let mut database = connect(&config.database, Access::Read)?;
        let showcase = Showcase::resolve(database.schema()?, &config.site.app)?;
        Facts::read(database.as_mut(), &showcase, &config.site)?
    };
    check.absorb(health::check_pictures(&config.site, &facts.images));
    // The bundled server renders its pages whatever the live site is made of.
    "/media/".clone_into(&mut config.site.media_url);
    config.health.pages.style = PageStyle::Html;
    config.health.pages.product = None;
    config.health.pages.search = None;
    "/".clone_into(&mut config.health.pages.home);
    "/products".clone_into(&mut config.health.pages.listing);
    let stop = Stop::default();
    let (sender, address) = mpsc::channel();
    let options = Options {
        listen: "127.0.0.1:0".to_owned(),
        exit_with_parent: false,
        signals: false,
        stop: stop.clone(),
        errors: Box::new(std::io::sink()),
        clock: Arc::new(move || now),
    };
    let mut settings = config.clone();
    // The live server has the address, and a frontend would hide the pages that are visited.
    settings.serve.metrics_listen = None;
    settings.serve.frontend = None;
    let server = std::thread::spawn(move || {
        server::run(&settings, options, |address| {
            // Nobody waits for it when the drill has been given up.
            let _ = sender.send(address);
        })
    });
    let visited = match address.recv() {
        Ok(address) => {
            config.site.url = address.to_string();
            health::check_pages(config, Some(&facts), now.as_second().div_euclid(86400))
        }
        Err(_) => Err(anyhow!("the server did not start")),
    };
    stop.stop();
    server.join().map_err(|_| anyhow!("the server crashed"))?.context("serve the restored site")?;
    let mut visited = visited?;
    // The shop's own number and the bundled server's speed say nothing of the backup.
    visited.findings.retain(|finding| ![kinds::WHATSAPP.id, kinds::RESPONSE_TIME.id].contains(&finding.id));
    visited.metrics.clear();
    check.absorb(visited);
    Ok(())
}
