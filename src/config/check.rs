//! What a single value's type cannot tell: names that go into SQL and file names, addresses, limits in their order.

use super::Config;
use crate::units::Percent;
use url::Url;

impl Config {
    /// Checks the values with one another; the message begins with the key.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_site()?;
        self.check_health()?;
        self.backup.check()?;
        self.remote.check()?;
        self.restore.check()?;
        self.checklist.check()?;
        self.status.check()?;
        self.images.check()?;
        self.dependencies.check()?;
        self.notifications.check()?;
        self.docs.check()?;
        self.serve.check()?;
        self.performance.check()?;
        self.schedule.check()?;
        self.check_limits()
    }

    fn check_site(&self) -> Result<(), String> {
        let site = &self.site;
        let app = &site.app;
        let first = app.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !first || !app.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!("site.app: `{app}` is no label of a Django application"));
        }
        let name = &site.name;
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']) {
            return Err(format!("site.name: `{name}` cannot be part of a file name"));
        }
        let web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        if !Url::parse(&site.url).is_ok_and(|url| web(&url)) {
            return Err(format!(
                "site.url: `{}` must begin with http:// or https:// and name a host",
                site.url
            ));
        }
        if !site.media_url.starts_with('/') && !Url::parse(&site.media_url).is_ok_and(|url| web(&url)) {
            return Err(format!(
                "site.media_url: `{}` must begin with / or be a whole address",
                site.media_url
            ));
        }
        jiff::tz::TimeZone::get(&site.timezone).map(|_| ()).map_err(|_| {
            format!(
                "site.timezone: `{}` is not known: write one such as Africa/Porto-Novo, and have the zones (tzdata) installed",
                site.timezone
            )
        })
    }

    fn check_health(&self) -> Result<(), String> {
        let pages = &self.health.pages;
        for (key, value, mark) in
            [("product", &pages.product, "{slug}"), ("search", &pages.search, "{query}")]
        {
            if value.as_ref().is_some_and(|path| !path.contains(mark)) {
                return Err(format!("health.pages.{key}: the path must have {mark} in it"));
            }
        }
        if pages.products == 0 || pages.images == 0 {
            let part = if pages.products == 0 { "products" } else { "images" };
            return Err(format!(
                "health.pages.{part}: 0 would look at nothing; leave the item out with --skip"
            ));
        }
        match self.health.processes.iter().find(|rule| rule.any.is_empty()) {
            Some(rule) => Err(format!("health.processes: `{}` names no program in `any`", rule.name)),
            None => Ok(()),
        }
    }

    fn check_limits(&self) -> Result<(), String> {
        let (disk, logs, pages) = (&self.disk, &self.logs, &self.health.pages);
        let (resources, tls) = (&self.health.resources, &self.health.tls);
        let below = |key: &str, warning: Percent, critical: Percent| {
            if critical > warning {
                Err(format!("{key}_critical: {critical} lies above {key}_warning, {warning}"))
            } else {
                Ok(())
            }
        };
        let above = |key: &str, fits: bool| {
            if fits { Ok(()) } else { Err(format!("{key}_critical lies below {key}_warning")) }
        };
        below("disk.free", disk.free_warning, disk.free_critical)?;
        below("disk.inodes", disk.inodes_warning, disk.inodes_critical)?;
        below("health.resources.memory", resources.memory_warning, resources.memory_critical)?;
        above("health.resources.swap", resources.swap_warning <= resources.swap_critical)?;
        above("health.resources.load", resources.load_warning <= resources.load_critical)?;
        above("health.pages.slow", pages.slow_warning <= pages.slow_critical)?;
        above("logs.login", logs.login_warning <= logs.login_critical)?;
        above("logs.server_error", logs.server_error_warning <= logs.server_error_critical)?;
        if tls.critical_days > tls.warning_days {
            return Err("health.tls.critical_days lies above warning_days".to_owned());
        }
        if logs.since.is_zero() {
            return Err("logs.since: no time would be looked at".to_owned());
        }
        Ok(())
    }
}
