//! A filter and a jail for fail2ban, which bans addresses that guess at the admin's password.
//!
//! What counts as a failure is what `logs logins` counts.

use crate::config::Config;
use std::path::Path;

/// The two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fail2ban {
    /// Name of filter and jail: `NAME-admin`.
    pub name: String,
    pub filter: String,
    pub jail: String,
}

impl Fail2ban {
    pub fn new(config: &Config) -> Self {
        let site: String = config
            .site
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' })
            .collect();
        let name = format!("{site}-admin");
        let logs = &config.logs;
        let path = regex::escape(&logs.login_path).replace('%', "%%");
        let filter = format!(
            "# Failed logins at {}: the form again (200), or refused (401, 403, 429).\n\
             # {}\n\
             [Definition]\n\
             failregex = ^<HOST> [^\"]*\"POST [^ \"?]*{path}(?:\\?[^ \"]*)? HTTP/[0-9.]+\" (?:200|401|403|429)\\s\n\
             ignoreregex =\n\
             datepattern = \\[%%d/%%b/%%Y:%%H:%%M:%%S %%z\\]\n",
            logs.login_path,
            place("filter.d", &name),
        );
        let access: Vec<String> = logs.access.iter().map(|path| one_line(path)).collect();
        let jail = format!(
            "# {}; then: fail2ban-client reload\n\
             # Behind a proxy the log must have the visitor's address, or everybody is banned with the proxy.\n\
             [{name}]\n\
             enabled = true\n\
             filter = {name}\n\
             port = http,https\n\
             backend = auto\n\
             logpath = {}\n\
             maxretry = {}\n\
             findtime = {}\n\
             bantime = 3600\n",
            place("jail.d", &name),
            access.join("\n          "),
            logs.login_warning.max(1),
            logs.login_window.as_secs().max(1),
        );
        Self { name, filter, jail }
    }
}

fn place(folder: &str, name: &str) -> String {
    let end = if folder == "jail.d" { "local" } else { "conf" };
    format!("/etc/fail2ban/{folder}/{name}.{end}")
}

/// A path as one line of an ini file; fail2ban expands `%`.
fn one_line(path: &Path) -> String {
    path.display().to_string().replace('%', "%%").replace(['\n', '\r'], "?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    #[test]
    fn the_filter_counts_what_logs_logins_counts() {
        let filter = Fail2ban::new(&Config::default()).filter;
        let line = filter.lines().find_map(|line| line.strip_prefix("failregex = ")).expect("a pattern");
        // fail2ban takes the time out before it looks, or leaves it.
        let pattern = Regex::new(&line.replace("<HOST>", r"(?P<host>\S+)")).expect("a pattern");
        for (line, fails) in [
            (
                r#"203.0.113.9 - - [23/Nov/2026:08:40:00 +0100] "POST /admin/login/?next=/admin/ HTTP/1.1" 200 99 "-" "x""#,
                true,
            ),
            (r#"203.0.113.9 - - [] "POST /fr/admin/login/ HTTP/1.1" 403 99 "-" "x""#, true),
            (r#"203.0.113.9 - - [] "POST /admin/login/ HTTP/1.1" 302 0 "-" "x""#, false),
            (r#"203.0.113.9 - - [] "GET /admin/login/ HTTP/1.1" 200 99 "-" "x""#, false),
            (
                r#"203.0.113.9 - - [] "GET /?x=\"POST /admin/login/ HTTP/1.1\" 200 " HTTP/1.1" 404 9 "-" "x""#,
                false,
            ),
        ] {
            let host = pattern.captures(line).map(|found| found["host"].to_owned());
            assert_eq!(host, fails.then(|| "203.0.113.9".to_owned()), "{line}");
        }
    }
}
