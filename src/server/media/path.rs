//! From the path of a request to an open file below the media root, and to nothing outside it.

use percent_encoding::percent_decode_str;
use rustix::fs::CWD;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::fs::ResolveFlags;
use rustix::io::Errno;
use std::ffi::OsString;
use std::fs::File;
use std::fs::Metadata;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::path::PathBuf;

const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Not blocking: a named pipe would otherwise wait for a writer.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);
const WITHIN: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_MAGICLINKS);

/// Decodes a path once and takes it apart; nothing when a part is empty, hidden or leads upwards.
pub(in crate::server) fn relative(encoded: &str) -> Option<PathBuf> {
    let decoded: Vec<u8> = percent_decode_str(encoded).collect();
    let plain = |part: &[u8]| !part.is_empty() && !part.starts_with(b".") && !part.contains(&0);
    decoded.split(|byte| *byte == b'/').all(plain).then(|| OsString::from_vec(decoded).into())
}

/// An open file, and what the system says of it.
pub(super) type Opened = (File, Metadata);

/// Opens a regular file below `root`; links are followed only as far as they stay below it.
///
/// Each call opens the root anew, so that a restored media folder, exchanged by rename, is served at once.
pub(super) fn open(root: &Path, relative: &Path) -> std::io::Result<Opened> {
    let folder = rustix::fs::open(root, FOLDER, Mode::empty())?;
    let file = match rustix::fs::openat2(&folder, relative, FILE, Mode::empty(), WITHIN) {
        Err(Errno::NOSYS | Errno::PERM) => open_stepwise(folder, relative, FILE)?,
        other => other?,
    };
    let file = File::from(file);
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata)) } else { Err(std::io::ErrorKind::NotFound.into()) }
}

/// The same where the kernel knows every name on the way; nothing where it would have to ask a disk, or refuses.
pub(super) fn open_at_once(root: &Path, relative: &Path) -> Option<Opened> {
    let known = ResolveFlags::CACHED;
    // Where there is no link at all on the way it leads nowhere but below the root: `relative` has no step upwards.
    let plain = known | ResolveFlags::NO_SYMLINKS;
    let opened = match rustix::fs::openat2(CWD, root.join(relative), FILE, Mode::empty(), plain) {
        Err(Errno::LOOP) => {
            let folder = rustix::fs::openat2(CWD, root, FOLDER, Mode::empty(), known).ok()?;
            rustix::fs::openat2(&folder, relative, FILE, Mode::empty(), WITHIN | known)
        }
        opened => opened,
    };
    let file = File::from(opened.ok()?);
    let metadata = file.metadata().ok()?;
    metadata.is_file().then_some((file, metadata))
}

/// The same for kernels and containers without `openat2`: no link is followed at all.
fn open_stepwise(
    mut folder: rustix::fd::OwnedFd,
    relative: &Path,
    flags: OFlags,
) -> rustix::io::Result<rustix::fd::OwnedFd> {
    let mut parts = relative.iter().peekable();
    while let Some(part) = parts.next() {
        let step =
            if parts.peek().is_some() { OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC } else { flags };
        folder = rustix::fs::openat(&folder, part, step | OFlags::NOFOLLOW, Mode::empty())?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_encoding_leads_upwards_or_to_hidden_files() {
        for encoded in [
            "",
            "/",
            "..",
            "../a",
            "a/../b",
            "a/..",
            "%2e%2e/a",
            "%2E./a",
            "a/%2e%2e%2fb",
            "a%2f..%2fb",
            "/etc/passwd",
            "%2fetc/passwd",
            "a//b",
            "a/",
            ".env",
            "a/.git/config",
            "%2eenv",
            "a%00.jpg",
            "./a",
        ] {
            assert_eq!(relative(encoded), None, "{encoded}");
        }
        for (encoded, path) in [
            ("products/a.jpg", "products/a.jpg"),
            ("%C3%89cran%2027%22.jpg", "Écran 27\".jpg"),
            // Decoded once: these are odd names, not ways upwards.
            ("%252e%252e/a", "%2e%2e/a"),
            ("..%5c..%5ca".trim_start_matches('.'), "\\..\\a".trim_start_matches('.')),
        ] {
            assert_eq!(relative(encoded).as_deref(), Some(Path::new(path)), "{encoded}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sent_stays_below_the_root(encoded in "([./%a0]|%2e|%2F|%00|..|\\PC){0,12}") {
            use std::path::Component;
            if let Some(path) = relative(&encoded) {
                proptest::prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))));
            }
        }
    }

    #[test]
    fn links_are_followed_only_within_the_root() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("media");
        crate::system::fs::create_private_folder(&root.join("products")).expect("folders");
        let write = |path: &Path| crate::system::fs::write_atomic(path, b"x", 0o644).expect("write");
        write(&folder.path().join("secret"));
        write(&root.join("products/a.jpg"));
        symlink("../../secret", root.join("products/out.jpg")).expect("link");
        symlink("/etc/passwd", root.join("absolute.jpg")).expect("link");
        symlink("..", root.join("up")).expect("link");
        symlink("products/a.jpg", root.join("in.jpg")).expect("link");
        symlink("loop", root.join("loop")).expect("link");
        for name in ["products/out.jpg", "absolute.jpg", "up/secret", "loop", "products", "none.jpg"] {
            assert!(open(&root, Path::new(name)).is_err(), "{name}");
            assert!(open_at_once(&root, Path::new(name)).is_none(), "{name}");
        }
        assert!(open(&root, Path::new("products/a.jpg")).is_ok());
        assert!(open(&root, Path::new("in.jpg")).is_ok());
        if let Some((_, metadata)) = open_at_once(&root, Path::new("products/a.jpg")) {
            assert_eq!(metadata.len(), 1);
            let linked = folder.path().join("linked");
            symlink(&root, &linked).expect("link");
            // The second look finds the link in the kernel's memory, as the third request of a visitor would.
            assert!(open(&linked, Path::new("products/a.jpg")).is_ok());
            assert!(open_at_once(&linked, Path::new("products/a.jpg")).is_some());
            assert!(open_at_once(&linked, Path::new("products/out.jpg")).is_none());
        }

        let stepwise = |name: &str| {
            let folder =
                rustix::fs::open(&root, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).expect("open");
            open_stepwise(folder, Path::new(name), OFlags::RDONLY)
        };
        assert!(stepwise("products/a.jpg").is_ok());
        for name in ["products/out.jpg", "absolute.jpg", "up/secret", "in.jpg"] {
            assert!(stepwise(name).is_err(), "{name}");
        }
    }
}
