//! What the pages owe visitors, search engines and previews: filters, pictures that fit, shared data, languages.

use super::world::Answer;
use super::world::Server;
use super::world::World;
use super::world::product;
use super::world::shop;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use serde_json::Value;
use sitekeep::db::SeedProduct;
use sitekeep::language::Language;

/// The blocks of shared data on a page.
fn data(page: &Answer) -> Vec<Value> {
    let text = page.text();
    text.split("<script type=\"application/ld+json\">")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap())
        .collect()
}

fn world() -> World {
    let mut world = World::new();
    world.config.serve.variants_folder = Some(world.folder.path().join("variants"));
    world
}

#[track_caller]
fn finds(server: &Server, query: &str, count: &str) {
    let page = server.get(&format!("/products?{query}"));
    assert_eq!(page.status, 200, "{query}");
    assert!(page.shows(&format!("<p class=\"count\">{count}")), "{query}: {}", page.text());
}

#[test]
fn brand_price_and_stock_narrow_the_listing() {
    let mut seed = shop();
    for product in &mut seed.products[..3] {
        product.brand = "Écho & Fils".into();
    }
    let world = World::with(&seed);
    let server = world.start();
    finds(&server, "brand=%C3%89cho%20%26%20Fils", "3 produits");
    finds(&server, "brand=acme", "Aucun produit");
    finds(&server, "price_min=2000&price_max=4%20000", "3 produits");
    finds(&server, "price_min=abc&price_max=-5&in_stock=peut-etre", "25 produits");
    finds(&server, "in_stock=true", "12 produits");
    finds(&server, "category=audio&brand=Acme&in_stock=true&price_max=22000", "1 produit<");
    let page = server.get("/products?brand=%C3%89cho%20%26%20Fils&price_max=2000");
    for part in [
        "<option value=\"Écho &#38; Fils\" selected>Écho &#38; Fils (2)</option>",
        "jusqu’à 2\u{202f}000\u{202f}FCFA",
        "href=\"/products?brand=%C3%89cho%20%26%20Fils\"",
        "href=\"/products?price_max=2000\"",
        "Tout effacer",
    ] {
        assert!(page.shows(part), "{part} in {}", page.text());
    }
}

#[test]
fn the_tree_counts_what_each_category_would_show() {
    let world = World::new();
    let server = world.start();
    let page = server.get("/products");
    assert!(page.shows("Rayon ordinateurs <span class=\"number\">21</span>"), "{}", page.text());
    assert!(page.shows("Rayon portables <span class=\"number\">21</span>"));
    assert!(page.shows("Rayon audio <span class=\"number\">5</span>"));
    let narrowed = server.get("/products?price_max=2000");
    assert!(narrowed.shows("Rayon portables <span class=\"number\">2</span>"), "{}", narrowed.text());
    assert!(!narrowed.shows("Rayon audio <span"), "{}", narrowed.text());
    assert!(
        narrowed.shows("href=\"/products?category=portables&#38;price_max=2000\""),
        "{}",
        narrowed.text()
    );
}

#[test]
fn the_filters_are_the_same_on_postgresql() {
    let Some(cluster) = cluster() else { return };
    let shop = "
        CREATE TABLE showcase_category (id bigint PRIMARY KEY, name text, slug text, parent_id bigint);
        CREATE TABLE showcase_product (id bigint PRIMARY KEY, name text, slug text, description text,
            price numeric(10, 2), brand varchar(100), image varchar(100), in_stock boolean, featured boolean,
            created_at timestamptz, updated_at timestamptz, category_id bigint, subcategory_id bigint);
        INSERT INTO showcase_category VALUES (1, 'Écrans', 'ecrans', NULL), (2, 'Larges', 'larges', 1);
        INSERT INTO showcase_product VALUES
            (1, 'Écran 24', 'ecran-24', '', 99999.50, 'Acme', '', true, true, now(), '2026-02-03T04:05:06.7Z', 1, NULL),
            (2, 'Écran 27', 'ecran-27', '', 450000, 'Écho', '', false, false, now(), now(), 1, 2);";
    let mut world = World::without_database();
    world.config.database.url = Some(cluster.create("filters", shop));
    let server = world.start();
    finds(&server, "brand=Acme&price_min=99999%2C50&price_max=99999.5&in_stock=true", "1 produit<");
    finds(&server, "brand=%00Acme&category=ecrans", "1 produit<");
    let page = server.get("/products?price_min=5");
    assert!(page.shows("Larges <span class=\"number\">1</span>"), "{}", page.text());
    assert!(page.shows("Écrans <span class=\"number\">2</span>"), "{}", page.text());
    assert!(page.shows("Écho (1)"), "{}", page.text());
    let map = server.get("/sitemap.xml");
    assert!(map.shows("/products/ecran-24</loc><lastmod>2026-02-03T04:05:06Z</lastmod>"), "{}", map.text());
}

#[test]
fn search_engines_are_told_one_address_for_each_page() {
    let world = World::new();
    let server = world.start();
    let page = server.get("/products?category=ordinateurs&page=2");
    for part in [
        "<link rel=\"canonical\" href=\"https://shop.example/products?category=ordinateurs&#38;page=2\">",
        "<link rel=\"prev\" href=\"/products?category=ordinateurs\">",
        "<link rel=\"next\" href=\"/products?category=ordinateurs&#38;page=3\">",
    ] {
        assert!(page.shows(part), "{part} in {}", page.text());
    }
    assert!(!page.shows("noindex"));
    let narrowed = server.get("/products?category=ordinateurs&sort=price&brand=Acme");
    assert!(narrowed.shows("noindex, follow"));
    assert!(narrowed.shows("canonical\" href=\"https://shop.example/products?category=ordinateurs\""));
    assert!(server.get("/nothing").shows("noindex"));
    let robots = server.get("/robots.txt");
    assert!(robots.shows("\nSitemap: https://shop.example/sitemap.xml\n"), "{}", robots.text());
}

#[test]
fn pictures_come_in_the_width_that_a_screen_needs() {
    let world = world();
    let server = world.start();
    let listing = server.get("/products");
    let one = "/media/products/one.jpg";
    assert!(
        listing.shows(&format!("src=\"{one}?w=320\" srcset=\"{one}?w=320 320w, {one}?w=640 640w\" sizes=")),
        "{}",
        listing.text()
    );
    assert_eq!(listing.text().matches("loading=\"lazy\"").count(), 6);
    let page = server.get("/products/produit-20");
    assert!(page.shows(&format!("{one}?w=1280 1280w\"")), "{}", page.text());
    let preview = format!("og:image\" content=\"https://shop.example{one}?w=960\"");
    assert!(page.shows(&preview), "{}", page.text());
    for form in ["?w=320", "?w=960", "?w=1280"] {
        assert_eq!(server.get(&format!("{one}{form}")).status, 200, "{form}");
    }
}

#[test]
fn a_picture_elsewhere_is_linked_as_it_is() {
    let world = world();
    world.sql("UPDATE showcase_product SET image = 'https://cdn.example/a.jpg'");
    let server = world.start();
    let page = server.get("/products/produit-20");
    assert!(page.shows("src=\"https://cdn.example/a.jpg\" alt="), "{}", page.text());
    assert!(!page.shows("srcset"));
}

#[test]
fn several_photos_are_a_gallery_that_needs_no_script() {
    let world = world();
    world.sql(
        "CREATE TABLE IF NOT EXISTS showcase_productimage (id INTEGER PRIMARY KEY, image VARCHAR(100), product_id BIGINT);
         INSERT INTO showcase_productimage (id, image, product_id)
             SELECT 1, 'products/two.jpg', id FROM showcase_product WHERE slug = 'produit-20'",
    );
    let server = world.start();
    let page = server.get("/products/produit-20");
    for part in [
        "<li id=\"photo-2\"><a class=\"tile\" href=\"/media/products/two.jpg\">",
        "alt=\"Produit 20, photo 2\"",
        "href=\"#photo-2\"",
        "tabindex=\"0\" aria-label=\"Photos : Produit 20\"",
    ] {
        assert!(page.shows(part), "{part} in {}", page.text());
    }
    assert!(!server.get("/products/produit-19").shows("id=\"photo-2\""));
}

#[test]
fn a_product_tells_previews_and_search_engines_what_it_is() {
    let world = world();
    let server = world.start();
    let page = server.get("/products/produit-21");
    let [product, trail] = &data(&page)[..] else { panic!("{}", page.text()) };
    assert_eq!(product["@type"], "Product");
    assert_eq!(product["name"], "Produit 21");
    assert_eq!(product["image"][0], "https://shop.example/media/products/one.jpg");
    assert_eq!(product["offers"]["price"], "21000.00");
    assert_eq!(product["offers"]["priceCurrency"], "XOF");
    assert_eq!(product["offers"]["availability"], "https://schema.org/OutOfStock");
    assert_eq!(product["offers"]["seller"]["name"], "Chez Éléonore & fils");
    let steps = trail["itemListElement"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Accueil", "Produits", "Rayon audio", "Produit 21"]);
    assert_eq!(steps[2]["item"], "https://shop.example/products?category=audio");
    assert!(page.shows("product:price:currency\" content=\"XOF\""));
}

#[test]
fn a_currency_of_several_countries_gives_search_engines_no_price() {
    let mut world = world();
    world.config.site.currency = "$".into();
    let page = world.start().get("/products/produit-21");
    assert!(data(&page)[0]["offers"].get("price").is_none());
    assert!(page.shows("21\u{202f}000\u{202f}$"));
    world.config.serve.currency_code = Some("USD".into());
    assert_eq!(data(&world.start().get("/products/produit-21"))[0]["offers"]["priceCurrency"], "USD");
}

#[test]
fn no_name_ends_the_shared_data() {
    let hostile = "</script><script>alert(1)</script><!--";
    let mut seed = shop();
    seed.products = vec![SeedProduct { name: hostile.into(), slug: "a".into(), ..product(1, "audio") }];
    let world = World::with(&seed);
    let page = world.start().get("/products/a");
    assert_eq!(data(&page)[0]["name"], hostile);
    super::answers::assert_own_scripts(&page.text());
}

#[test]
fn the_pages_speak_english_where_the_settings_say_so() {
    let mut world = world();
    world.config.serve.language = Language::English;
    let server = world.start();
    let page = server.get("/products/produit-20");
    for part in [
        "<html lang=\"en\">",
        "20,000\u{202f}FCFA",
        "In stock",
        "Order on WhatsApp",
        "?text=Good%20morning%20Chez",
        "In the same category",
    ] {
        assert!(page.shows(part), "{part} in {}", page.text());
    }
    for path in ["/", "/products", "/products?search=xyzzy", "/products/produit-20", "/contact", "/nothing"] {
        let text = server.get(path).text();
        for french in ["Accueil", "Produits", "Rechercher", "Catégorie", "Voir", "Nous "] {
            assert!(!text.contains(french), "{path}: {french} in {text}");
        }
    }
}

#[test]
fn a_language_that_the_pages_do_not_speak_is_refused() {
    let site = Sandbox::site();
    site.configure("[serve]\nlanguage = \"de\"\n");
    site.run(&["config", "validate"]).exits(78).complains("language");
}

#[test]
fn a_page_that_is_not_there_helps_to_find_another() {
    let world = World::new();
    let server = world.start();
    for path in ["/nothing", "/products/inconnu", "/products?category=inconnue"] {
        let page = server.get(path);
        assert_eq!(page.status, 404, "{path}");
        assert!(page.shows("id=\"search-here\"") && page.shows("/products?category=audio"), "{path}");
    }
    assert!(!server.ask("POST", "/contact", &[("Content-Length", "0")]).shows("search-here"));
}

#[test]
fn a_listing_of_twenty_products_is_light() {
    let mut world = world();
    world.config.serve.page_size = 20;
    let server = world.start();
    let page = server.get("/products");
    assert_eq!(page.text().matches("<li class=\"card\">").count(), 20);
    let mut weight = page.body.len();
    for kind in ["style", "script"] {
        let text = page.text();
        let start = text.find(&format!("/static/{kind}-")).unwrap();
        weight += server.get(text[start..].split('"').next().unwrap()).body.len();
    }
    assert!(weight < 50_000, "{weight} bytes");
}

#[test]
fn the_sitemap_has_every_page_and_when_it_changed() {
    let mut seed = shop();
    seed.products.push(SeedProduct { slug: "a&b".into(), ..product(26, "audio") });
    let world = World::with(&seed);
    let server = world.start();
    let map = server.get("/sitemap.xml");
    assert_eq!(map.header("content-type"), Some("application/xml; charset=utf-8"));
    assert_eq!(map.text().matches("<url>").count(), 3 + 3 + 26, "{}", map.text());
    for part in [
        "<loc>https://shop.example/</loc>",
        "<loc>https://shop.example/products?category=portables</loc>",
        "<loc>https://shop.example/products/produit-01</loc><lastmod>2026-01-01T01:00:00Z</lastmod>",
        "<loc>https://shop.example/products/a%26b</loc>",
    ] {
        assert!(map.shows(part), "{part} in {}", map.text());
    }
    assert_eq!(server.get("/sitemap.xml?part=1").body, map.body);
    for part in ["0", "2", "x", ""] {
        assert_eq!(server.get(&format!("/sitemap.xml?part={part}")).status, 404, "{part}");
    }
}

#[test]
fn the_sitemap_of_a_large_catalogue_is_in_parts() {
    let world = World::new();
    world.sql(
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 50000)
         INSERT INTO showcase_product (name, slug, description, price, brand, image, category_id, in_stock, featured,
             created_at, updated_at)
         SELECT 'P', 'p-' || n, '', 1, '', '', (SELECT min(id) FROM showcase_category), 1, 0,
             '2026-01-01 00:00:00', '2026-01-01 00:00:00' FROM number",
    );
    let server = world.start();
    let index = server.get("/sitemap.xml");
    assert!(index.shows("<sitemapindex"), "{}", index.text());
    assert!(index.shows("<loc>https://shop.example/sitemap.xml?part=2</loc>"));
    let (first, second) = (server.get("/sitemap.xml?part=1"), server.get("/sitemap.xml?part=2"));
    assert_eq!(first.text().matches("<url>").count(), 50_000);
    assert_eq!(second.text().matches("<url>").count(), 3 + 3 + 25);
    assert!(!first.shows("/products/p-50000<") && second.shows("/products/p-50000<"));
}
