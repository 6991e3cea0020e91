//! The guide's five problems (Résolution de Problèmes Courants): which items are looked at and in which order, what the
//! findings are the causes of, and what mends each. Looking and mending are the commands'.

mod window;

pub use window::Closed;
pub use window::Window;
pub use window::check as check_window;

use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;

/// A problem as somebody who has it would call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Site web inaccessible.
    Site,
    /// Images ne s'affichent pas.
    Images,
    /// Base de données corrompue.
    Database,
    /// Erreurs 500 fréquentes.
    Errors,
    /// Performance dégradée.
    Slowness,
}

/// What mends a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fix {
    /// The site's service is stopped and started.
    Restart,
    /// A command of sitekeep; `{site}` stands for the site's name, by which one agrees to what replaces live data.
    Command(&'static [&'static str]),
}

/// Commands that replace live data, and ask for the site's name.
const RESTORE_DATABASE: Fix =
    Fix::Command(&["restore", "latest", "--only", "database", "--confirm", "{site}"]);
const RESTORE_MEDIA: Fix = Fix::Command(&["restore", "latest", "--only", "media", "--confirm", "{site}"]);

/// A finding of one of these kinds, at least so bad, is a cause; `None` where a person has to mend it.
struct Rule {
    id: &'static str,
    from: Status,
    fix: Option<Fix>,
}

const fn rule(id: &'static str, from: Status, fix: Option<Fix>) -> Rule {
    Rule { id, from, fix }
}

/// A full disk is the cause of much else, and comes first everywhere.
const FULL: [Rule; 2] = [
    rule(kinds::DISK_SPACE.id, Status::Critical, Some(Fix::Command(&["logs", "clean"]))),
    rule(kinds::DISK_READ_ONLY.id, Status::Critical, None),
];

const SITE: &[Rule] = &[
    // A site without its database does not come back by a restart.
    rule(kinds::DATABASE.id, Status::Critical, Some(RESTORE_DATABASE)),
    rule(kinds::PROCESS.id, Status::Critical, Some(Fix::Restart)),
    rule(kinds::PORT.id, Status::Critical, Some(Fix::Restart)),
    rule(kinds::PAGE.id, Status::Critical, Some(Fix::Restart)),
    rule(kinds::TLS.id, Status::Critical, None),
    rule(kinds::MEMORY.id, Status::Critical, None),
];

const IMAGES: &[Rule] = &[
    rule(
        kinds::IMAGES_PERMISSION.id,
        Status::Warning,
        Some(Fix::Command(&["images", "permissions", "--apply"])),
    ),
    rule(kinds::PICTURE_FILE.id, Status::Warning, Some(RESTORE_MEDIA)),
    rule(kinds::IMAGE.id, Status::Critical, None),
    rule(kinds::PAGE.id, Status::Critical, None),
];

const DATABASE: &[Rule] = &[
    rule(kinds::DATABASE.id, Status::Critical, Some(RESTORE_DATABASE)),
    rule(kinds::DATABASE_SOUND.id, Status::Critical, Some(RESTORE_DATABASE)),
    rule(kinds::DATABASE_SOUND.id, Status::Warning, Some(Fix::Command(&["database", "reindex"]))),
    rule(kinds::DATABASE_INDEX.id, Status::Warning, Some(Fix::Command(&["database", "reindex"]))),
];

const ERRORS: &[Rule] = &[
    rule(kinds::DATABASE.id, Status::Critical, Some(RESTORE_DATABASE)),
    rule(kinds::LOG_ERRORS.id, Status::Warning, None),
    rule(kinds::LOG_SERVER_ERRORS.id, Status::Warning, None),
    rule(kinds::DEBUG.id, Status::Warning, None),
    rule(kinds::PERFORMANCE_CACHE.id, Status::Critical, Some(Fix::Command(&["database", "cache-table"]))),
];

const SLOWNESS: &[Rule] = &[
    rule(kinds::DATABASE_SPACE.id, Status::Warning, Some(Fix::Command(&["database", "optimize"]))),
    rule(kinds::DATABASE_INDEX.id, Status::Warning, Some(Fix::Command(&["database", "reindex"]))),
    rule(kinds::PERFORMANCE_PLAN.id, Status::Warning, None),
    rule(kinds::PERFORMANCE_STATEMENT.id, Status::Warning, None),
    rule(kinds::PERFORMANCE_PICTURES.id, Status::Warning, Some(Fix::Command(&["images", "optimize"]))),
    rule(kinds::PERFORMANCE_CACHE.id, Status::Warning, Some(Fix::Command(&["database", "cache-table"]))),
    rule(kinds::LOAD.id, Status::Warning, None),
    rule(kinds::MEMORY.id, Status::Warning, None),
    rule(kinds::SWAP.id, Status::Warning, None),
];

impl Problem {
    /// Heading of the guide.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Site => "Site web inaccessible",
            Self::Images => "Images ne s'affichent pas",
            Self::Database => "Base de données corrompue",
            Self::Errors => "Erreurs 500 fréquentes",
            Self::Slowness => "Performance dégradée",
        }
    }

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Images => "images",
            Self::Database => "database",
            Self::Errors => "errors",
            Self::Slowness => "slowness",
        }
    }

    /// Items of the checklists that are looked at, in the guide's order.
    pub fn items(self) -> &'static [&'static str] {
        match self {
            Self::Site => &[
                "health.processes",
                "health.ports",
                "disk.space",
                "health.database",
                "health.pages",
                "health.tls",
                "health.resources",
            ],
            Self::Images => &["images.permissions", "disk.space", "health.pictures", "health.pages"],
            Self::Database => &["disk.space", "health.database", "database.check"],
            Self::Errors => &[
                "logs.errors",
                "logs.access",
                "disk.space",
                "health.database",
                "health.debug",
                "performance.cache",
            ],
            Self::Slowness => &[
                "disk.space",
                "database.check",
                "performance.queries",
                "performance.pictures",
                "performance.cache",
                "performance.pages",
                "health.resources",
            ],
        }
    }

    fn rules(self) -> impl Iterator<Item = &'static Rule> {
        FULL.iter().chain(match self {
            Self::Site => SITE,
            Self::Images => IMAGES,
            Self::Database => DATABASE,
            Self::Errors => ERRORS,
            Self::Slowness => SLOWNESS,
        })
    }

    /// The causes among the findings, the likeliest first, each with what mends it.
    pub fn causes<'a>(self, findings: &[&'a Finding]) -> Vec<(&'a Finding, Option<Fix>)> {
        let mut causes: Vec<(&Finding, Option<Fix>)> = Vec::new();
        for rule in self.rules() {
            for finding in findings.iter().filter(|it| it.id == rule.id && it.status >= rule.from) {
                // UNKNOWN is no cause: it is told as what it is.
                let is_new = causes.iter().all(|(known, _)| !std::ptr::eq(*known, *finding));
                if finding.status != Status::Unknown && is_new {
                    causes.push((finding, rule.fix));
                }
            }
        }
        causes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_come_in_their_order_and_what_is_unknown_is_none() {
        let found = [
            Finding::critical(&kinds::PORT, "127.0.0.1:8000", "does not listen"),
            Finding::unknown(&kinds::DATABASE, "database", "cannot be asked"),
            Finding::critical(&kinds::DISK_SPACE, "/", "full"),
            Finding::warning(&kinds::PROCESS, "gunicorn", "old"),
        ];
        let causes = Problem::Site.causes(&found.iter().collect::<Vec<_>>());
        let told: Vec<_> = causes.iter().map(|(finding, fix)| (finding.id, *fix)).collect();
        let clean = Fix::Command(&["logs", "clean"]);
        assert_eq!(told, [("DISK-001", Some(clean)), ("HEALTH-002", Some(Fix::Restart))]);
    }

    #[test]
    fn a_finding_is_one_cause() {
        let found = [Finding::critical(&kinds::DATABASE_SOUND, "database", "page 3 is damaged")];
        let causes = Problem::Database.causes(&found.iter().collect::<Vec<_>>());
        assert_eq!(causes.len(), 1);
        assert_eq!(causes.first().and_then(|(_, fix)| *fix), Some(RESTORE_DATABASE));
    }
}
