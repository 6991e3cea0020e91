//! Every sort of finding there is, with its stable identifier and the guide's section.
//!
//! Identifiers are a contract: they are only ever added. Acknowledgements and dashboards hang on them.

use super::Kind;

macro_rules! kinds {
    ($($name:ident = $id:literal, $title:literal, $guide:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Kind = Kind { id: $id, title: $title, guide: $guide };
        )*
        /// All kinds, in the order of their identifiers' families.
        pub const ALL: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    CHECK_FAILED = "CHECK-001", "a check that could not run", "Checklist de Maintenance";
    CHECKLIST_SIGNED = "CHECKLIST-001", "an item that a person does and signs for", "Checklist de Maintenance";
    CHECKLIST_COMMAND = "CHECKLIST-002", "an item that the site added: a command of its own", "Checklist de Maintenance";
    CHECKLIST_DUE = "CHECKLIST-003", "what is due on the checklists", "Checklist de Maintenance";
    ACKNOWLEDGEMENT = "ACKNOWLEDGE-001", "the acknowledgements: which are in force, expired or wrong", "Checklist de Maintenance";
    STATE_UNAVAILABLE = "STATE-001", "sitekeep's own record of runs", "Checklist de Maintenance";

    NOTIFICATIONS = "NOTIFY-001", "messages about runs are delivered", "Checklist de Maintenance";

    PROCESS = "HEALTH-001", "a process of the site", "Quotidienne 1";
    PORT = "HEALTH-002", "a listening port", "Site web inaccessible";
    PAGE = "HEALTH-003", "a page loads and is what it should be", "Quotidienne 1";
    PRODUCT_PAGE = "HEALTH-004", "a product's page names the product", "Quotidienne 1";
    SEARCH = "HEALTH-005", "the search finds what is there and nothing else", "Quotidienne 1";
    IMAGE = "HEALTH-006", "a picture is served as a picture", "Quotidienne 1";
    WHATSAPP = "HEALTH-007", "the WhatsApp button leads to the configured number", "Quotidienne 1";
    RESPONSE_TIME = "HEALTH-008", "response time of a page", "Quotidienne 1";
    TLS = "HEALTH-009", "the certificate of the site", "Quotidienne 1";
    LOAD = "HEALTH-010", "load of the processors", "Performance dégradée";
    MEMORY = "HEALTH-011", "available memory", "Performance dégradée";
    SWAP = "HEALTH-012", "swap in use", "Performance dégradée";
    DEBUG = "HEALTH-013", "DEBUG is off", "Erreurs 500 fréquentes";
    DATABASE = "HEALTH-015", "the site's database opens", "Base de données corrompue";
    PICTURE_FILE = "HEALTH-014", "a picture named in the database is there", "Images ne s'affichent pas";

    DATABASE_CREATED = "DATABASE-001", "a database made from nothing", "Base de données corrompue";

    DISK_SPACE = "DISK-001", "free space of a file system", "Quotidienne 3";
    DISK_INODES = "DISK-002", "free inodes of a file system", "Quotidienne 3";
    DISK_MEDIA = "DISK-003", "size of the media folder", "Quotidienne 3";
    DISK_DATABASE = "DISK-004", "size of the database", "Quotidienne 3";
    DISK_READ_ONLY = "DISK-005", "a file system that must be writable", "Quotidienne 3";
    DISK_GROWTH = "DISK-006", "when a file system will be full", "Quotidienne 3";

    BACKUP = "BACKUP-001", "a backup is made", "Hebdomadaire 1 et 2, Créer une Sauvegarde Complète";
    BACKUP_CONTENT = "BACKUP-002", "what a backup holds of the site", "Hebdomadaire 1 et 2";
    BACKUP_ROTATION = "BACKUP-003", "the rotation of the backups", "Hebdomadaire 1 et 2";
    BACKUP_DRILL = "BACKUP-005", "a backup restored aside and looked at", "Tester procédures de restauration";
    BACKUP_VERIFIED = "BACKUP-004", "a backup read through", "Tester procédures de restauration";

    RESTORE = "RESTORE-001", "a part of the site restored from a backup", "Restaurer une Sauvegarde";
    RESTORE_SOURCE = "RESTORE-002", "the backup that is restored", "Restaurer une Sauvegarde";
    RESTORE_SITE = "RESTORE-003", "the site after a restore", "Restaurer une Sauvegarde";
    UNDO = "RESTORE-004", "a change taken back", "Restaurer une Sauvegarde";
    INTERRUPTED = "RESTORE-005", "a change of the site that was cut off", "Restaurer une Sauvegarde";
    QUARANTINE = "RESTORE-006", "what is kept of replaced states", "Restaurer une Sauvegarde";
    BACKUP_AGE = "BACKUP-006", "age of the newest backup of a kind", "Hebdomadaire 1 et 2, Créer une Sauvegarde Complète";
    BACKUP_SIZE = "BACKUP-007", "size of the newest backup against the others of its kind", "Hebdomadaire 1 et 2";
    BACKUP_DAMAGED = "BACKUP-008", "a backup that is known not to be sound", "Tester procédures de restauration";
    BACKUP_DRILLED = "BACKUP-009", "when a kind was last drilled, and how it went", "Tester procédures de restauration";
    BACKUP_FOREIGN = "BACKUP-010", "files with a backup's name that sitekeep did not make", "Hebdomadaire 1 et 2";
    BACKUP_LEFTOVER = "BACKUP-011", "what a run that was cut off left behind", "Hebdomadaire 1 et 2";
    BACKUP_FOLDER = "BACKUP-012", "the folder of the backups can be read", "Hebdomadaire 1 et 2";
    BACKUP_PUSHED = "BACKUP-013", "a copy is pushed away from this machine", "Créer une Sauvegarde Complète";
    BACKUP_REMOTE_AGE = "BACKUP-014", "age and size of the newest copy away from this machine", "Créer une Sauvegarde Complète";
    BACKUP_REMOTE_VERIFIED = "BACKUP-015", "the copies away from this machine read through", "Tester procédures de restauration";
    BACKUP_PULLED = "BACKUP-016", "a copy brought back to this machine", "Restaurer une Sauvegarde";

    SCHEDULE_FILE = "SCHEDULE-001", "the schedule as it was installed", "Automatiser avec cron";
    SCHEDULE_TIMER = "SCHEDULE-002", "what starts the scheduled runs", "Automatiser avec cron";
    SCHEDULE_RUN = "SCHEDULE-003", "a scheduled run took place", "Automatiser avec cron";
    SCHEDULE_WINDOW = "SCHEDULE-004", "scheduled runs that get in each other's way", "Automatiser avec cron";

    IMAGES_SMALLER = "IMAGES-001", "pictures made smaller", "Mensuelle 2";
    IMAGE_LEFT = "IMAGES-002", "a picture that was not made smaller", "Mensuelle 2";
    IMAGE_RULES = "IMAGES-003", "a picture against the shop's rules", "Taille et Format des Images";

    STATS = "STATS-001", "figures of the catalogue", "Mensuelle 3";
    STATS_PICTURES = "STATS-002", "the pictures that products name, counted on disk", "Mensuelle 3";

    DOCS_REPORT = "DOCS-001", "what changed among the products", "Mensuelle 4";
    DOCS_ARCHIVE = "DOCS-002", "older versions of the guides", "Mensuelle 4";
    PERFORMANCE_PAGES = "PERFORMANCE-001", "whether pages became slower", "Revue performances";
    PERFORMANCE_REQUESTS = "PERFORMANCE-002", "requests of visitors that took long", "Performance dégradée";
    PERFORMANCE_STATEMENT = "PERFORMANCE-003", "a statement of the database that takes long", "Performance dégradée";
    PERFORMANCE_PLAN = "PERFORMANCE-004", "how the database answers the catalogue's queries", "Performance dégradée";
    PERFORMANCE_PICTURES = "PERFORMANCE-005", "what the pictures of a page weigh", "Performance dégradée";
    PERFORMANCE_CACHE = "PERFORMANCE-006", "Django's cache", "Performance dégradée";
    PERFORMANCE_GROWTH = "PERFORMANCE-007", "when media and database reach their limits", "Revue performances";

    TROUBLESHOOT_FIX = "TROUBLESHOOT-001", "what was done against the cause of a problem", "Résolution de Problèmes Courants";
    DEBUG_WINDOW = "TROUBLESHOOT-002", "a window in which DEBUG is on", "Erreurs 500 fréquentes";

    STATUS_DAILY = "STATUS-001", "the last daily run", "Checklist de Maintenance";
    STATUS_OPEN = "STATUS-002", "what the last daily run found", "Checklist de Maintenance";

    DATABASE_SOUND = "DATABASE-002", "the database and its references are sound", "Base de données corrompue";
    DATABASE_SPACE = "DATABASE-003", "dead space of the database", "Mensuelle 1";
    DATABASE_INDEX = "DATABASE-004", "an index of the database", "Mensuelle 1";
    DATABASE_LIMIT = "DATABASE-005", "numbers that run out: transactions, sequences", "Mensuelle 1";
    DATABASE_SESSIONS = "DATABASE-006", "expired sessions", "Hebdomadaire 3";
    DATABASE_CACHE = "DATABASE-007", "Django's cache table", "Performance dégradée";

    IMAGES_ORPHAN = "IMAGES-020", "files of the media folder that nothing names", "Nettoyer les Images Orphelines";
    IMAGES_MISSING = "IMAGES-021", "names in the database that no file has", "Images ne s'affichent pas";
    IMAGES_DUPLICATE = "IMAGES-022", "files with the same content", "Nettoyer les Images Orphelines";
    IMAGES_MOVED = "IMAGES-023", "orphans moved to the quarantine", "Nettoyer les Images Orphelines";
    IMAGES_LEFT = "IMAGES-024", "files that are left where they are, and why", "Nettoyer les Images Orphelines";
    IMAGES_USE = "IMAGES-025", "what names a file", "Images ne s'affichent pas";
    IMAGES_PERMISSION = "IMAGES-026", "who may read and write the media", "Images ne s'affichent pas";
    IMAGES_UPLOAD = "IMAGES-027", "what interrupted uploads left", "Hebdomadaire 3";

    PRODUCT = "PRODUCTS-001", "a product or category written to the database", "Gestion des Produits";
    PRODUCT_REFUSED = "PRODUCTS-002", "a product or category that was not written", "Gestion des Produits";
    PRODUCT_PICTURE = "PRODUCTS-003", "a picture given to a product", "Gestion des Images";
    DEPENDENCIES_READ = "DEPENDENCIES-001", "what the project is built from can be read", "Hebdomadaire 4";
    DEPENDENCIES_ASKED = "DEPENDENCIES-002", "who was asked about vulnerabilities", "Hebdomadaire 4";
    DEPENDENCY_VULNERABLE = "DEPENDENCIES-003", "a package with a known vulnerability", "Hebdomadaire 4";
    DEPENDENCY_OUTDATED = "DEPENDENCIES-004", "a package with a later version", "Mise à Jour des Dépendances";
    DEPENDENCY_PINNED = "DEPENDENCIES-005", "packages pinned to one version", "Mise à Jour des Dépendances";
    DEPENDENCY_END_OF_LIFE = "DEPENDENCIES-006", "until when a version is supported", "Hebdomadaire 4";
    DEPENDENCY_UPDATED = "DEPENDENCIES-007", "a package updated", "Mise à Jour des Dépendances";
    DEPENDENCY_TEST = "DEPENDENCIES-008", "a test of the project with its packages", "Tester Après Mise à Jour";
    DEPENDENCY_DATA = "DEPENDENCIES-009", "what the tests left of the site's data", "Tester Après Mise à Jour";
    SECURITY_GRADE = "SECURITY-001", "the grade of the security audit", "Audit sécurité complet";
    SECURITY_SETTING = "SECURITY-002", "a setting of Django that weakens the site", "Audit sécurité complet";
    SECURITY_DJANGO = "SECURITY-003", "Django's own check of a deployment", "Audit sécurité complet";
    SECURITY_SECRET = "SECURITY-004", "who may read files with secrets", "Audit sécurité complet";
    SECURITY_WRITABLE = "SECURITY-005", "what every user of the machine may write to", "Audit sécurité complet";
    SECURITY_MEDIA = "SECURITY-006", "programs and scripts among the media", "Audit sécurité complet";
    SECURITY_REPOSITORY = "SECURITY-007", "secrets in the project's repository", "Audit sécurité complet";
    SECURITY_HEADER = "SECURITY-008", "headers and cookies that visitors get", "Audit sécurité complet";
    SECURITY_ADMIN = "SECURITY-009", "the admin as visitors reach it", "Audit sécurité complet";
    SECURITY_ACCOUNT = "SECURITY-010", "accounts of administrators", "Audit sécurité complet";
    SECURITY_PASSWORD = "SECURITY-011", "how administrators' passwords hold", "Audit sécurité complet";
    SECURITY_PORT = "SECURITY-012", "ports that others can reach", "Audit sécurité complet";
    SECURITY_UNIT = "SECURITY-013", "how far systemd confines the service", "Audit sécurité complet";
    SECURITY_TLS = "SECURITY-014", "how the site speaks TLS", "Audit sécurité complet";

    USER = "USERS-001", "a user of the admin", "Gestion des Produits";

    LOG_ERRORS = "LOGS-001", "errors in the Django log", "Quotidienne 2";
    LOG_NOT_FOUND = "LOGS-002", "rate of 404 answers", "Quotidienne 2";
    LOG_SERVER_ERRORS = "LOGS-003", "rate of 5xx answers", "Quotidienne 2";
    LOG_LOGINS = "LOGS-004", "failed admin logins", "Quotidienne 2";
    LOG_SYSTEM = "LOGS-005", "system log lines that name the site", "Quotidienne 2";
    LOG_SOURCE = "LOGS-006", "a log that is to be read", "Quotidienne 2";
    LOG_CONFIGURED = "LOGS-008", "Django's own logging", "Configurer les Logs Django";
    LOG_CLEANED = "LOGS-007", "old logs", "Hebdomadaire 3";
}

/// Finds a kind by its identifier, whatever the case.
pub fn find(id: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn identifiers_are_unique_and_well_formed() {
        let ids: BTreeSet<_> = ALL.iter().map(|kind| kind.id).collect();
        assert_eq!(ids.len(), ALL.len());
        for id in ids {
            let (family, number) = id.split_once('-').expect("family and number");
            assert!(family.chars().all(|c| c.is_ascii_uppercase()), "{id}");
            assert_eq!(number.len(), 3, "{id}");
        }
    }
}
