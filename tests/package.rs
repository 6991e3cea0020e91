//! scripts/install and what packages are made of.

use crate::sandbox::Sandbox;
use crate::sandbox::outcome;
use std::path::Path;
use std::process::Command;

fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files_below(folder: &Path) -> Vec<String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(folder).unwrap().display().to_string())
        .collect()
}

#[test]
fn the_script_installs_below_ones_own_prefix_and_takes_it_all_away() {
    let sandbox = Sandbox::empty();
    let prefix = sandbox.path("my prefix");
    let run = |arguments: &[&str]| {
        outcome(
            Command::new(project("scripts/install"))
                .args(arguments)
                .env("PREFIX", &prefix)
                .env("PROGRAM", env!("CARGO_BIN_EXE_sitekeep")),
        )
    };
    run(&["remove"]).exits(1).complains("is not installed");
    run(&[]).exits(0).says("installed ");
    run(&[]).exits(0);
    let files = files_below(&prefix);
    for file in [
        "bin/sitekeep",
        "share/man/man1/sitekeep-daily.1",
        "share/man/man5/sitekeep.toml.5",
        "share/man/man7/sitekeep-guide.7",
    ] {
        assert!(files.contains(&file.to_owned()), "{file} is not among {files:?}");
    }
    outcome(Command::new(prefix.join("bin/sitekeep")).arg("--version")).exits(0);
    run(&["remove"]).exits(0).says("backups stay");
    assert_eq!(files_below(&prefix), Vec::<String>::new());
    run(&["unistall"]).exits(64);
}

#[test]
fn every_file_that_the_package_names_is_there() {
    let manifest: toml::Table =
        toml::from_str(&std::fs::read_to_string(project("Cargo.toml")).unwrap()).unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap().clone();
    assert!(assets.len() > 10);
    for asset in assets {
        let source = asset[0].as_str().unwrap();
        // What scripts/package makes is not there yet.
        if !source.starts_with("target/") {
            assert!(project(source.split('*').next().unwrap()).exists(), "{source} is not there");
        }
    }
    for script in ["postinst", "prerm", "postrm"] {
        outcome(Command::new("/bin/sh").arg("-n").arg(project("packaging/deb").join(script))).exits(0);
    }
}
