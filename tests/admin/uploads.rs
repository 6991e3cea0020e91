//! Pictures and forms as browsers send them, and as nobody should.

use super::ADD;
use super::count;
use super::fields;
use super::visitor::HASH;
use super::visitor::MULTIPART;
use super::visitor::Visitor;
use super::visitor::add_user;
use super::visitor::multipart;
use super::visitor::serve;
use super::visitor::token;
use crate::products::Shop;
use crate::sandbox::jpeg;

#[test]
fn a_picture_against_the_rules_is_refused_with_the_reason_and_the_form_kept() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let token = token(&visitor.get(ADD));
    let whole = jpeg(800, 600);
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("a.jpg", vec![b'x'; 3_000_000], "Cette image pèse 3,0"),
        ("a.jpg", b"<html>hello</html>".to_vec(), "n&#39;est pas une image"),
        ("a.jpg", whole[..whole.len() / 2].to_vec(), "abîmée ou incomplète"),
        ("a.png", whole.clone(), "renommez-la en .jpg"),
        ("", Vec::new(), "L&#39;image est obligatoire."),
    ];
    let media = shop.media();
    for (name, content, reason) in cases {
        let answer = visitor.upload(ADD, &fields(&token, "XPS 15"), name, &content);
        assert_eq!(answer.status, 422, "{name}: {reason}");
        assert!(answer.shows(reason) && answer.shows("value=\"XPS 15\""), "{reason}: {}", answer.text());
        assert!(answer.shows("&#60;b&#62;seconde"), "{}", answer.text());
    }
    let mut wrong = fields(&token, "");
    wrong[3].1 = "450,000";
    let answer = visitor.upload(ADD, &wrong, "a.jpg", &whole);
    assert!(
        answer.shows("Ce champ est obligatoire.") && answer.shows("Écrivez un nombre"),
        "{}",
        answer.text()
    );
    assert_eq!((count(&shop).as_str(), shop.media()), ("3", media));
}

#[test]
fn the_name_of_a_picture_leads_nowhere_but_among_the_products() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let token = token(&visitor.get(ADD));
    let long = format!("{}.jpg", "é".repeat(200));
    for (number, name) in
        ["../../../../etc/cron.d/x.jpg", "..\\..\\x.jpg", "/etc/y.jpg", ".jpg.jpg", "a%2f..%2fb.jpg", &long]
            .into_iter()
            .enumerate()
    {
        let product = format!("Produit {number}");
        let answer = visitor.upload(ADD, &fields(&token, &product), name, &jpeg(800, 600));
        assert_eq!(answer.status, 303, "{name}: {}", answer.text());
    }
    let media = shop.media();
    assert_eq!(media.len(), 9);
    for name in media.keys() {
        let file = name.strip_prefix("products/").unwrap_or_else(|| panic!("{name}"));
        assert!(!file.contains(['/', '\\', '%']) && !file.starts_with('.') && file.len() <= 255, "{name}");
    }
    assert!(
        std::fs::read_dir(shop.sandbox.path("../temporary")).unwrap().next().is_none(),
        "uploads are left"
    );
}

#[test]
fn what_is_no_form_or_far_too_much_is_refused_and_nothing_is_kept() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let token = token(&visitor.get(ADD));
    let good = multipart(&fields(&token, "XPS 15"), "a.jpg", &jpeg(800, 600));
    let cut = &good[..good.len() / 2];
    assert_eq!(visitor.send("POST", ADD, Some(MULTIPART), cut).status, 400);
    let mut latin = multipart(&[("token", &token), ("name", "Caf?")], "a.jpg", b"");
    let at = latin.iter().position(|byte| *byte == b'?').unwrap();
    latin[at] = 0xe9;
    assert_eq!(visitor.send("POST", ADD, Some(MULTIPART), &latin).status, 400);
    let many: Vec<(&str, &str)> = std::iter::repeat_n(("slug", "x"), 300).collect();
    assert_eq!(visitor.upload(ADD, &many, "a.jpg", b"").status, 413);
    let long = "x".repeat(600_000);
    assert_eq!(visitor.post(ADD, &[("token", &token), ("description", &long)]).status, 413);
    assert_eq!(visitor.send("POST", ADD, Some(MULTIPART), b"nothing of the kind").status, 400);
    assert_eq!(visitor.send("PUT", ADD, Some(MULTIPART), &good).status, 405);
    // The token comes first, but the one that counts is the session's.
    let mut stranger = Visitor::new(&served);
    assert_eq!(stranger.send("POST", ADD, Some(MULTIPART), &good).status, 403);
    assert_eq!(count(&shop), "3");
    assert!(std::fs::read_dir(shop.sandbox.path("../temporary")).unwrap().next().is_none());
    assert_eq!(visitor.send("POST", ADD, Some(MULTIPART), &good).status, 303);
}
