//! `RESTORE.md`: how to restore when sitekeep is gone, in French and English, with tools that every system has.

use super::Kind;

/// Name of the note inside an archive.
pub(super) const NOTE_NAME: &str = "RESTORE.md";

/// Writes the note of an artefact; `extension` is that of the database in it.
pub(super) fn write(kind: Kind, artefact: &str, site: &str, stamp: &str, extension: Option<&str>) -> String {
    let folder = if kind == Kind::Full { stamp } else { "." };
    let database = extension.filter(|_| kind == Kind::Full);
    let load = match database {
        Some("sqlite3") => format!(
            "    rm -f backend/db.sqlite3-wal backend/db.sqlite3-shm backend/db.sqlite3-journal\n    \
             cp restore/{folder}/db.sqlite3 backend/db.sqlite3\n    \
             sqlite3 backend/db.sqlite3 'PRAGMA integrity_check; PRAGMA foreign_key_check;'\n"
        ),
        Some(_) => format!(
            "    createdb NEW_DATABASE\n    \
             pg_restore --exit-on-error --single-transaction --no-owner -d NEW_DATABASE restore/{folder}/db.dump\n"
        ),
        None => String::new(),
    };
    let settings = if kind == Kind::Full {
        format!("    ls -la restore/{folder}    # settings.py, .env\n")
    } else {
        String::new()
    };
    let commands = format!(
        "    sha256sum -c {artefact}.sha256\n    \
         mkdir -m 700 restore && tar -xzpf {artefact} -C restore\n\
         {load}    \
         mv backend/media backend/media.old && cp -a restore/{folder}/media backend/media\n\
         {settings}"
    );
    format!(
        "# {site}: {artefact}\n\n\
         ## Restaurer sans sitekeep\n\n\
         1. Arrêter le site (`systemctl stop …`). Garder l'état actuel : ne rien effacer avant d'avoir vérifié.\n\
         2. Depuis le dossier du site, à côté de cette archive et de son fichier `.sha256` :\n\n\
         {commands}\n\
         3. Donner les fichiers à l'utilisateur du site (`chown -R`), démarrer, regarder le site.\n\n\
         `manifest.json` donne la taille et le SHA-256 de chaque fichier.\n\n\
         ## Restoring without sitekeep\n\n\
         1. Stop the site (`systemctl stop …`). Keep its present state: delete nothing before you have looked.\n\
         2. From the site's folder, with this archive and its `.sha256` file there:\n\n\
         {commands}\n\
         3. Give the files to the site's user (`chown -R`), start, look at the site.\n\n\
         `manifest.json` has the size and SHA-256 of each file.\n"
    )
}
