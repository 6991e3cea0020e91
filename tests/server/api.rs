//! The application's public API: every view, filter and refusal, on a world of our own.

use super::world::Answer;
use super::world::Server;
use super::world::World;
use super::world::request_as;
use serde_json::Value;
use serde_json::json;

/// Names of the products in an answer, whether it is a page or a bare list.
fn slugs(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let rows = body.get("results").unwrap_or(&body).as_array().expect("a list").clone();
    rows.iter().map(|row| row["slug"].as_str().unwrap().trim_start_matches("produit-").to_owned()).collect()
}

fn count(server: &Server, query: &str) -> u64 {
    let answer = server.get(&format!("/api/products/?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()["count"].as_u64().unwrap()
}

#[test]
fn a_page_of_products_is_as_the_application_writes_it() {
    let world = World::new();
    let server = world.start();
    let answer = server.get("/api/products/?page=2");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.header("allow"), Some("GET, POST, HEAD, OPTIONS"));
    assert_eq!(answer.header("vary"), Some("Accept, origin"));
    assert!(
        answer.text().starts_with(
            "{\"count\":25,\"next\":\"http://shop.example/api/products/?page=3\",\
             \"previous\":\"http://shop.example/api/products/\",\"results\":[\
             {\"id\":15,\"name\":\"Produit 15\",\"slug\":\"produit-15\",\"price\":\"15000.00\",\
             \"display_price\":\"15,000 FCFA\",\"brand\":\"Acme\",\
             \"image\":\"http://shop.example/media/products/one.jpg\",\"category_name\":\"Rayon portables\",\
             \"in_stock\":false,\"featured\":false,\"created_at\":\"2026-01-01T16:00:00+01:00\"},"
        ),
        "{}",
        answer.text()
    );
}

#[test]
fn one_product_has_its_message_and_its_gallery() {
    let world = World::new();
    world.sql(
        "CREATE TABLE IF NOT EXISTS showcase_productimage (id integer PRIMARY KEY, image varchar(100), product_id bigint);
         INSERT INTO showcase_productimage (id, image, product_id) VALUES
             (901, 'products/gallery/vue é.jpg', 25), (902, '', 25), (903, 'other.jpg', 24);
         UPDATE showcase_product SET updated_at = '2026-01-02 00:00:00.000007' WHERE id = 25;",
    );
    let server = world.start();
    let answer = server.get("/api/products/produit-25/");
    assert_eq!(answer.header("allow"), Some("GET, PUT, PATCH, DELETE, HEAD, OPTIONS"));
    let product = answer.json();
    assert_eq!(
        product["gallery"],
        json!([
            { "id": 901, "image": "http://shop.example/media/products/gallery/vue%20%C3%A9.jpg" },
            { "id": 902, "image": "http://shop.example/static/defaults/default_product.png" },
        ])
    );
    assert_eq!(product["updated_at"], "2026-01-02T01:00:00.000007+01:00");
    assert_eq!(
        (&product["category_name"], &product["description"]),
        (&json!("Rayon audio"), &json!("Description numéro 25"))
    );
    let link = product["whatsapp_link"].as_str().unwrap();
    let begin =
        "https://wa.me/+229 01 23 45 67?text=Bonjour%20Chez%20%C3%89l%C3%A9onore%20%26%20fils%2C%0A%0A%20";
    assert!(link.starts_with(begin), "{link}");
    assert!(
        link.contains("Prix%3A%2025000.00%20FCFA") && link.contains("Image%3A%20/media/products/one.jpg")
    );
    for (path, detail) in [
        ("/api/products/nothing/", "No Product matches the given query."),
        ("/api/products/PRODUIT-25/", "No Product matches the given query."),
        ("/api/products/a%00b/", "No Product matches the given query."),
        ("/api/products/%FF/", "No Product matches the given query."),
        ("/api/products/produit-25/?brand=Other", "No Product matches the given query."),
        ("/api/categories/nothing/", "No Category matches the given query."),
        ("/api/categories/audio/?search=portables", "No Category matches the given query."),
        ("/api/categories/nothing/products/", "No Category matches the given query."),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.json()), (404, json!({ "detail": detail })), "{path}");
    }
}

#[test]
fn pages_are_numbered_as_python_reads_numbers() {
    let world = World::new();
    let server = world.start();
    for (page, first) in [
        ("", "25"),
        ("1", "25"),
        ("%202%20", "15"),
        ("%2B2", "15"),
        ("%D9%A2", "15"),
        ("last", "05"),
        ("1&page=3", "05"),
    ] {
        assert_eq!(slugs(&server.get(&format!("/api/products/?page={page}")))[0], first, "{page}");
    }
    for page in ["0", "-1", "4", "1.0", "abc", "LAST", "1_0", "99999999999999999999999", "%00", "%FF"] {
        let answer = server.get(&format!("/api/products/?page={page}"));
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (404, "{\"detail\":\"Page non valide.\"}"),
            "{page}"
        );
    }
    assert_eq!(server.get("/api/products/?search=zzz&page=last").json()["count"], 0);
    assert_eq!(server.get("/api/products/?search=zzz&page=2").status, 404);
}

#[test]
fn links_to_other_pages_keep_what_was_asked() {
    let world = World::new();
    let server = world.start();
    let page = server.get("/api/products/?page=2&search=+produit,%20&ordering=-price&a=1&a=%C3%A9%2B").json();
    let address = "http://shop.example/api/products/?a=1&a=%C3%A9%2B&ordering=-price&";
    assert_eq!(page["next"], format!("{address}page=3&search=+produit%2C+"));
    assert_eq!(page["previous"], format!("{address}search=+produit%2C+"));
    let page = server.get("/api/products.json?page=last").json();
    assert_eq!(page["previous"], "http://shop.example/api/products.json?page=2");
}

#[test]
fn products_come_in_the_order_asked_for() {
    let world = World::new();
    world.sql("UPDATE showcase_product SET price = 7 WHERE id IN (3, 9, 12)");
    let server = world.start();
    let first =
        |ordering: &str| slugs(&server.get(&format!("/api/products/?ordering={ordering}")))[..3].to_vec();
    assert_eq!(first("price"), ["03", "09", "12"]);
    assert_eq!(first("-price"), ["25", "24", "23"]);
    assert_eq!(first("price,-name"), ["12", "09", "03"]);
    assert_eq!(first("%20price%20,%20-created_at"), ["12", "09", "03"]);
    assert_eq!(first("created_at"), ["01", "02", "03"]);
    for unknown in ["", "stock", "--price", "Price", "-", "id", "price%00", ",", "%3Bdrop"] {
        assert_eq!(first(unknown), ["25", "24", "23"], "{unknown}");
    }
}

#[test]
fn filters_narrow_the_list_and_nonsense_among_truths_is_ignored() {
    let world = World::new();
    world.sql("UPDATE showcase_product SET brand = '100%_É' WHERE id = 7");
    let server = world.start();
    for (query, number) in [
        ("category=ordinateurs", 21),
        ("category=%20audio%20", 5),
        ("category=AUDIO", 0),
        ("category=nothing", 0),
        ("category=", 25),
        ("category=ordinateurs&category=audio", 5),
        ("brand=Acme", 24),
        ("brand=+Acme", 24),
        ("brand=acme", 0),
        ("brand=", 25),
        ("in_stock=TRUE", 12),
        ("in_stock=0", 13),
        ("in_stock=oui", 25),
        ("in_stock=+true", 25),
        ("featured=1", 2),
        ("featured=false", 23),
        ("price_min=20000", 6),
        ("price_max=2e3", 2),
        ("price_min=2000&price_max=2000.00", 1),
        ("price_max=1999.999", 1),
        ("price_min=-5", 25),
        ("price_min=1e50", 0),
        ("price_min=", 25),
        ("price_min=x&price_min=24000", 2),
        ("search=produit%2C1", 13),
        ("search=%22produit%201%22", 10),
        ("search=100%25_", 1),
        ("search=%25", 1),
        ("search=_", 1),
        ("search=%22", 25),
        ("search=%22open", 0),
        ("search=1%27%20OR%20%271%27=%271", 0),
        ("limit=3", 25),
        ("category=ordinateurs&in_stock=true&price_max=5000&search=produit", 2),
    ] {
        assert_eq!(count(&server, query), number, "{query}");
    }
}

#[test]
fn what_makes_no_sense_is_400_with_the_applications_words() {
    let world = World::new();
    let server = world.start();
    let number = "Saisissez un nombre.";
    let nul = "Le caractère nul n’est pas autorisé.";
    for (query, complaint) in [
        ("price_min=abc&price_max=x&page=99", json!({ "price_min": [number], "price_max": [number] })),
        ("price_min=NaN", json!({ "price_min": [number] })),
        ("price_max=-Infinity", json!({ "price_max": [number] })),
        ("price_max=1%00", json!({ "price_max": [number] })),
        (
            "price_max=1e51",
            json!({ "price_max": ["Assurez-vous que cette valeur est inférieure ou égale à 1e+50."] }),
        ),
        ("brand=%00&category=a%00", json!({ "category": [nul], "brand": [nul] })),
        ("search=h%00p", json!([nul])),
    ] {
        for list in ["", "featured/", "recent/", "produit-25/"] {
            let answer = server.get(&format!("/api/products/{list}?{query}"));
            assert_eq!((answer.status, answer.json()), (400, complaint.clone()), "{list} {query}");
        }
        assert_eq!(server.get(&format!("/api/products/brands/?{query}")).status, 200, "{query}");
    }
    assert_eq!(server.get(&format!("/api/products/?{}", "a&".repeat(1000))).status, 400);
    assert_eq!(server.get(&format!("/api/products/?search={}", "a".repeat(20_000))).status, 400);
}

#[test]
fn short_lists_take_the_filters_too() {
    let world = World::new();
    let server = world.start();
    assert_eq!(slugs(&server.get("/api/products/featured/")), ["20", "10"]);
    assert_eq!(slugs(&server.get("/api/products/featured/?ordering=price&price_max=10000")), ["10"]);
    assert_eq!(slugs(&server.get("/api/products/featured/?featured=false")), Vec::<String>::new());
    let recent = slugs(&server.get("/api/products/recent/?category=portables&ordering=price"));
    assert_eq!((recent.len(), recent[0].as_str(), recent[1].as_str()), (10, "25", "20"));
    assert_eq!(server.get("/api/products/brands/?brand=x").json(), json!(["Acme"]));
    assert_eq!(
        server.get("/api/products/stats/").text(),
        "{\"total_products\":25,\"in_stock\":12,\"out_of_stock\":13,\"featured\":2,\"by_category\":[\
         {\"name\":\"Rayon ordinateurs\",\"count\":0},{\"name\":\"Rayon audio\",\"count\":5}]}"
    );
}

#[test]
fn categories_have_those_below_them_and_their_counts() {
    let world = World::new();
    world.sql(
        "ALTER TABLE showcase_category ADD COLUMN icon_file varchar(100);
         UPDATE showcase_category SET created_at = '2026-01-01 00:00:00', updated_at = '2026-06-30 23:00:00.5';
         UPDATE showcase_category SET icon_file = 'icons/a b.ico', icon = 'fa fa-x' WHERE slug = 'portables'",
    );
    let server = world.start();
    let list = server.get("/api/categories/").json();
    assert_eq!((&list["count"], &list["next"]), (&json!(3), &Value::Null));
    assert_eq!(slugs(&server.get("/api/categories/")), ["audio", "ordinateurs", "portables"]);
    assert_eq!(slugs(&server.get("/api/categories/?ordering=-name")), ["portables", "ordinateurs", "audio"]);
    assert_eq!(slugs(&server.get("/api/categories/?search=RAYON,ord")), ["ordinateurs"]);
    assert_eq!(slugs(&server.get("/api/categories/main_categories/?search=x")), ["audio", "ordinateurs"]);
    assert_eq!(server.get("/api/categories/?page=2").status, 404);
    assert_eq!(server.get("/api/categories/?search=%00").status, 400);
    assert_eq!(
        server.get("/api/categories/ordinateurs/").text(),
        "{\"id\":1,\"name\":\"Rayon ordinateurs\",\"slug\":\"ordinateurs\",\"icon\":\"\",\"icon_file\":null,\
         \"parent\":null,\"subcategories\":[{\"id\":2,\"name\":\"Rayon portables\",\"slug\":\"portables\",\
         \"icon\":\"fa fa-x\",\"icon_file\":\"http://shop.example/media/icons/a%20b.ico\",\"product_count\":21}],\
         \"product_count\":0,\"is_main_category\":true,\"created_at\":\"2026-01-01T01:00:00+01:00\",\
         \"updated_at\":\"2026-07-01T00:00:00.500000+01:00\"}"
    );
    assert_eq!(slugs(&server.get("/api/categories/audio/products/?page=9")), ["25", "24", "23", "22", "21"]);
    assert_eq!(slugs(&server.get("/api/categories/ordinateurs/products/")).len(), 21);
}

#[test]
fn settings_are_told_whole() {
    let world = World::new();
    world.sql("UPDATE showcase_sitesettings SET updated_at = '2026-01-01 00:00:00.25'");
    let server = world.start();
    let answer = server.get("/api/settings/");
    assert_eq!(answer.header("allow"), Some("GET, OPTIONS"));
    assert_eq!(
        answer.text(),
        "{\"whatsapp_number\":\"+229 01 23 45 67\",\"contact_email\":\"contact@shop.example\",\
         \"contact_phone\":\"+229 00 00 00 01\",\"contact_address\":\"Cotonou, Bénin\",\
         \"company_name\":\"Chez Éléonore & fils\",\"company_description\":\"Votre boutique\",\
         \"updated_at\":\"2026-01-01T01:00:00.250000+01:00\"}"
    );
    assert_eq!(
        server.get("/api/").text(),
        "{\"categories\":\"http://shop.example/api/categories/\",\"products\":\"http://shop.example/api/products/\"}"
    );
}

#[test]
fn a_missing_slash_is_added_and_a_path_to_nowhere_is_json() {
    let world = World::new();
    let server = world.start();
    for (path, target) in [
        ("/api", "/api/"),
        ("/api/products?page=2&x=%20", "/api/products/?page=2&x=%20"),
        ("/api/products/produit-25", "/api/products/produit-25/"),
        ("/api/settings", "/api/settings/"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("location")), (301, Some(target)), "{path}");
    }
    for path in [
        "/api/nothing/",
        "/api/nothing",
        "/api/products/a/b/",
        "/api/products/a%2Fb/",
        "/api//",
        "/api/products/?format=xml",
        "/api/products.xml",
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.text().as_str()), (404, "{\"detail\":\"Pas trouvé.\"}"), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
    }
}

#[test]
fn who_writes_is_asked_who_he_is() {
    let world = World::new();
    let server = world.start();
    for path in
        ["/api/products/", "/api/products/nothing/", "/api/products/stats/", "/api/categories/", "/api/"]
    {
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"] {
            let answer = server.ask(method, path, &[("Content-Length", "0")]);
            let detail = json!({ "detail": "Informations d'authentification non fournies." });
            assert_eq!((answer.status, answer.json()), (401, detail), "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""));
        }
    }
    let refused = server.ask("POST", "/api/settings/", &[("Content-Length", "0")]);
    let detail = json!({ "detail": "Méthode «\u{a0}POST\u{a0}» non autorisée." });
    assert_eq!((refused.status, refused.json()), (405, detail));
    assert_eq!(server.ask("HEAD", "/api/settings/", &[]).status, 405);
    for path in ["/api/products/", "/api/settings/", "/api/products/nothing/"] {
        let answer = server.ask("GET", path, &[("Authorization", "Bearer abc")]);
        assert_eq!((answer.status, &answer.json()["code"]), (401, &json!("token_not_valid")), "{path}");
    }
    assert_eq!(
        server.ask("GET", "/api/products/", &[("Authorization", "Bearer a b")]).json()["code"],
        "bad_authorization_header"
    );
    assert_eq!(server.ask("GET", "/api/products/", &[("Authorization", "Basic YTpi")]).status, 200);
}

#[test]
fn options_describe_a_view_and_head_has_the_length_alone() {
    let world = World::new();
    let server = world.start();
    for (path, name) in [
        ("/api/products/", "Product List"),
        ("/api/products/nothing/", "Product Instance"),
        ("/api/categories/main_categories/", "Main categories"),
        ("/api/settings/", "Site Settings View"),
    ] {
        let answer = server.ask("OPTIONS", path, &[]);
        assert_eq!((answer.status, &answer.json()["name"]), (200, &json!(name)), "{path}");
        assert_eq!(answer.json()["renders"], json!(["application/json", "text/html"]), "{path}");
    }
    let (head, get) = (server.ask("HEAD", "/api/products/", &[]), server.get("/api/products/"));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(get.body.len().to_string().as_str()));
}

#[test]
fn the_form_of_an_answer_is_negotiated() {
    let world = World::new();
    let server = world.start();
    let indented = server.ask("GET", "/api/products/brands/", &[("Accept", "application/json; indent=2")]);
    assert_eq!(indented.text(), "[\n  \"Acme\"\n]");
    let page = server.ask("GET", "/api/products/produit-25/", &[("Accept", "text/html,*/*;q=0.8")]);
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(
        page.shows("Product Instance") && page.shows("&#34;slug&#34;: &#34;produit-25&#34;"),
        "{}",
        page.text()
    );
    assert_eq!(
        server.get("/api/products/?format=api").header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let refused = server.ask("GET", "/api/products/", &[("Accept", "application/xml")]);
    let detail = json!({ "detail": "L'en-tête « Accept » n'a pas pu être satisfaite." });
    assert_eq!((refused.status, refused.json()), (406, detail));
}

#[test]
fn addresses_are_those_by_which_the_visitor_came() {
    let world = World::new();
    let server = world.start();
    let asked = |host: &str, headers: &[(&str, &str)]| {
        server.send(&request_as(host, "GET", "/api/", headers)).json()["products"].clone()
    };
    assert_eq!(asked("www.shop.example:99", &[]), "http://www.shop.example:99/api/products/");
    assert_eq!(asked("a.example", &[("X-Forwarded-Proto", "https")]), "https://a.example/api/products/");
    assert_eq!(asked("a.example", &[("X-Forwarded-Host", "evil.example")]), "http://a.example/api/products/");
    for host in ["a_b.example", "a b", "x/y", "a:b"] {
        assert_eq!(server.send(&request_as(host, "GET", "/api/", &[])).status, 400, "{host}");
    }
}

#[test]
fn other_sites_scripts_may_read_only_where_the_settings_say_so() {
    let mut world = World::new();
    let origin = [("Origin", "https://app.example")];
    let header = "access-control-allow-origin";
    assert_eq!(world.start().ask("GET", "/api/", &origin).header(header), None);
    world.config.serve.cors_origins = vec!["https://app.example".into()];
    let server = world.start();
    assert_eq!(server.ask("GET", "/api/", &origin).header(header), Some("https://app.example"));
    assert_eq!(server.ask("GET", "/api/", &[("Origin", "https://evil.example")]).header(header), None);
    let before =
        server.ask("OPTIONS", "/api/products/", &[origin[0], ("Access-Control-Request-Method", "GET")]);
    assert_eq!((before.status, before.body.len()), (200, 0));
    assert_eq!(before.header("access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
    world.config.serve.cors_origins = vec!["*".into()];
    assert_eq!(world.start().ask("GET", "/api/", &origin).header(header), Some("*"));
}

#[test]
fn a_database_that_is_down_is_503_in_json() {
    let world = World::without_database();
    let server = world.start();
    let answer = server.get("/api/products/");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    assert!(answer.json()["detail"].is_string());
    world.sql(
        "CREATE TABLE showcase_product (id integer PRIMARY KEY, name text, slug text, price decimal);
               INSERT INTO showcase_product VALUES (1, 'Seul', 'seul', 5)",
    );
    let answer = server.await_answer("/api/products/", |answer| answer.status == 200);
    assert_eq!(answer.json()["results"][0]["brand"], Value::Null);
    for path in [
        "/api/products/seul/",
        "/api/categories/",
        "/api/settings/",
        "/api/products/stats/",
        "/api/products/?brand=x&category=y&in_stock=1&ordering=created_at",
    ] {
        assert_eq!(server.get(path).status, 200, "{path}: {}", server.errors.text());
    }
}
