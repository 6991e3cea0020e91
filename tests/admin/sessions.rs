//! What a session is worth: to its owner, to a thief, to another server, and to a stranger who guesses.

use super::visitor::HASH;
use super::visitor::PASSWORD;
use super::visitor::Visitor;
use super::visitor::add_user;
use super::visitor::serve;
use super::visitor::token;
use crate::products::Shop;

#[test]
fn a_session_that_was_left_stays_so_on_every_server_and_after_a_restart() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let (first, second) = (serve(&shop), serve(&shop));
    let mut visitor = Visitor::logged_in(&first, "amina");
    let cookies = visitor.cookies.clone();
    let mut elsewhere = Visitor::new(&second);
    elsewhere.cookies.clone_from(&cookies);
    let leave = token(&elsewhere.get("/admin/"));
    assert_eq!(visitor.post("/admin/logout/", &[("token", &leave)]).status, 303);
    assert_eq!(elsewhere.get("/admin/").status, 302);
    drop((first, second));
    let restarted = serve(&shop);
    let mut thief = Visitor::new(&restarted);
    thief.cookies = cookies;
    assert_eq!(thief.get("/admin/").status, 302);
    let left = std::fs::read_dir(shop.sandbox.path("state/admin-left")).unwrap().count();
    assert_eq!(left, 1);
}

#[test]
fn a_cookie_that_was_touched_opens_nothing() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    add_user(&shop, "bola", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let before = Visitor::new(&served).get("/admin/login/");
    assert!(before.header("set-cookie").unwrap().starts_with("sitekeep_visit="), "no session before login");
    let cookie = visitor.cookies["sitekeep_admin"].clone();
    let parts: Vec<&str> = cookie.split('.').collect();
    let [id, expires, nonce, signature] = parts.as_slice() else { panic!("{cookie}") };
    let later = (expires.parse::<i64>().unwrap() + 1).to_string();
    for touched in [
        format!("2.{expires}.{nonce}.{signature}"),
        format!("{id}.{later}.{nonce}.{signature}"),
        format!("{id}.{expires}.{nonce}0.{signature}"),
        format!("{id}.{expires}.../../../x.{signature}"),
        format!("{id}.{expires}.{nonce}."),
        format!("{id}.{expires}.{nonce}.{}", "0".repeat(64)),
        format!("99999999999999999999.{expires}.{nonce}.{signature}"),
        String::from("x"),
    ] {
        visitor.cookies.insert("sitekeep_admin".to_owned(), touched.clone());
        assert_eq!(visitor.get("/admin/").status, 302, "{touched}");
    }
    visitor.cookies.insert("sitekeep_admin".to_owned(), cookie);
    assert_eq!(visitor.get("/admin/").status, 200);
    // Eight hours later.
    let mut late = shop.command("2026-11-23T16:00:01Z", &["serve", "--listen", "127.0.0.1:0"]);
    let late = super::visitor::start(late.env("SITEKEEP_SERVE__ADMIN", "true"));
    let mut visitor = Visitor { served: &late, ..visitor };
    assert_eq!(visitor.get("/admin/").status, 302);
}

#[test]
fn a_stranger_who_guesses_is_told_of_and_does_not_keep_the_owner_out() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut owner = Visitor::logged_in(&served, "amina");
    let mut stranger = Visitor::new(&served);
    stranger.headers = vec![("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https")];
    for _ in 0..8 {
        stranger.log_in("amina", "wrong");
    }
    assert_eq!(stranger.log_in("amina", PASSWORD).status, 429);
    // From another address, but under the same name.
    let mut other = Visitor::new(&served);
    assert_eq!(other.log_in("amina", PASSWORD).status, 429);
    owner.cookies.remove("sitekeep_admin");
    assert_eq!(owner.log_in("amina", PASSWORD).status, 302);
    // The sign of the browser is worth nothing under another name, or touched.
    add_user(&shop, "bola", HASH, true);
    for _ in 0..4 {
        other.log_in("bola", "wrong");
    }
    assert_eq!(owner.log_in("bola", PASSWORD).status, 429);
    let device = owner.cookies["sitekeep_device"].clone();
    other.cookies.insert("sitekeep_device".to_owned(), format!("0{device}"));
    assert_eq!(other.log_in("amina", PASSWORD).status, 429);
    served.stop();
    let log = format!("[{:?}]", shop.sandbox.path("access.log").to_str().unwrap());
    let settings = [("SITEKEEP_LOGS__ACCESS", log.as_str()), ("SITEKEEP_LOGS__LOGIN_CRITICAL", "9")];
    let told = shop.sandbox.run_with(&settings, &["logs", "logins"]).exits(2);
    told.says("16 failed logins").says("9×  203.0.113.9");
}
