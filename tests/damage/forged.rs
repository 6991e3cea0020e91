//! Manifests that were edited and given a checksum that fits, and databases under another engine's name.

use super::backed_up;
use super::files;
use super::is_refused;
use crate::sandbox::Sandbox;
use sha2::Digest;
use std::fmt::Write as _;

const FULL: &str = "backup_complet_20261122_090000.tar.gz";
const DATABASE: &str = "db_backup_20261122_090000.sqlite3.gz";

fn sha256(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

type Edit = fn(&mut serde_json::Value);

/// Writes the checksum file anew, as somebody would who wants an artefact believed.
fn sign(sandbox: &Sandbox, name: &str) {
    let digest = |name: &str| sha256(&std::fs::read(sandbox.path(&format!("backups/{name}"))).unwrap());
    let manifest = format!("{name}.manifest.json");
    let text = format!("{}  {name}\n{}  {manifest}\n", digest(name), digest(&manifest));
    sandbox.write(&format!("backups/{name}.sha256"), &text);
}

#[test]
fn h22_an_edited_manifest_is_refused_even_with_a_checksum_that_fits() {
    let sandbox = backed_up();
    let whole = files(&sandbox);
    let edits: &[(&str, &str, Edit)] = &[
        (FULL, "another digest", |it| it["entries"][1]["sha256"] = "0".repeat(64).into()),
        (FULL, "another size", |it| it["entries"][2]["size"] = 3.into()),
        (FULL, "another name", |it| it["entries"][2]["path"] = "20261122_090000/else".into()),
        (FULL, "another mode", |it| it["entries"][2]["mode"] = 0o777.into()),
        (FULL, "a file less", |it| {
            it["entries"].as_array_mut().unwrap().pop();
        }),
        (FULL, "no file", |it| it["entries"] = serde_json::json!([])),
        (FULL, "another folder", |it| it["folders"][0]["path"] = "../..".into()),
        (FULL, "a source elsewhere", |it| it["sources"][0]["archived"] = "../../etc/passwd".into()),
        (FULL, "another artefact", |it| it["artefact"] = "other.tar.gz".into()),
        (FULL, "a later format", |it| it["format_version"] = 99.into()),
        (FULL, "no format", |it| it["format_version"] = serde_json::Value::Null),
        (FULL, "another total", |it| it["totals"]["files"] = 1.into()),
        (DATABASE, "other rows", |it| it["fingerprint"]["tables"]["showcase_product"]["rows"] = 9.into()),
        (DATABASE, "a fingerprint of something else", |it| it["fingerprint"] = "none".into()),
        (DATABASE, "another length", |it| it["artefact_size"] = 1.into()),
    ];
    for (name, what, edit) in edits {
        let path = sandbox.path(&format!("backups/{name}.manifest.json"));
        let mut manifest: serde_json::Value = serde_json::from_slice(&whole[&path]).unwrap();
        let before = manifest.clone();
        edit(&mut manifest);
        assert_ne!(manifest, before, "{what}");
        std::fs::write(&path, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
        sign(&sandbox, name);
        is_refused(&sandbox, name, what);
        for (path, bytes) in &whole {
            std::fs::write(path, bytes).unwrap();
        }
    }
}

#[test]
fn h4_a_file_of_another_engine_or_kind_is_refused() {
    let sandbox = backed_up();
    let bytes = |name: &str| std::fs::read(sandbox.path(&format!("backups/{name}"))).unwrap();
    let cases = [
        ("db_backup_20261120_020000.dump.gz", bytes(DATABASE)),
        ("db_backup_20261120_020000.sql.gz", bytes(DATABASE)),
        ("db_backup_20261120_020000.sqlite3.gz", bytes(FULL)),
        ("backup_complet_20261120_020000.tar.gz", bytes(DATABASE)),
        ("media_backup_20261120.tar.gz", bytes(DATABASE)),
    ];
    for (name, content) in cases {
        sandbox.write_bytes(&format!("backups/{name}"), &content);
        is_refused(&sandbox, name, name);
    }
}
