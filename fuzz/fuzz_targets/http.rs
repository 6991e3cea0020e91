//! Requests to the bundled server: never a failure of ours, JSON that parses, a bounded answer, and nothing written.

#![no_main]

use axum::body::Body;
use axum::http::Method;
use axum::http::Request;
use libfuzzer_sys::fuzz_target;
use sitekeep::config::Config;
use sitekeep::db;
use std::sync::Arc;
use std::sync::LazyLock;
use tokio::runtime::Runtime;
use worlds::Scratch;

struct Shop {
    scratch: Scratch,
    app: sitekeep::server::App,
    runtime: Runtime,
    database: Vec<u8>,
}

const METHODS: [Method; 4] = [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST];
const LARGEST: usize = 4 << 20;

static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let scratch = Scratch::new();
    let mut config = Config::default();
    config.site.media = scratch.path("media");
    config.site.url = "https://shop.example".into();
    config.database.path = scratch.path("db.sqlite3");
    config.serve.database_connections = 1;
    scratch.write("media/products/one.jpg", b"0123456789");
    let category = db::SeedCategory {
        name: "Écrans".into(),
        slug: "ecrans".into(),
        icon: String::new(),
        parent: None,
    };
    let product = |number: i64| db::SeedProduct {
        name: format!("Écran <{number}>"),
        slug: format!("ecran-{number}"),
        brand: "Akwa".into(),
        description: "livré à Cotonou".into(),
        price: db::Price(number * 10_000),
        image: "products/one.jpg".into(),
        category: "ecrans".into(),
        subcategory: None,
        in_stock: number % 2 == 0,
        featured: number == 1,
        created_at: worlds::now(),
    };
    let seed =
        db::Seed { categories: vec![category], products: (1..30).map(product).collect(), ..Default::default() };
    db::create_sqlite(&config.database.path, "showcase", &seed, worlds::now()).expect("a database");
    let clock: sitekeep::server::Clock = Arc::new(worlds::now);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let app = {
        let _inside = runtime.enter();
        sitekeep::server::app(&config, &clock, Box::new(std::io::stderr())).expect("a server")
    };
    let database = std::fs::read(&config.database.path).expect("a database");
    Shop { scratch, app, runtime, database }
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let [target, headers] = worlds::parts(rest);
    let Ok(target) = std::str::from_utf8(target) else { return };
    let method = METHODS[usize::from(choice % 4)].clone();
    let mut request = Request::builder().method(method.clone()).uri(format!("/{target}"));
    for line in headers.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        request = request.header(&line[..colon], &line[colon + 1..]);
    }
    let Ok(request) = request.body(Body::empty()) else { return };
    let shop = &*SHOP;
    let (status, headers, body) = shop.runtime.block_on(async {
        let answer = shop.app.answer(request).await;
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, LARGEST).await.expect("a bounded body");
        (parts.status, parts.headers, body)
    });
    assert!(status.as_u16() < 500, "{status}");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let is = |kind: &str| headers.get("content-type").is_some_and(|it| it.as_bytes().starts_with(kind.as_bytes()));
    if is("application/json") && !body.is_empty() && !headers.contains_key("content-encoding") {
        serde_json::from_slice::<serde_json::Value>(&body).expect("JSON");
    }
    if method == Method::HEAD {
        assert!(body.is_empty());
    }
    assert_eq!(std::fs::read(shop.scratch.path("db.sqlite3")).expect("a database"), shop.database);
});
