//! A server that is killed while it writes: row and picture are both there or both not, and the next one goes on.

use super::ADD;
use super::fields;
use super::visitor::HASH;
use super::visitor::MULTIPART;
use super::visitor::Visitor;
use super::visitor::add_user;
use super::visitor::command;
use super::visitor::multipart;
use super::visitor::serve;
use super::visitor::start_if;
use super::visitor::token;
use crate::crash::is_whole;
use crate::crash::strace;
use crate::products::Shop;
use crate::sandbox::jpeg;
use std::collections::BTreeMap;
use std::process::Stdio;

/// Calls at which a change becomes visible or lasting, and every how manieth is taken in a quick run.
const CALLS: [(&str, usize); 8] = [
    ("renameat2", 1),
    ("rename", 2),
    ("renameat", 2),
    ("unlink", 2),
    ("mkdir", 2),
    ("fsync", 5),
    ("fdatasync", 3),
    ("pwrite64", 7),
];
/// A change makes fewer of each.
const MOST: usize = 200;

/// A shop that is the same each time, with the key that the cookie was signed with.
fn shop(key: &[u8]) -> Shop {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    shop.sandbox.write_bytes("state/admin-key", key);
    shop.sandbox.set_mode("state/admin-key", 0o600);
    shop
}

fn look(when: &str, shop: &Shop, cookies: &BTreeMap<String, String>, token: &str) {
    let is_added = "SELECT count(*) FROM showcase_product WHERE slug = 'xps-15-dell'";
    // Visitors see no hole, not even before anything is mended.
    let has_picture = |media: &BTreeMap<String, Vec<u8>>| media.contains_key("products/neuf.jpg");
    let is_row = shop.ask(is_added) == "1";
    assert!(!is_row || has_picture(&shop.media()), "{when}: a row without its picture");
    let served = serve(shop);
    let mut visitor = Visitor { cookies: cookies.clone(), ..Visitor::new(&served) };
    let stock = [("token", token), ("state", "out"), ("slug", "savane-14")];
    let answer = visitor.post("/admin/products/stock/", &stock);
    assert_eq!(answer.status, 303, "{when}: {}", answer.text());
    drop(served);
    let media = shop.media();
    assert_eq!(shop.ask(is_added) == "1", is_row, "{when}: the row came or went by itself");
    assert_eq!(
        (media.len(), has_picture(&media)),
        (3 + usize::from(is_row), is_row),
        "{when}: {:?}",
        media.keys()
    );
    let undone = shop.at("2026-11-24T08:00:00Z", &["undo", "--confirm", "shop"]);
    assert_eq!(undone.code, 0, "{when}: {}{}", undone.stdout, undone.stderr);
    let left = std::fs::read_dir(shop.sandbox.path("../temporary")).unwrap().flatten();
    for left in left.map(|entry| entry.file_name().into_string().unwrap()) {
        assert!(left.starts_with("tmp") && left.ends_with(".upload.jpg"), "{when}: {left}");
    }
}

#[test]
fn a_server_that_is_killed_in_a_change_leaves_all_of_it_or_nothing_and_the_next_one_goes_on() {
    if !strace::is_there() {
        return;
    }
    let first = Shop::on_sqlite();
    add_user(&first, "amina", HASH, true);
    let served = serve(&first);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let token = token(&visitor.get(ADD));
    let cookies = visitor.cookies.clone();
    let form = multipart(&fields(&token, "XPS 15"), "neuf.jpg", &jpeg(800, 600));
    let key = std::fs::read(first.sandbox.path("state/admin-key")).unwrap();
    drop(served);
    let (mut killed, mut added) = (0, 0);
    for (call, pace) in CALLS {
        for count in (1..MOST).step_by(if is_whole() { 1 } else { pace }) {
            let shop = shop(&key);
            let inject = format!("inject={call}:signal=SIGKILL:when={count}");
            let options = ["-o", "/dev/null", "-e", &format!("trace=?{call}"), "-e", &inject];
            let serve = command(&shop, &["--exit-with-parent"]);
            let Some(served) = start_if(strace::under(&options, &serve).stderr(Stdio::null())) else {
                continue;
            };
            let mut visitor = Visitor { cookies: cookies.clone(), ..Visitor::new(&served) };
            let answer = visitor.exchange("POST", ADD, Some(MULTIPART), &form);
            drop(served);
            if !answer.is_empty() {
                assert!(answer.starts_with(b"HTTP/1.1 303"), "{}", String::from_utf8_lossy(&answer));
                break;
            }
            killed += 1;
            added += usize::from(shop.ask("SELECT count(*) FROM showcase_product") == "4");
            look(&format!("killed at {call} {count}"), &shop, &cookies, &token);
        }
    }
    eprintln!(
        "serve, a product added at /admin/: killed at {killed} of {killed} steps (0 calls masked by another thread)"
    );
    assert!(
        killed >= 10 && added > 0 && added < killed,
        "killed {killed} times, {added} times after the commit"
    );
}
