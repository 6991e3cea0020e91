//! Pictures: the right bytes, only those below the media folder, and only those not known already.

use super::world::World;
use std::os::unix::fs::symlink;

const PICTURE: &str = "/media/products/one.jpg";

#[test]
fn a_picture_is_served_with_its_type_and_version() {
    let world = World::new();
    let server = world.start();
    let answer = server.get(PICTURE);
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"0123456789".as_slice()));
    assert_eq!(answer.header("content-type"), Some("image/jpeg"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("content-length"), Some("10"));
    assert_eq!(answer.header("accept-ranges"), Some("bytes"));
    assert!(answer.header("etag").is_some() && answer.header("last-modified").unwrap().ends_with(" GMT"));
}

#[test]
fn names_with_spaces_accents_and_signs_are_found() {
    let world = World::new();
    world.file("media/products/Écran 27\" #1+2%.jpg", b"x");
    let server = world.start();
    assert_eq!(server.get("/media/products/%C3%89cran%2027%22%20%231+2%25.jpg").body, b"x");
}

#[test]
fn nothing_outside_the_media_folder_is_ever_served() {
    let world = World::new();
    world.file("secret.txt", b"secret");
    world.file("media/.env", b"secret");
    world.file("media/products/.hidden.jpg", b"secret");
    symlink("../../secret.txt", world.config.site.media.join("products/link.txt")).unwrap();
    symlink("/etc", world.config.site.media.join("etc")).unwrap();
    let server = world.start();
    for path in [
        "/media/../secret.txt",
        "/media/products/../../secret.txt",
        "/media/%2e%2e/secret.txt",
        "/media/%2E%2E%2Fsecret.txt",
        "/media/..%2fsecret.txt",
        "/media/.%2e/secret.txt",
        "/media/%252e%252e/secret.txt",
        "/media/..%5csecret.txt",
        "/media/%c0%ae%c0%ae/secret.txt",
        "/media//etc/passwd",
        "/media/%2Fetc/passwd",
        "/media/products/%00/../../secret.txt",
        "/media/products/one.jpg%00.png",
        "/media/products/link.txt",
        "/media/etc/passwd",
        "/media/.env",
        "/media/%2eenv",
        "/media/products/.hidden.jpg",
        "/media/products",
        "/media/products/",
        "/media/",
        "/media",
        "/media/products/none.jpg",
        "/media/products/one.jpg/",
        "/media/products/one.jpg/x",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.shows("secret") && !answer.shows("root:"), "{path}");
    }
}

#[test]
fn a_known_version_is_not_sent_again() {
    let world = World::new();
    let server = world.start();
    let first = server.get(PICTURE);
    let (etag, date) = (first.header("etag").unwrap(), first.header("last-modified").unwrap());
    for condition in [("If-None-Match", etag), ("If-Modified-Since", date), ("If-None-Match", "*")] {
        let again = server.ask("GET", PICTURE, &[condition]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{condition:?}");
        assert_eq!(again.header("etag"), Some(etag));
    }
    assert_eq!(server.ask("GET", PICTURE, &[("If-None-Match", "\"other\"")]).status, 200);
    assert_eq!(server.ask("GET", PICTURE, &[("If-Match", "\"other\"")]).status, 412);
    world.file("media/products/one.jpg", b"changed");
    assert_eq!(server.ask("GET", PICTURE, &[("If-None-Match", etag)]).body, b"changed");
}

#[test]
fn a_range_is_sent_only_of_the_version_the_visitor_has() {
    let world = World::new();
    let server = world.start();
    let etag = server.get(PICTURE).header("etag").unwrap().to_owned();
    let part = server.ask("GET", PICTURE, &[("Range", "bytes=2-4"), ("If-Range", &etag)]);
    assert_eq!((part.status, part.body.as_slice()), (206, b"234".as_slice()));
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    let end = server.ask("GET", PICTURE, &[("Range", "bytes=-3")]);
    assert_eq!((end.status, end.body.as_slice()), (206, b"789".as_slice()));
    let stale = server.ask("GET", PICTURE, &[("Range", "bytes=2-4"), ("If-Range", "\"other\"")]);
    assert_eq!((stale.status, stale.body.len()), (200, 10));
    let beyond = server.ask("GET", PICTURE, &[("Range", "bytes=10-")]);
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */10")));
    let head = server.ask("HEAD", PICTURE, &[("Range", "bytes=2-4")]);
    assert_eq!(head.header("content-length"), Some("3"));
}

#[test]
fn a_large_file_arrives_whole_and_in_part() {
    let world = World::new();
    let content: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    world.file("media/film.mp4", &content);
    let server = world.start();
    assert!(server.get("/media/film.mp4").body == content);
    let part = server.ask("GET", "/media/film.mp4", &[("Range", "bytes=1000001-2000000")]);
    assert!(part.body == content[1_000_001..=2_000_000]);
}

#[test]
fn what_could_run_in_the_browser_cannot() {
    let world = World::new();
    world.file("media/a.svg", b"<svg/>");
    world.file("media/a.html", b"<script>");
    let server = world.start();
    let picture = server.get("/media/a.svg");
    assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
    assert!(picture.header("content-security-policy").unwrap().contains("sandbox"));
    assert_eq!(server.get("/media/a.html").header("content-type"), Some("application/octet-stream"));
}

#[test]
fn an_exchanged_media_folder_is_served_at_once() {
    let world = World::new();
    let server = world.start();
    assert_eq!(server.get(PICTURE).status, 200);
    let media = &world.config.site.media;
    std::fs::rename(media, world.folder.path().join("former")).unwrap();
    assert_eq!(server.get(PICTURE).status, 404);
    assert_eq!(server.get("/readyz").status, 503);
    std::fs::create_dir_all(media.join("products")).unwrap();
    world.file("media/products/one.jpg", b"restored");
    assert_eq!(server.get(PICTURE).body, b"restored");
}
