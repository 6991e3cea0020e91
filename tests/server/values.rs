//! Values that mean no good: in parameters, paths and ranges they break no answer and lead nowhere.

use super::world::World;
use crate::postgres::cluster;

const ENDPOINTS: [&str; 12] = [
    "/api/",
    "/api/products/",
    "/api/products/featured/",
    "/api/products/recent/",
    "/api/products/brands/",
    "/api/products/stats/",
    "/api/categories/",
    "/api/categories/main_categories/",
    "/api/settings/",
    "/api/schema/",
    "/products",
    "/",
];

const PARAMETERS: [&str; 14] = [
    "page",
    "search",
    "ordering",
    "category",
    "brand",
    "in_stock",
    "featured",
    "price_min",
    "price_max",
    "format",
    "sort",
    "order",
    "w",
    "%FF%00",
];

fn nasty() -> Vec<String> {
    let mut values: Vec<String> = [
        "%27%20OR%201=1--",
        "%27;DROP%20TABLE%20showcase_product;--",
        "%22%20UNION%20SELECT%20password%20FROM%20auth_user",
        "%00",
        "a%00b",
        "%FF%FE",
        "%C3%28",
        "%ED%A0%80",
        "%",
        "%zz",
        "%25%5F%5C",
        "-1",
        "1e400",
        "NaN",
        "-Infinity",
        "0x10",
        "%E2%80%A8%F0%9F%98%80",
        "../../../etc/passwd",
        "%7B%7B7*7%7D%7D",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%22%22%22",
        "$1",
        "%0D%0ASet-Cookie:%20a=b",
    ]
    .map(str::to_owned)
    .into();
    values.extend(["9".repeat(400), "a%20".repeat(150), "(".repeat(400), "%C3%A9".repeat(200)]);
    values
}

fn refuses_every_nasty_value(world: &World) {
    let server = world.start();
    let ask = |path: &str| {
        let answer = server.get(path);
        let told = matches!(answer.status, 200 | 301 | 308 | 400 | 404);
        assert!(told, "{} {path}: {} {}", answer.status, answer.text(), server.errors.text());
        assert!(!answer.shows("<script>alert") && answer.header("set-cookie").is_none(), "{path}");
        answer.status
    };
    for value in nasty() {
        let all: Vec<String> = PARAMETERS.iter().map(|name| format!("{name}={value}")).collect();
        for path in ENDPOINTS {
            ask(&format!("{path}?{}", all.join("&")));
        }
        for path in ["/api/products/", "/api/categories/", "/products"] {
            for pair in &all {
                ask(&format!("{path}?{pair}"));
            }
        }
        for path in ["/api/products/", "/api/categories/", "/products/", "/media/", "/static/", "/"] {
            assert_ne!(ask(&format!("{path}{value}")), 200, "{path}{value}");
        }
        ask(&format!("/api/products/{value}/"));
        assert_ne!(ask(&format!("/api/categories/{value}/products/")), 200, "{value}");
    }
    assert!(server.get("/api/products/").status == 200);
    assert!(!server.errors.text().contains("panicked"), "{}", server.errors.text());
}

#[test]
fn no_value_of_any_parameter_breaks_an_answer_on_sqlite() {
    let world = World::new();
    refuses_every_nasty_value(&world);
    assert_eq!(world.start().get("/api/products/").json()["count"], 25);
}

#[test]
fn no_value_of_any_parameter_breaks_an_answer_on_postgresql() {
    let Some(cluster) = cluster() else { return };
    let mut world = World::without_database();
    world.config.database.url = Some(cluster.create("hostile", super::engines::SHOP));
    refuses_every_nasty_value(&world);
    assert_eq!(world.start().get("/api/products/").json()["count"], 2);
}

#[test]
fn no_spelling_of_a_path_leads_out_of_the_media_folder() {
    let world = World::new();
    world.file("secret.txt", b"the secret");
    world.file("media/.hidden", b"the secret");
    let server = world.start();
    let ups = [
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "..%00",
        "%c0%ae%c0%ae",
        "..;",
        "....",
        "%2e%2e%2f..",
        "..%5c..",
        "\\..",
        "%uff0e%uff0e",
    ];
    let slashes = ["/", "%2f", "%2F", "%5c", "\\", "//", "/./", "%252f", "%c0%af"];
    for up in ups {
        for slash in slashes {
            for start in ["/media/", "/media/products/", "/media", "/static/", "/"] {
                let path = format!("{start}{up}{slash}secret.txt");
                let answer = server.get(&path);
                assert!(!answer.shows("the secret"), "{path}");
                assert!(matches!(answer.status, 301 | 308 | 400 | 404), "{path}: {}", answer.status);
            }
        }
    }
    for path in ["/media/.hidden", "/media/%2ehidden", "/media//.hidden", "/media/products/..%2f.hidden"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn no_range_gets_more_than_there_is() {
    let world = World::new();
    let server = world.start();
    for (range, status, body) in [
        ("bytes=0-0", 206, "0"),
        ("bytes=-1", 206, "9"),
        ("bytes=9-", 206, "9"),
        ("bytes=5-99999999999999999999", 206, "56789"),
        ("bytes=-99999999999999999999", 206, "0123456789"),
        ("bytes=10-", 416, ""),
        ("bytes=-0", 416, ""),
        ("bytes=99999999999999999999-", 416, ""),
        ("bytes=5-2", 200, "0123456789"),
        ("bytes=", 200, "0123456789"),
        ("bytes=a-b", 200, "0123456789"),
        ("lines=0-1", 200, "0123456789"),
        ("bytes=+1-2", 200, "0123456789"),
        ("bytes=0x1-2", 200, "0123456789"),
    ] {
        let answer = server.ask("GET", "/media/products/one.jpg", &[("Range", range)]);
        assert_eq!((answer.status, answer.text().as_str()), (status, body), "{range}");
    }
    // The more parts are asked for, the less is sent.
    let flood = format!("bytes={}0-0", "0-,".repeat(5000));
    let answer = server.ask("GET", "/media/products/one.jpg", &[("Range", flood.as_str())]);
    assert!(answer.body.len() <= 10, "{}", answer.status);
}
