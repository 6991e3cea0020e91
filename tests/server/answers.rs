//! What answers are like whatever they say: status, headers, methods, addresses.

use super::world::World;

#[test]
fn unknown_paths_are_404_in_french() {
    let world = World::new();
    let server = world.start();
    for path in ["/nothing", "/products/inconnu", "/products/%FF", "/products/a%00b", "/products/a/b"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.shows("Page introuvable") && answer.shows("Chez Éléonore"),
            "{path}: {}",
            answer.text()
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[test]
fn a_slash_at_the_end_leads_to_the_page_without() {
    let world = World::new();
    let server = world.start();
    for (path, target) in [
        ("/products/?search=a%20b&page=2", "/products?search=a%20b&page=2"),
        ("/products/produit-01/", "/products/produit-01"),
        ("/contact/", "/contact"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("location")), (308, Some(target)), "{path}");
    }
    // Nothing that a browser would take for another host.
    assert_eq!(server.get("//evil.example/").status, 404);
}

#[test]
fn head_has_the_headers_and_no_body() {
    let world = World::new();
    let server = world.start();
    for path in ["/", "/products", "/products/produit-01", "/media/products/one.jpg", "/healthz"] {
        let (head, get) = (server.ask("HEAD", path, &[]), server.get(path));
        assert_eq!(head.status, 200, "{path}");
        assert!(head.body.is_empty(), "{path}");
        for name in ["content-type", "content-length", "etag", "content-security-policy"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}

#[test]
fn other_methods_are_refused_with_those_allowed() {
    let world = World::new();
    let server = world.start();
    for path in ["/", "/products", "/products/produit-01", "/contact", "/media/products/one.jpg", "/healthz"]
    {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
            let answer = server.ask(method, path, &[("Content-Length", "0")]);
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET,HEAD")), "{method} {path}");
        }
    }
}

/// Scripts are the program's own, by their address; all else in a script element is data.
#[track_caller]
pub(super) fn assert_own_scripts(page: &str) {
    for script in page.split("<script").skip(1) {
        let own = script.starts_with(" src=\"/static/script-")
            || script.starts_with(" type=\"application/ld+json\">");
        assert!(own, "{script}");
    }
}

#[test]
fn pages_forbid_whatever_they_do_not_need() {
    let world = World::new();
    let server = world.start();
    for path in ["/", "/products/produit-01", "/nothing", "/healthz"] {
        let answer = server.get(path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("referrer-policy").is_some(), "{path}");
        assert!(!answer.shows("style="), "{path}");
        assert_own_scripts(&answer.text());
    }
}

#[test]
fn style_sheet_and_script_may_be_kept_for_ever_under_their_own_names() {
    let world = World::new();
    let server = world.start();
    let page = server.get("/").text();
    for (kind, content_type) in
        [("style", "text/css; charset=utf-8"), ("script", "text/javascript; charset=utf-8")]
    {
        let start = page.find(&format!("/static/{kind}-")).unwrap();
        let asset = server.get(page[start..].split('"').next().unwrap());
        assert_eq!(asset.header("content-type"), Some(content_type));
        assert!(asset.header("cache-control").unwrap().contains("immutable"));
    }
    for name in ["style-0000000000000000.css", "%FF", "..%2fapp.css"] {
        assert_eq!(server.get(&format!("/static/{name}")).status, 404, "{name}");
    }
    assert_eq!(server.get("/favicon.ico").header("content-type"), Some("image/svg+xml"));
    assert!(server.get("/robots.txt").shows("User-agent: *"));
}

#[test]
fn pages_are_compressed_for_those_who_ask_and_stay_small() {
    let world = World::new();
    let server = world.start();
    let plain = server.get("/products");
    let packed = server.ask("GET", "/products", &[("Accept-Encoding", "gzip, br")]);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.header("vary").is_some() && packed.body.len() * 2 < plain.body.len());
    let picture = server.ask("GET", "/media/products/one.jpg", &[("Accept-Encoding", "gzip")]);
    assert_eq!(picture.header("content-encoding"), None);
}

#[test]
fn a_row_that_makes_no_sense_is_a_500_on_its_own_page_and_in_the_log() {
    let world = World::new();
    world.sql("UPDATE showcase_product SET description = x'00FF' WHERE slug = 'produit-03'");
    let server = world.start();
    let answer = server.get("/products/produit-03");
    assert_eq!(answer.status, 500);
    assert!(answer.shows("Une erreur est survenue") && !answer.shows("is no text"), "{}", answer.text());
    assert_eq!(server.get("/products/produit-25").status, 200);
    let listing = server.get("/products?page=3");
    assert!(listing.status == 200 && listing.shows("Produit 03"), "{}", listing.text());
    let errors = server.errors.clone();
    server.end();
    assert!(errors.text().contains("read the description of `produit-03`"), "{}", errors.text());
}

#[test]
fn a_price_that_makes_no_sense_is_to_be_asked_for() {
    let world = World::new();
    world.sql("UPDATE showcase_product SET price = 'sur demande' WHERE slug = 'produit-03'");
    world.sql("UPDATE showcase_product SET in_stock = 'oui', created_at = 'hier' WHERE slug = 'produit-02'");
    let server = world.start();
    let page = server.get("/products/produit-03");
    assert_eq!(page.status, 200, "{}", server.errors.text());
    assert!(page.shows("<p class=\"price\">Prix sur demande</p>"), "{}", page.text());
    assert!(page.shows("og:title\" content=\"Produit 03\""), "{}", page.text());
    assert!(page.shows("wa.me") && !page.shows("Prix%20%3A"), "{}", page.text());
    for path in ["/products?page=3", "/products?search=produit%2003", "/products?sort=price"] {
        assert_eq!(server.get(path).status, 200, "{path}: {}", server.errors.text());
    }
    let listing = server.get("/products?search=produit%2003");
    assert!(listing.shows("Produit 03") && listing.shows("Prix sur demande"), "{}", listing.text());
    assert_eq!(server.get("/products/produit-02").status, 200);
}

#[test]
fn the_routes_can_be_called_without_a_port() {
    let world = World::new();
    let clock: sitekeep::server::Clock = std::sync::Arc::new(jiff::Timestamp::default);
    let app = sitekeep::server::app(&world.config, &clock, Box::new(std::io::sink())).unwrap();
    let request = axum::http::Request::get("/products").body(axum::body::Body::empty()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(app.answer(request)).status(), 200);
}

#[test]
fn a_large_body_is_refused() {
    let world = World::new();
    let server = world.start();
    let answer = server.ask("POST", "/contact", &[("Content-Length", "10000000")]);
    assert_eq!(answer.status, 413);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}
