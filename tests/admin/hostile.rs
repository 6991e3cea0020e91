//! Texts of strangers on the admin's pages, paths that are nobody's, and what every answer carries.

use super::ADD;
use super::fields;
use super::visitor::HASH;
use super::visitor::Visitor;
use super::visitor::add_user;
use super::visitor::command;
use super::visitor::hidden;
use super::visitor::serve;
use super::visitor::serve_with;
use super::visitor::start;
use super::visitor::token;
use crate::products::Shop;

const EVIL: &str = "\"><script>alert(1)</script>' onload='x";

#[test]
fn no_text_of_a_visitor_or_of_the_database_becomes_markup() {
    let shop = Shop::on_sqlite();
    let quoted = EVIL.replace('\'', "''");
    add_user(&shop, &quoted, HASH, true);
    shop.site_writes(&format!(
        "UPDATE showcase_product SET name = '{quoted}', brand = '{quoted}', description = '</textarea>{quoted}', image = '{quoted}' WHERE id = 1;
         UPDATE showcase_category SET name = '{quoted}' WHERE id = 2"
    ));
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, EVIL);
    let query = url::form_urlencoded::byte_serialize(EVIL.as_bytes()).collect::<String>();
    let form = visitor.get("/admin/products/savane-14/");
    let (token, version) = (token(&form), hidden(&form, "version"));
    let mut changed = fields(&token, EVIL);
    changed.push(("version", &version));
    changed[3].1 = EVIL;
    let refused = visitor.post("/admin/products/savane-14/", &changed);
    assert_eq!(refused.status, 422);
    changed[3].1 = "5";
    assert_eq!(visitor.post("/admin/products/savane-14/", &changed).status, 303);
    let mut pages = vec![form, refused, Visitor::new(&served).log_in(EVIL, EVIL)];
    for path in [
        "/admin/".to_owned(),
        format!("/admin/?q={query}&category={query}&stock={query}&done={query}&page={query}"),
        "/admin/products/savane-14/".to_owned(),
        "/admin/products/savane-14/delete/".to_owned(),
        "/admin/categories/".to_owned(),
        "/admin/changes/".to_owned(),
        format!("/admin/products/{query}/"),
        format!("/admin/{query}/"),
    ] {
        pages.push(visitor.get(&path));
    }
    pages.push(visitor.upload(ADD, &fields(&token, EVIL), EVIL, b"x"));
    pages.push(visitor.post("/admin/products/stock/", &[("token", &token), ("state", "in"), ("list", EVIL)]));
    pages.push(visitor.post("/admin/products/stock/", &[("token", &token), ("state", "in"), ("slug", EVIL)]));
    for page in pages {
        assert!(page.body.len() > 500, "{}", page.text());
        let text = page.text();
        assert!(!text.contains("<script") && !text.contains("' onload='"), "{text}");
        assert_eq!(text.matches("</textarea>").count(), text.matches("<textarea").count(), "{text}");
    }
}

#[test]
fn every_answer_stays_out_of_caches_and_frames() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::new(&served);
    let mut answers =
        vec![visitor.get("/admin/"), visitor.get("/admin/login/"), visitor.get("/admin/nothing/")];
    answers.push(visitor.log_in("amina", "wrong"));
    let mut visitor = Visitor::logged_in(&served, "amina");
    for path in ["/admin/", ADD, "/admin/products/savane-14/", "/admin/categories/", "/admin/changes/"] {
        answers.push(visitor.get(path));
    }
    answers.push(visitor.post("/admin/logout/", &[]));
    for answer in answers {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.text());
        let policy = answer.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"]
        {
            assert!(policy.contains(part), "{policy}");
        }
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-encoding"), None, "a token in a compressed page can be measured");
    }
    let login = visitor.get("/admin/login/");
    let style = login
        .text()
        .split("rel=\"stylesheet\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let style = visitor.get(&style);
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
}

#[test]
fn a_built_frontend_does_not_stand_before_the_admin() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    shop.sandbox.write("dist/index.html", "<div id=root></div>");
    let served = serve_with(&shop, &["--frontend", "dist"]);
    let mut visitor = Visitor::logged_in(&served, "amina");
    assert!(visitor.get("/").shows("id=root") && visitor.get("/about").shows("id=root"));
    assert!(visitor.get("/admin/").shows("3 produits."));
    assert_eq!(visitor.get("/admin").header("location"), Some("/admin/"));
    assert_eq!(visitor.get("/admin/login").header("location"), Some("/admin/login/"));
    let elsewhere = visitor.get("/admin//evil.example");
    assert!(elsewhere.header("location").is_none_or(|to| to.starts_with("/admin/")));
    for path in ["/admin/nothing/", "/admin/products/", "/admin/products/savane-14/x/", "/admin/x.css"] {
        let answer = visitor.get(path);
        assert!(answer.status == 404 && !answer.shows("id=root"), "{path}: {}", answer.status);
    }
}

#[test]
fn a_proxy_that_says_nothing_of_tls_is_not_believed_to_have_it() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::new(&served);
    for (headers, status) in [
        (vec![], 200),
        (vec![("Host", "localhost:8000")], 200),
        (vec![("Host", "[::1]:8000")], 200),
        (vec![("Host", "shop.example")], 403),
        (vec![("Host", "shop.example"), ("X-Forwarded-Proto", "https")], 200),
        (vec![("X-Forwarded-For", "127.0.0.1")], 403),
        (vec![("X-Real-IP", "198.51.100.7")], 403),
        // What a visitor made up stands before what the proxy adds.
        (vec![("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http")], 403),
        (vec![("X-Forwarded-Proto", "https, http")], 403),
        (vec![("X-Forwarded-Proto", "http, https")], 200),
    ] {
        visitor.headers.clone_from(&headers);
        let page = visitor.get("/admin/login/");
        assert_eq!(page.status, status, "{headers:?}");
        assert_eq!(page.shows("name=\"password\""), status == 200, "{headers:?}");
    }
    drop(served);
    let served = start(command(&shop, &[]).env("SITEKEEP_SERVE__ADMIN_INSECURE", "true"));
    let mut visitor = Visitor { headers: vec![("Host", "shop.example")], ..Visitor::new(&served) };
    assert_eq!(visitor.get("/admin/login/").status, 200);
}

#[test]
fn a_change_of_categories_is_undone_by_those_who_may_change_them() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, false);
    shop.site_writes(
        "INSERT INTO django_content_type (id, app_label, model) VALUES (900, 'showcase', 'product'), (901, 'showcase', 'category')",
    );
    let models = ["product", "category"]
        .into_iter()
        .flat_map(|model| ["add", "change", "delete"].map(|verb| format!("{verb}_{model}")));
    for (number, right) in models.enumerate() {
        let kind = 900 + number / 3;
        shop.site_writes(&format!(
            "INSERT INTO auth_permission (id, name, content_type_id, codename) VALUES ({}, 'x', {kind}, '{right}')",
            900 + number
        ));
    }
    let give = |from: i64, to: i64| {
        shop.site_writes(&format!(
            "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT auth_user.id, p.id FROM auth_user, auth_permission AS p
             WHERE p.id BETWEEN {from} AND {to}"
        ));
    };
    give(900, 902);
    shop.does(&["categories", "add", "--name", "Audio"]);
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let page = visitor.get("/admin/changes/");
    let (token, run) = (token(&page), hidden(&page, "run"));
    let mut undo = || visitor.post("/admin/changes/", &[("token", &token), ("run", &run)]);
    let refused = undo();
    assert!(refused.status == 409 && refused.shows("pas le droit"), "{}", refused.text());
    assert_eq!(shop.ask("SELECT count(*) FROM showcase_category"), "4");
    give(903, 905);
    assert_eq!(undo().status, 200);
    assert_eq!(shop.ask("SELECT count(*) FROM showcase_category"), "3");
    let again = undo();
    assert!(again.status == 409 && again.shows("Cela n&#39;existe plus"), "{}", again.text());
}
