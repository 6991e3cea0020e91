//! The pages: what visitors find, and what they are told when there is nothing.

use super::answers::assert_own_scripts;
use super::world::World;
use super::world::product;
use super::world::shop;
use sitekeep::db::SeedProduct;

#[test]
fn the_home_page_shows_featured_and_new_products_and_main_categories() {
    let world = World::new();
    let server = world.start();
    let page = server.get("/");
    assert_eq!(page.status, 200);
    for part in [
        "Chez Éléonore &#38; fils",
        "Produits vedettes",
        "Produit 20",
        "Nouveautés",
        "Produit 25",
        "Rayon audio",
    ] {
        assert!(page.shows(part), "{part} in {}", page.text());
    }
    // 20 by category and one by sub-category; the sub-category itself is no main one.
    assert!(page.shows("21 produits"), "{}", page.text());
    assert!(!page.shows("<h3><a href=\"/products?category=portables\""));
}

#[test]
fn the_listing_goes_page_by_page_newest_first() {
    let world = World::new();
    let server = world.start();
    let first = server.get("/products");
    assert!(first.shows("25 produits") && first.shows("Produit 25") && !first.shows("Produit 15<"));
    assert!(first.shows("rel=\"next\" href=\"/products?page=2\"") && !first.shows("rel=\"prev\""));
    let last = server.get("/products?page=3");
    assert!(last.shows("Produit 01") && last.shows("rel=\"prev\"") && !last.shows("rel=\"next\""));
    for query in
        ["page=4", "page=0", "page=abc", "page=-1", "page=1e1", "page=99999999999999999999", "page=%00"]
    {
        assert_eq!(server.get(&format!("/products?{query}")).status, 404, "{query}");
    }
}

#[test]
fn search_finds_words_and_nonsense_finds_none() {
    let world = World::new();
    let server = world.start();
    let found = server.get("/products?search=acme+produit%2007");
    assert!(found.shows("Produit 07") && found.shows("1 produit<"), "{}", found.text());
    let none = server.get("/products?search=xyzzy");
    assert_eq!(none.status, 200);
    assert!(none.shows("Aucun produit ne correspond à votre recherche."));
    for wild in ["%25", "_", "%5C", "%27%3B--", "%00", "%FF%FE"] {
        let answer = server.get(&format!("/products?search=x{wild}"));
        assert_eq!(answer.status, 200, "{wild}");
        assert!(answer.shows("Aucun produit"), "{wild}");
    }
}

#[test]
fn a_category_holds_what_is_below_it_and_what_is_there_by_sub_category() {
    let world = World::new();
    let server = world.start();
    let above = server.get("/products?category=ordinateurs");
    assert!(above.shows("21 produits") && above.shows("Produit 25"), "{}", above.text());
    let audio = server.get("/products?category=audio&sort=price");
    assert!(audio.shows("5 produits"));
    let text = audio.text();
    assert!(text.find("Produit 21") < text.find("Produit 24"));
    assert_eq!(server.get("/products?category=inconnue").status, 404);
}

#[test]
fn a_product_page_has_price_stock_trail_previews_and_the_whatsapp_button() {
    let world = World::new();
    let server = world.start();
    let page = server.get("/products/produit-20");
    assert_eq!(page.status, 200);
    for part in [
        "20\u{202f}000\u{202f}FCFA",
        "En stock",
        "Vedette",
        "Description numéro 20",
        "Rayon ordinateurs",
        "Dans la même catégorie",
        "https://wa.me/22901234567?text=Bonjour%20Chez",
        "property=\"og:image\" content=\"https://shop.example/media/products/one.jpg\"",
        "property=\"og:url\" content=\"https://shop.example/products/produit-20\"",
    ] {
        assert!(page.shows(part), "{part} in {}", page.text());
    }
    assert!(server.get("/products/produit-21").shows("Rupture de stock"));
}

#[test]
fn the_contact_page_has_what_the_settings_have() {
    let world = World::new();
    let server = world.start();
    let page = server.get("/contact");
    for part in
        ["mailto:contact@shop.example", "tel:+22900000001", "Cotonou, Bénin", "https://wa.me/22901234567"]
    {
        assert!(page.shows(part), "{part}");
    }
}

#[test]
fn hostile_names_are_only_text() {
    let hostile = "\"><script>alert(1)</script>&amp;'\u{202e}";
    let mut seed = shop();
    seed.products = vec![SeedProduct {
        name: hostile.into(),
        slug: "a?b#c/d e\"<é".into(),
        brand: hostile.into(),
        description: hostile.into(),
        image: "products/\"onerror=alert(1) x.jpg".into(),
        ..product(1, "audio")
    }];
    if let Some(settings) = &mut seed.settings {
        settings.company_name = hostile.into();
        settings.contact_email = hostile.into();
    }
    let world = World::with(&seed);
    let server = world.start();
    for path in ["/", "/products", "/contact", "/products/a%3Fb%23c%2Fd%20e%22%3C%C3%A9", "/nothing"] {
        let page = server.get(path);
        assert!(page.status == 200 || path == "/nothing", "{path} {}", page.status);
        assert_own_scripts(&page.text());
        assert!(!page.shows("\"onerror"), "{path}: {}", page.text());
    }
    let search = server.get("/products?search=%22%3E%3Cscript%3E&category=");
    assert_own_scripts(&search.text());
}

#[test]
fn a_changed_row_shows_within_a_second() {
    let world = World::new();
    let server = world.start();
    assert!(server.get("/products/produit-03").shows("Produit 03"));
    world.sql("UPDATE showcase_product SET name = 'Renommé' WHERE slug = 'produit-03'");
    world.sql("UPDATE showcase_sitesettings SET company_name = 'Maison neuve'");
    let changed = std::time::Instant::now();
    server.await_answer("/products/produit-03", |page| page.shows("Renommé") && page.shows("Maison neuve"));
    assert!(changed.elapsed() < std::time::Duration::from_secs(1));
}
