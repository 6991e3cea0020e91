//! A built single-page application beside the API and the pictures.

use super::world::World;
use crate::sandbox::Sandbox;

fn world() -> World {
    let mut world = World::new();
    world.config.serve.frontend = Some(world.folder.path().join("dist"));
    for (name, content) in [
        ("dist/index.html", "<!doctype html><div id=root></div>"),
        ("dist/assets/index-BmX81a_c.js", "console.log(1)"),
        ("dist/assets/logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("dist/.env", "SECRET=1"),
        ("secret.txt", "secret"),
    ] {
        std::fs::create_dir_all(world.folder.path().join("dist/assets")).unwrap();
        world.file(name, content.as_bytes());
    }
    world
}

#[test]
fn routes_get_the_index_which_is_asked_for_anew_each_time() {
    let world = world();
    let server = world.start();
    for path in ["/", "/products", "/products/produit-25", "/services/", "/index.html"] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some("text/html; charset=utf-8")),
            "{path}"
        );
        assert!(answer.shows("id=root"), "{path}: {}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    }
    let tag = server.get("/").header("etag").unwrap().to_owned();
    assert_eq!(server.ask("GET", "/products", &[("If-None-Match", &tag)]).status, 304);
    let head = server.ask("HEAD", "/", &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn hashed_files_are_kept_for_a_year() {
    let world = world();
    let server = world.start();
    let script = server.get("/assets/index-BmX81a_c.js");
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(server.get("/assets/logo.svg").header("cache-control"), Some("no-cache"));
    let part = server.ask("GET", "/assets/index-BmX81a_c.js", &[("Range", "bytes=0-3")]);
    assert_eq!((part.status, part.text().as_str()), (200, "console.log(1)"));
}

#[test]
fn what_is_missing_is_never_a_page() {
    let world = world();
    let server = world.start();
    for path in [
        "/assets/gone-12345678.js",
        "/assets/gone",
        "/logo.png",
        "/media/products/none.jpg",
        "/media/",
        "/media",
        "/api/nothing/",
        "/static/x.css",
        "/metrics",
        "/.env",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets%2f..%2f..%2fsecret.txt",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.header("content-type").unwrap_or_default().starts_with("text/html"), "{path}");
        assert!(!answer.shows("SECRET") && !answer.shows("secret"), "{path}");
    }
    assert_eq!(server.get("/api/products/").json()["count"], 25);
    assert_eq!(server.get("/media/products/one.jpg").status, 200);
    assert_eq!(server.get("/healthz").status, 200);
    let refused = server.ask("POST", "/products", &[("Content-Length", "0")]);
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET,HEAD")));
}

#[test]
fn a_folder_without_an_index_is_refused_at_the_start() {
    let site = Sandbox::site();
    std::fs::create_dir(site.path("dist")).unwrap();
    site.run(&["serve", "--listen", "127.0.0.1:0", "--frontend", "dist"])
        .exits(78)
        .complains("npm run build");
}
