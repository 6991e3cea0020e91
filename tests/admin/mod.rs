//! `/admin/` of `sitekeep serve`, met as a browser meets it, on both databases.

mod doors;
mod hostile;
mod killed;
mod sessions;
mod uploads;
mod visitor;

use crate::django::MODELS;
use crate::django::python;
use crate::products::Shop;
use crate::products::on_both_with_users;
use crate::sandbox::jpeg;
use crate::server::world::Answer;
use std::process::Command;
use visitor::HASH;
use visitor::PASSWORD;
use visitor::Visitor;
use visitor::add_user;
use visitor::hidden;
use visitor::serve;
use visitor::token;

pub const ADD: &str = "/admin/products/add/";

pub fn fields<'a>(token: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("token", token),
        ("name", name),
        ("brand", "Dell"),
        ("price", "850 000"),
        ("description", "Première ligne\r\n<b>seconde</b>"),
        ("category", "ordinateurs"),
        ("in_stock", "on"),
    ]
}

/// Presses the button that stands beside a change of the product.
fn undo(visitor: &mut Visitor<'_>, token: &str, command: &str) -> Answer {
    let page = visitor.get("/admin/changes/");
    let text = page.text();
    let line = text.split(&format!("{command} xps-15-dell (amina)")).nth(1).expect(command);
    let run =
        line.split("name=\"run\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect(command);
    visitor.post("/admin/changes/", &[("token", token), ("run", run)])
}

pub fn count(shop: &Shop) -> String {
    shop.ask("SELECT count(*) FROM showcase_product")
}

#[test]
fn a_product_is_added_changed_deleted_and_each_is_undone_from_the_page() {
    on_both_with_users("admin_life", |shop| {
        add_user(shop, "amina", HASH, true);
        let served = serve(shop);
        let mut visitor = Visitor::logged_in(&served, "amina");
        let (rows, media) = (shop.rows(), shop.media());
        let form = visitor.get(ADD);
        let token = token(&form);
        let answer =
            visitor.upload(ADD, &fields(&token, "XPS <15>"), "C:\\photos\\mon été.jpg", &jpeg(800, 600));
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert!(visitor.get("/admin/").shows("XPS &#60;15&#62;"));
        let image = shop.ask("SELECT image FROM showcase_product WHERE slug = 'xps-15-dell'");
        assert_eq!(image, "products/mon_été.jpg");
        assert_eq!(shop.media()[&image], jpeg(800, 600));
        assert_eq!(
            shop.ask("SELECT CAST(price AS integer) FROM showcase_product WHERE slug = 'xps-15-dell'"),
            "850000"
        );

        let page = visitor.get("/admin/products/xps-15-dell/");
        let version = hidden(&page, "version");
        let mut changed = fields(&token, "XPS 16");
        changed.push(("version", &version));
        assert_eq!(visitor.post("/admin/products/xps-15-dell/", &changed).status, 303);
        assert_eq!(shop.ask("SELECT name FROM showcase_product WHERE slug = 'xps-15-dell'"), "XPS 16");
        // The page that was open before knows an older product.
        let again = visitor.post("/admin/products/xps-15-dell/", &changed);
        assert_eq!(again.status, 409);
        assert!(again.shows("modifié entre-temps") && again.shows("XPS 16"), "{}", again.text());

        let ask = visitor.get("/admin/products/xps-15-dell/delete/");
        let version = hidden(&ask, "version");
        let gone =
            visitor.post("/admin/products/xps-15-dell/delete/", &[("token", &token), ("version", &version)]);
        assert_eq!(gone.status, 303, "{}", gone.text());
        assert_eq!(count(shop), "3");
        // Out of its order, a change is not taken back.
        let early = undo(&mut visitor, &token, "products update");
        assert_eq!(early.status, 409);
        assert!(early.shows("Rien n&#39;a été enregistré"), "{}", early.text());
        for command in ["products delete", "products update", "products add"] {
            let answer = undo(&mut visitor, &token, command);
            assert!(answer.status == 200 && answer.shows("C&#39;est annulé"), "{command}: {}", answer.text());
        }
        assert_eq!(shop.rows(), rows);
        assert_eq!(shop.media(), media);
    });
}

#[test]
fn stock_is_set_for_several_at_once_and_lists_are_filtered() {
    on_both_with_users("admin_stock", |shop| {
        add_user(shop, "amina", HASH, true);
        let served = serve(shop);
        let mut visitor = Visitor::logged_in(&served, "amina");
        let page = visitor.get("/admin/?q=savane");
        assert!(page.shows("1 produit."), "{}", page.text());
        let all = visitor.get("/admin/");
        let slugs: Vec<String> = all
            .text()
            .split("name=\"slug\" value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        assert_eq!(slugs.len(), 3);
        let token = token(&all);
        let mut ticked = vec![("token", token.as_str()), ("state", "out"), ("list", "q=&page=1")];
        ticked.extend(slugs.iter().map(|slug| ("slug", slug.as_str())));
        assert_eq!(visitor.post("/admin/products/stock/", &ticked).status, 303);
        assert!(visitor.get("/admin/?stock=in").shows("Aucun produit."));
        assert!(visitor.get("/admin/?stock=out").shows("3 produits."));
        let none = visitor.post("/admin/products/stock/", &[("token", &token), ("state", "in")]);
        assert_eq!(none.status, 422);
        assert!(visitor.get("/admin/categories/").shows("Ordinateurs"));
    });
}

#[test]
fn a_click_while_another_run_is_at_work_changes_nothing_and_says_so() {
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let token = token(&visitor.get(ADD));
    let held = sitekeep::system::lock::acquire(
        &shop.sandbox.path("state/lock"),
        std::time::Duration::ZERO,
        "a restore",
    )
    .unwrap();
    let answer = visitor.upload(ADD, &fields(&token, "XPS 15"), "a.jpg", &jpeg(800, 600));
    assert_eq!(answer.status, 409);
    assert!(answer.shows("Une autre opération est en cours") && answer.shows("value=\"XPS 15\""));
    assert_eq!(count(&shop), "3");
    drop(held);
    assert_eq!(visitor.upload(ADD, &fields(&token, "XPS 15"), "a.jpg", &jpeg(800, 600)).status, 303);
}

const READ: &str = r#"
import sys
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "showcase"],
    SECRET_KEY="only-for-this-test", USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.contrib.auth.models import User
from showcase.models import Product
product = Product.objects.get(slug="xps-15-dell")
product.full_clean(exclude=["subcategory"])
assert product.price == 850000 and product.category.slug == "ordinateurs" and product.in_stock is True
assert product.featured is False and product.image == "products/a.jpg", product.image
assert User.objects.get(username="amina").last_login.isoformat() == "2026-11-23T08:00:00+00:00"
print("read")
"#;

#[test]
fn django_reads_what_was_added() {
    let Some(python) = python() else { return };
    let shop = Shop::on_sqlite();
    add_user(&shop, "amina", HASH, true);
    let served = serve(&shop);
    let mut visitor = Visitor::logged_in(&served, "amina");
    let token = token(&visitor.get(ADD));
    assert_eq!(visitor.upload(ADD, &fields(&token, "XPS 15"), "a.jpg", &jpeg(800, 600)).status, 303);
    for (name, text) in [("read.py", READ), ("showcase/models.py", MODELS), ("showcase/__init__.py", "")] {
        shop.sandbox.write(name, text);
    }
    let output = Command::new(python)
        .args(["read.py", "backend/db.sqlite3"])
        .current_dir(shop.sandbox.path(""))
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("read"), "{told}");
}

const CREATE: &str = r#"
import sys
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    SECRET_KEY="only-for-this-test", USE_TZ=True,
)
django.setup()
from django.contrib.auth.models import User
User.objects.create_superuser("éléonore", "e@shop.example", sys.argv[2])
print("made")
"#;

#[test]
fn a_user_whom_django_made_logs_in() {
    let Some(python) = python() else { return };
    let shop = Shop::on_sqlite();
    shop.sandbox.write("create.py", CREATE);
    let output = Command::new(python)
        .args(["create.py", "backend/db.sqlite3", PASSWORD])
        .current_dir(shop.sandbox.path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let served = serve(&shop);
    // Typed on a machine that writes an accent as a letter of its own.
    let mut visitor = Visitor::logged_in(&served, " e\u{301}le\u{301}onore ");
    assert!(visitor.get("/admin/").shows("éléonore"));
}
