//! Whether the site works with the restored state: visited where it runs, else by the bundled server.

use super::Restore;
use crate::config::Config;
use crate::db::Access;
use crate::db::Showcase;
use crate::db::connect;
use crate::health;
use crate::health::Facts;
use crate::recovery::trial;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use std::net::TcpStream;
use std::net::ToSocketAddrs;
use std::time::Duration;
use std::time::Instant;

const KNOCK: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(500);

/// What must work for the restored state to stay; the rest is the business of `health`.
const DECIDING: [&str; 3] = [kinds::PAGE.id, kinds::PRODUCT_PAGE.id, kinds::SEARCH.id];

/// So many products and pictures are visited: what is wrong with a restored site is wrong with most of it, and the
/// database was compared row by row before.
const SAMPLE: usize = 5;

/// Whether anything listens at the site's address.
pub(super) fn answers(config: &Config) -> bool {
    let Ok(url) = url::Url::parse(&config.site.url) else { return false };
    let Ok(addresses) =
        url.socket_addrs(|| None).map(|it| it.into_iter().flat_map(|it| it.to_socket_addrs()))
    else {
        return false;
    };
    addresses.flatten().any(|address| TcpStream::connect_timeout(&address, KNOCK).is_ok())
}

/// Visits the site; one that was started is given its time.
///
/// # Errors
/// When its pages are not what the database says.
pub(super) fn visit(order: &Restore<'_>, is_running: bool, check: &mut Check) -> Result<()> {
    let mut config = order.config.clone();
    let pages = &mut config.health.pages;
    (pages.products, pages.images) = (pages.products.min(SAMPLE), pages.images.min(SAMPLE));
    order.progress.start("visit the site", 0);
    let found = if is_running { visit_live(order, &config) } else { visit_served(order, &mut config) };
    order.progress.finish();
    let found = found.context("visit the site")?;
    let deciding = |finding: &&Finding| DECIDING.contains(&finding.id);
    if let Some(bad) = found.findings.iter().filter(deciding).find(|it| it.status == Status::Critical) {
        bail!("{}: {}", bad.subject, bad.message);
    }
    let by = if is_running { "" } else { ", served by sitekeep itself: nothing runs there" };
    let pages = found.findings.iter().filter(deciding).filter(|it| it.status == Status::Ok).count();
    let site = &order.config.site.url;
    let message = format!("works: {pages} pages and answers are as the database says{by}");
    check.add(Finding::ok(&kinds::RESTORE_SITE, site, message).with("pages", pages));
    for unsure in found.findings.iter().filter(deciding).filter(|it| it.status == Status::Unknown) {
        check.add(unsure.clone());
    }
    // Told, but no reason to go back: the backup was made of a site that lacked them.
    for bad in
        found.findings.into_iter().filter(|it| it.id == kinds::PICTURE_FILE.id && it.status != Status::Ok)
    {
        check.add(Finding { status: Status::Warning, ..bad });
    }
    Ok(())
}

fn visit_live(order: &Restore<'_>, config: &Config) -> Result<Check> {
    let facts = facts(config)?;
    let day = order.now.as_second().div_euclid(86400);
    let deadline = Instant::now() + config.restore.patience;
    loop {
        let mut found = health::check_pages(config, Some(&facts), day)?;
        let is_good = !found
            .findings
            .iter()
            .any(|it| DECIDING.contains(&it.id) && matches!(it.status, Status::Critical | Status::Unknown));
        if is_good || Instant::now() >= deadline {
            found.absorb(health::check_pictures(&config.site, &facts.images));
            return Ok(found);
        }
        std::thread::sleep(PAUSE);
    }
}

fn visit_served(order: &Restore<'_>, config: &mut Config) -> Result<Check> {
    let mut found = Check::default();
    trial::browse(config, order.now, &mut found)?;
    Ok(found)
}

fn facts(config: &Config) -> Result<Facts> {
    let mut database = connect(&config.database, Access::Read)?;
    let showcase = Showcase::resolve(database.schema()?, &config.site.app)?;
    Facts::read(database.as_mut(), &showcase, &config.site)
}
