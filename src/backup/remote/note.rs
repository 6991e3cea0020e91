//! `RESTORE.md` of a snapshot: how to restore with restic alone, in French and English.

use super::super::Manifest;
use super::super::Role;
use std::path::Path;

/// Writes the note for a snapshot whose stage is at `stage`, with the media at `media`.
pub(super) fn write(manifest: &Manifest, stage: &Path, media: Option<&Path>) -> String {
    let site = &manifest.site;
    let stage = format!("restore{}", stage.display());
    let database = match (manifest.engine.as_deref(), manifest.archived(Role::Database)) {
        (Some("sqlite"), Some(file)) => format!(
            "    rm -f backend/db.sqlite3-wal backend/db.sqlite3-shm backend/db.sqlite3-journal\n    \
             cp '{stage}/{file}' backend/db.sqlite3\n    \
             sqlite3 backend/db.sqlite3 'PRAGMA integrity_check; PRAGMA foreign_key_check;'\n"
        ),
        (_, Some(file)) => format!(
            "    createdb NEW_DATABASE\n    \
             pg_restore --exit-on-error --single-transaction --no-owner -d NEW_DATABASE '{stage}/{file}'\n"
        ),
        _ => String::new(),
    };
    let media = media.map_or_else(String::new, |media| {
        format!(
            "    mv backend/media backend/media.old && cp -a 'restore{}' backend/media\n",
            media.display()
        )
    });
    let commands = format!(
        "    export RESTIC_REPOSITORY=… RESTIC_PASSWORD_FILE=…\n    \
         restic snapshots --host '{site}'\n    \
         mkdir -m 700 restore && restic restore latest --host '{site}' --target restore\n\
         {database}{media}    \
         ls -la '{stage}'    # settings.py, .env\n"
    );
    format!(
        "# {site}\n\n\
         ## Restaurer avec restic seul\n\n\
         1. Arrêter le site (`systemctl stop …`). Garder l'état actuel : ne rien effacer avant d'avoir vérifié.\n\
         2. Depuis le dossier du site :\n\n{commands}\n\
         3. Donner les fichiers à l'utilisateur du site (`chown -R`), démarrer, regarder le site.\n\n\
         `manifest.json` donne la taille et le SHA-256 de chaque fichier.\n\n\
         ## Restoring with restic alone\n\n\
         1. Stop the site (`systemctl stop …`). Keep its present state: delete nothing before you have looked.\n\
         2. From the site's folder:\n\n{commands}\n\
         3. Give the files to the site's user (`chown -R`), start, look at the site.\n\n\
         `manifest.json` has the size and SHA-256 of each file.\n"
    )
}
