//! Random damage: cuts, flipped bits, exchanged and emptied blocks, files of another backup.

use super::backed_up;
use super::files;
use super::is_refused;
use crate::crash::Random;
use crate::sandbox::Sandbox;
use jiff::tz::TimeZone;
use sitekeep::backup::Artefact;
use sitekeep::config::Config;
use sitekeep::config::Environment;
use sitekeep::progress::Silent;
use sitekeep::recovery;
use sitekeep::recovery::Selection;
use std::collections::BTreeMap;
use std::path::PathBuf;

const DAMAGES: usize = 1000;
/// How many of them go through the binary in a quick run.
const THROUGH_THE_BINARY: usize = 100;

/// One file of the backups, damaged; what was done, and to which artefact.
struct Damage {
    path: PathBuf,
    bytes: Vec<u8>,
    artefact: String,
    what: String,
}

fn damage(random: &mut Random, files: &BTreeMap<PathBuf, Vec<u8>>) -> Option<Damage> {
    let below = |random: &mut Random, limit: usize| {
        usize::try_from(random.below(u64::try_from(limit).unwrap())).unwrap()
    };
    let (path, whole) = files.iter().nth(below(random, files.len()))?;
    let name = path.file_name()?.to_str()?;
    let artefact = name.trim_end_matches(".manifest.json").trim_end_matches(".sha256").to_owned();
    let mut bytes = whole.clone();
    let at = below(random, whole.len());
    let what = match random.below(6) {
        0 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        1 => {
            let bit = random.below(8);
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at} flipped")
        }
        2 => {
            let length = 512.min(whole.len() / 2);
            let (one, other) = (below(random, whole.len() - length), below(random, whole.len() - length));
            bytes[one..one + length].copy_from_slice(&whole[other..other + length]);
            bytes[other..other + length].copy_from_slice(&whole[one..one + length]);
            format!("{length} bytes at {one} and {other} exchanged")
        }
        3 => {
            let end = (at + 4096).min(whole.len());
            bytes[at..end].fill(0);
            format!("zeros from {at} to {end}")
        }
        4 => {
            bytes.splice(at..at, *b"\0");
            format!("a byte more at {at}")
        }
        _ => {
            let extension = path.extension();
            let same: Vec<_> = files.keys().filter(|other| other.extension() == extension).collect();
            let other = same[below(random, same.len())];
            bytes.clone_from(&files[other]);
            format!("the content of {}", other.file_name()?.to_string_lossy())
        }
    };
    let what = format!("{name}: {what}");
    (bytes != *whole).then(|| Damage { path: path.clone(), bytes, artefact, what })
}

fn config(sandbox: &Sandbox) -> Config {
    let environment = Environment { directory: sandbox.path(""), ..Environment::default() };
    sitekeep::config::load(None, &environment).unwrap().config
}

/// Whether a restore is refused while it is planned: the same function as the binary's, without starting it.
fn is_planned(config: &Config, path: &std::path::Path) -> bool {
    let now = crate::sandbox::NOW.parse().unwrap();
    Artefact::at(path, &TimeZone::UTC)
        .and_then(|artefact| recovery::plan(config, artefact, &Selection::All, now, &Silent))
        .is_ok()
}

#[test]
fn h22_a_thousand_random_damages_are_seen_and_nothing_is_touched() {
    let sandbox = backed_up();
    let (files, config) = (files(&sandbox), config(&sandbox));
    let folder = sandbox.path("backups");
    for name in files.keys().filter(|path| path.extension().is_some_and(|extension| extension == "gz")) {
        assert!(is_planned(&config, name), "{}", name.display());
    }
    let mut random = Random(0xdead_beef);
    let mut tried = 0;
    while tried < DAMAGES {
        let Some(damage) = damage(&mut random, &files) else { continue };
        std::fs::write(&damage.path, &damage.bytes).unwrap();
        assert!(!is_planned(&config, &folder.join(&damage.artefact)), "{}: not seen", damage.what);
        let every = if crate::crash::is_whole() { 1 } else { DAMAGES / THROUGH_THE_BINARY };
        if tried % every == 0 {
            is_refused(&sandbox, &damage.artefact, &damage.what);
        }
        std::fs::write(&damage.path, &files[&damage.path]).unwrap();
        tried += 1;
    }
}
