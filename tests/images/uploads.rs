//! `sitekeep images uploads`: what interrupted uploads left goes, everything else stays.

use super::at;
use super::run;
use crate::sandbox::NOW;
use crate::sandbox::Sandbox;

#[test]
fn what_an_interrupted_upload_left_goes_and_everything_else_stays() {
    let sandbox = Sandbox::site();
    sandbox.configure("[images]\nupload_folders = [\"temporary\"]\n");
    let private = "temporary/systemd-private-0f-shop.service-x/tmp/tmp00000001.upload.png";
    for name in ["temporary/tmp8f3k_2xa.upload.jpg", "temporary/tmpopenopen.upload.jpg", private] {
        sandbox.write(name, "half a picture");
    }
    for name in
        ["temporary/tmp8f3k_2xa.jpg", "temporary/holiday.upload.jpg", "temporary/sub/tmp8f3k_2xa.upload.jpg"]
    {
        sandbox.write(name, "somebody's");
    }
    std::os::unix::fs::symlink("/etc/hostname", sandbox.path("temporary/tmpsymlink1.upload.jpg")).unwrap();
    at(&sandbox, NOW, &["images", "uploads", "--dry-run"]).exits(0).says("no file is left over");
    at(&sandbox, NOW, &["images", "uploads"]).exits(0).says("0 left-over files removed");
    let mut holder = std::process::Command::new("sleep")
        .arg("600")
        .stdin(std::fs::File::open(sandbox.path("temporary/tmpopenopen.upload.jpg")).unwrap())
        .spawn()
        .unwrap();
    let dry = run(&sandbox, &["images", "uploads", "--dry-run", "--verbose"]);
    let done = run(&sandbox, &["images", "uploads"]);
    holder.kill().unwrap();
    holder.wait().unwrap();
    dry.exits(0).says("would be removed").says("still open");
    done.exits(0).says("2 left-over files removed, 28 B freed");
    for (name, is_there) in [
        ("temporary/tmp8f3k_2xa.upload.jpg", false),
        (private, false),
        ("temporary/tmpopenopen.upload.jpg", true),
        ("temporary/tmp8f3k_2xa.jpg", true),
        ("temporary/holiday.upload.jpg", true),
        ("temporary/sub/tmp8f3k_2xa.upload.jpg", true),
    ] {
        assert_eq!(sandbox.path(name).exists(), is_there, "{name}");
    }
    assert!(
        sandbox.path("temporary/tmpsymlink1.upload.jpg").is_symlink(),
        "links are not followed, nor removed"
    );
}

#[test]
fn a_folder_that_is_not_there_is_unknown() {
    let sandbox = Sandbox::site();
    sandbox.configure("[images]\nupload_folders = [\"nowhere\"]\n");
    run(&sandbox, &["images", "uploads"]).exits(3).says("read folder");
}
