//! Answers kept in memory: given again while nothing is written, and never once anything was.

use super::world::Server;
use super::world::World;
use super::world::product;
use super::world::replace_database;
use super::world::shop;
use crate::postgres::cluster;
use sitekeep::db::SeedProduct;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

/// A world whose server tells its metrics at the address returned.
fn measured(mut world: World) -> (World, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    world.config.serve.metrics_listen = Some(port.clone());
    (world, port)
}

/// The value of a metric.
fn metric(port: &str, name: &str) -> u64 {
    let text =
        ureq::get(format!("http://{port}/metrics")).call().unwrap().body_mut().read_to_string().unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

fn name_of_first(server: &Server) -> String {
    let answer = server.get("/api/products/produit-01/");
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["name"].as_str().unwrap().to_owned()
}

#[test]
fn an_answer_is_given_again_without_asking_the_database() {
    let (world, port) = measured(World::new());
    let server = world.start();
    let first = server.get("/api/products/?search=produit&page=2&ordering=price");
    let asked = metric(&port, "sitekeep_database_questions_total");
    // The same question in other words.
    let again = server.get("/api/products/?page=2&ordering=%70rice&&search=produit");
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(metric(&port, "sitekeep_database_questions_total"), asked);
    assert_eq!(metric(&port, "sitekeep_answers_served_total"), 1);
    assert!(metric(&port, "sitekeep_answers_bytes") > first.body.len() as u64);
}

#[test]
fn visitors_by_another_address_in_another_form_or_with_another_page_get_their_own_answer() {
    let world = World::new();
    let server = world.start();
    let ask = |path: &str, headers: &[(&str, &str)]| server.ask("GET", path, headers).text();
    for _ in 0..2 {
        assert!(ask("/api/", &[]).contains("\"http://shop.example/api/products/\""));
        assert!(ask("/api/", &[("X-Forwarded-Proto", "https")]).contains("\"https://shop.example/api/"));
        assert!(ask("/api/.json", &[]).contains("\"http://shop.example/api/products.json\""));
        assert!(ask("/api/", &[("Accept", "application/json; indent=2")]).contains("{\n  \"categories\""));
        assert!(ask("/api/", &[("Accept", "text/html")]).starts_with("<!DOCTYPE html>"));
        assert!(ask("/api/products/?page=1", &[]).contains("Produit 25"));
        assert!(ask("/api/products/?page=3", &[]).contains("Produit 05"));
        assert!(ask("/api/products/?page=9", &[]).contains("Page non valide"));
        assert!(ask("/api/products/?price_min=x", &[]).contains("Saisissez un nombre"));
    }
}

#[test]
fn the_greeting_follows_the_hour_although_the_rows_stay_as_they_are() {
    let world = World::new();
    let seconds = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&seconds);
    let server = world.start_at(Arc::new(move || {
        let nine: jiff::Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        nine + jiff::SignedDuration::from_secs(clock.load(Ordering::SeqCst))
    }));
    let greets = |word: &str| server.get("/api/products/produit-01/").shows(&format!("?text={word}%20"));
    for hours in [0, 24] {
        seconds.store(hours * 3600, Ordering::SeqCst);
        assert!(greets("Bonjour") && greets("Bonjour"));
        seconds.store((hours + 3) * 3600, Ordering::SeqCst);
        assert!(greets("Bonsoir") && greets("Bonsoir"));
    }
}

/// Changes a row again and again while readers ask; each then looks whether what he got is as new as what was
/// committed before he asked.
fn no_reader_sees_the_past(journal: &str) {
    let world = World::new();
    world.sql(&format!("PRAGMA journal_mode = {journal}"));
    let server = world.start();
    let writer = rusqlite::Connection::open(world.database()).unwrap();
    writer.busy_timeout(std::time::Duration::from_secs(20)).unwrap();
    writer.execute("UPDATE showcase_product SET name = '0' WHERE slug = 'produit-01'", []).unwrap();
    let (committed, ended) = (AtomicI64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut last = 0;
                while !ended.load(Ordering::SeqCst) {
                    let least = committed.load(Ordering::SeqCst);
                    let seen: i64 = name_of_first(&server).parse().unwrap();
                    assert!(seen >= least.max(last), "{journal}: {seen} after {least} and {last}");
                    last = seen;
                }
            });
        }
        for number in 1..=200_i64 {
            let change = "UPDATE showcase_product SET name = $1 WHERE slug = 'produit-01'";
            writer.execute(change, [number.to_string()]).unwrap();
            committed.store(number, Ordering::SeqCst);
            assert_eq!(name_of_first(&server), number.to_string(), "{journal}");
        }
        ended.store(true, Ordering::SeqCst);
    });
}

#[test]
fn no_reader_sees_the_past_once_a_change_is_committed() {
    no_reader_sees_the_past("DELETE");
}

#[test]
fn no_reader_sees_the_past_in_a_database_that_writes_ahead() {
    no_reader_sees_the_past("WAL");
}

#[test]
fn a_database_put_in_the_place_of_another_is_told_from_the_first_answer_on() {
    let (world, port) = measured(World::new());
    let server = world.start();
    for number in 0..20 {
        let mut restored = shop();
        restored.products = vec![SeedProduct { name: format!("Rescapé {number}"), ..product(1, "audio") }];
        replace_database(&world, &restored);
        assert_eq!(name_of_first(&server), format!("Rescapé {number}"));
        assert_eq!(name_of_first(&server), format!("Rescapé {number}"));
    }
    assert_eq!(metric(&port, "sitekeep_answers_served_total"), 20);
}

#[test]
fn a_column_that_a_migration_drops_is_missed_at_once() {
    let world = World::new();
    let server = world.start();
    assert_eq!(server.get("/api/products/produit-02/").json()["in_stock"], true);
    world.sql("ALTER TABLE showcase_product DROP COLUMN featured");
    assert!(server.get("/api/products/produit-02/").json()["featured"].is_null());
    world.sql("ALTER TABLE showcase_product ADD COLUMN featured bool NOT NULL DEFAULT 1");
    assert_eq!(server.get("/api/products/produit-02/").json()["featured"], true);
}

#[test]
fn nothing_is_kept_where_nothing_is_to_be() {
    let (mut world, port) = measured(World::new());
    world.config.serve.answers_size = sitekeep::units::ByteSize(0);
    let server = world.start();
    name_of_first(&server);
    name_of_first(&server);
    assert_eq!(metric(&port, "sitekeep_answers_served_total"), 0);
    assert_eq!(metric(&port, "sitekeep_database_questions_total"), 2);
}

#[test]
fn a_thousand_different_questions_stay_within_the_limit() {
    let (mut world, port) = measured(World::new());
    world.config.serve.answers_size = sitekeep::units::ByteSize(50_000);
    let server = world.start();
    for number in 0..100 {
        assert_eq!(server.get(&format!("/api/products/?page_of={number}")).status, 200);
        assert!(metric(&port, "sitekeep_answers_bytes") <= 50_000);
    }
    assert!(metric(&port, "sitekeep_answers_bytes") > 0);
}

#[test]
fn on_postgresql_an_answer_holds_until_anybody_commits() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("fresh", super::engines::SHOP);
    let (mut world, port) = measured(World::without_database());
    world.config.database.url = Some(url.clone());
    let server = world.start();
    let name = || server.get("/api/products/ecran-24/").json()["name"].as_str().unwrap().to_owned();
    let mut owner = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    for number in 0..50 {
        let change = format!("UPDATE showcase_product SET name = 'Écran {number}' WHERE id = 1");
        owner.execute(change.as_str(), &[]).unwrap();
        assert_eq!(name(), format!("Écran {number}"));
    }
    // The rest of the cluster may commit, too: of many questions at least one falls between.
    let served = metric(&port, "sitekeep_answers_served_total");
    for _ in 0..200 {
        assert_eq!(name(), "Écran 49");
    }
    assert!(metric(&port, "sitekeep_answers_served_total") > served);
    let mut open = owner.transaction().unwrap();
    open.execute("UPDATE showcase_product SET name = 'Brouillon' WHERE id = 1", &[]).unwrap();
    assert_eq!(name(), "Écran 49");
    open.commit().unwrap();
    assert_eq!(name(), "Brouillon");
}
