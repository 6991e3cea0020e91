//! Who gets in, and who does not.

use super::visitor::HASH;
use super::visitor::PASSWORD;
use super::visitor::Visitor;
use super::visitor::add_user;
use super::visitor::serve;
use super::visitor::token;
use crate::products::Shop;
use crate::products::on_both_with_users;

#[test]
fn guessing_a_password_is_slowed_and_seen_in_the_access_log() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    add_user(&shop, "bola", "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA", true);
    let served = serve(&shop);
    let mut visitor = Visitor::new(&served);
    let unknown = visitor.log_in("nobody", PASSWORD);
    let wrong = visitor.log_in("amina", "wrong");
    let elsewhere = visitor.log_in("bola", PASSWORD);
    for answer in [&unknown, &wrong, &elsewhere] {
        assert_eq!(answer.status, 403);
        assert!(answer.shows("Identifiant ou mot de passe incorrect"), "{}", answer.text());
    }
    assert_eq!(visitor.log_in("amina", "wrong").status, 403);
    // Each failure doubles the wait, which a slow machine may sit out at first.
    let mut refused = 4;
    let slowed = loop {
        let answer = visitor.log_in("amina", "wrong");
        if answer.status != 403 {
            break answer;
        }
        refused += 1;
        assert!(refused < 15, "nothing slows the guessing down");
    };
    let wait = slowed.header("retry-after").and_then(|seconds| seconds.parse().ok());
    assert_eq!((slowed.status, wait.is_some_and(|seconds: u32| seconds > 0)), (429, true));
    assert_eq!(visitor.log_in("amina", PASSWORD).status, 429, "the right one does not come through either");
    served.stop();
    let told = std::fs::read_to_string(shop.sandbox.path("serve.log")).unwrap();
    assert!(told.contains("`bola` is kept as argon2") && told.contains("users password bola"), "{told}");
    let log = std::fs::read_to_string(shop.sandbox.path("access.log")).unwrap();
    assert_eq!(log.matches("\"POST /admin/login/ HTTP/1.1\" 403").count(), refused, "{log}");
    assert!(!log.contains(PASSWORD));
}

#[test]
fn a_session_ends_with_the_password_the_account_and_the_logout() {
    on_both_with_users("admin_doors", |shop| {
        for name in ["amina", "bola", "chidi", "dalia"] {
            add_user(shop, name, HASH, true);
        }
        let served = serve(shop);
        let [mut amina, mut bola, mut chidi, mut dalia] =
            ["amina", "bola", "chidi", "dalia"].map(|name| Visitor::logged_in(&served, name));
        for visitor in [&mut amina, &mut bola, &mut chidi, &mut dalia] {
            assert_eq!(visitor.get("/admin/").status, 200);
        }
        shop.run(&["users", "deactivate", "amina"]).exits(0);
        shop.site_writes("UPDATE auth_user SET password = 'pbkdf2_sha256$1$a$b' WHERE username = 'bola'");
        shop.site_writes("UPDATE auth_user SET is_staff = false WHERE username = 'chidi'");
        let leave = token(&dalia.get("/admin/"));
        let cookies = dalia.cookies.clone();
        assert_eq!(dalia.post("/admin/logout/", &[("token", &leave)]).status, 303);
        dalia.cookies = cookies;
        for visitor in [&mut amina, &mut bola, &mut chidi, &mut dalia] {
            let answer = visitor.get("/admin/");
            assert_eq!((answer.status, answer.header("location")), (302, Some("/admin/login/")));
            let answer = visitor.post("/admin/products/stock/", &[("token", &leave), ("state", "in")]);
            assert_eq!(answer.status, 403);
        }
    });
}

#[test]
fn a_form_without_its_token_or_from_another_site_is_refused() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let slug = shop.ask("SELECT slug FROM showcase_product WHERE in_stock ORDER BY id LIMIT 1");
    let mut set = |token: &str, headers: &[(&'static str, &'static str)]| {
        visitor.headers = headers.to_vec();
        let fields = [("token", token), ("state", "out"), ("slug", slug.as_str())];
        visitor.post("/admin/products/stock/", &fields).status
    };
    assert_eq!(set("", &[]), 403);
    assert_eq!(set(&"0".repeat(64), &[]), 403);
    let mut other = Visitor::logged_in(&served, "amina");
    let (others, own) = (token(&other.get("/admin/")), String::new());
    assert_eq!(set(&others, &[]), 403);
    assert_eq!(set(&own, &[]), 403);
    let stocked = format!("SELECT count(*) FROM showcase_product WHERE slug = '{slug}' AND in_stock");
    assert_eq!(shop.ask(&stocked), "1");
    visitor.headers.clear();
    let own = token(&visitor.get("/admin/"));
    for header in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
        visitor.headers = vec![header];
        let fields = [("token", own.as_str()), ("state", "out"), ("slug", slug.as_str())];
        assert_eq!(visitor.post("/admin/products/stock/", &fields).status, 403, "{header:?}");
    }
    assert_eq!(shop.ask(&stocked), "1");
}

#[test]
fn passwords_do_not_cross_a_network_unprotected() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::new(&served);
    visitor.headers = vec![("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "http")];
    assert_eq!(visitor.get("/admin/login/").status, 403);
    visitor.headers = vec![("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https")];
    let page = visitor.get("/admin/login/");
    assert_eq!(page.status, 200);
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.contains("; Secure") && cookie.contains("HttpOnly"), "{cookie}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    let refused = shop
        .command(crate::sandbox::NOW, &["serve", "--listen", "0.0.0.0:0"])
        .env("SITEKEEP_SERVE__ADMIN", "true")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(78) && told.contains("admin_insecure"), "{told}");
}

#[test]
fn staff_may_do_what_django_lets_them_and_no_more() {
    on_both_with_users("admin_rights", |shop| {
        add_user(shop, "amina", HASH, false);
        shop.site_writes(
            "INSERT INTO django_content_type (id, app_label, model) VALUES (900, 'showcase', 'product');
             INSERT INTO auth_permission (id, name, content_type_id, codename) VALUES (900, 'Can change', 900, 'change_product');",
        );
        let served = serve(shop);
        let mut visitor = Visitor::logged_in(&served, "amina");
        assert_eq!(visitor.get("/admin/").status, 403);
        shop.site_writes(
            "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT id, 900 FROM auth_user",
        );
        let page = visitor.get("/admin/");
        assert!(page.status == 200 && !page.shows("/admin/products/add/"), "{}", page.text());
        assert_eq!(visitor.get("/admin/products/add/").status, 403);
        let token = token(&page);
        let run = [("token", token.as_str()), ("run", "x")];
        assert_eq!(visitor.post("/admin/changes/", &run).status, 403);
        let slug = shop.ask("SELECT slug FROM showcase_product ORDER BY id LIMIT 1");
        assert_eq!(visitor.get(&format!("/admin/products/{slug}/delete/")).status, 403);
        let set = [("token", token.as_str()), ("state", "out"), ("slug", slug.as_str())];
        assert_eq!(visitor.post("/admin/products/stock/", &set).status, 303);
    });
}

#[test]
fn there_is_no_admin_unless_it_is_asked_for() {
    let world = crate::server::world::World::new();
    let server = world.start();
    for path in ["/admin/", "/admin/login/", "/admin/products/add/"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}
