//! A site built from nothing, a server on it, and a visitor who sends exactly the bytes he is given.

use sitekeep::config::Config;
use sitekeep::db::Price;
use sitekeep::db::Seed;
use sitekeep::db::SeedCategory;
use sitekeep::db::SeedProduct;
use sitekeep::db::SiteSettings;
use sitekeep::db::create_sqlite;
use sitekeep::server;
use sitekeep::server::Address;
use sitekeep::server::Clock;
use sitekeep::server::Options;
use sitekeep::server::Stop;
use sitekeep::server::Stopped;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

/// Nine in the morning in Porto-Novo.
const NOW: &str = "2026-11-22T08:00:00Z";

/// Longest time that anything awaited may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// A site in a folder of its own.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) config: Config,
}

impl World {
    /// A shop of 25 products, three categories and two pictures.
    pub(crate) fn new() -> Self {
        Self::with(&shop())
    }

    pub(crate) fn with(seed: &Seed) -> Self {
        let world = Self::without_database();
        create_sqlite(&world.database(), "showcase", seed, NOW.parse().unwrap()).unwrap();
        world
    }

    pub(crate) fn without_database() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.site.media = folder.path().join("media");
        config.site.url = "https://shop.example".into();
        config.database.path = folder.path().join("db.sqlite3");
        config.database.timeout = Duration::from_secs(5);
        config.serve.page_size = 10;
        config.serve.database_connections = 2;
        std::fs::create_dir_all(config.site.media.join("products")).unwrap();
        let world = Self { folder, config };
        world.file("media/products/one.jpg", b"0123456789");
        world
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.config.database.path.clone()
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        sitekeep::system::fs::write_atomic(&path, content, 0o644).unwrap();
        path
    }

    /// Changes the database as a migration or the shop's owner would.
    pub(crate) fn sql(&self, statements: &str) {
        rusqlite::Connection::open(self.database()).unwrap().execute_batch(statements).unwrap();
    }

    pub(crate) fn start(&self) -> Server {
        self.start_at(Arc::new(|| NOW.parse().unwrap()))
    }

    /// Starts a server whose clock is this one.
    pub(crate) fn start_at(&self, clock: Clock) -> Server {
        let stop = Stop::default();
        let errors = Shared::default();
        let options = Options {
            listen: "127.0.0.1:0".into(),
            exit_with_parent: false,
            signals: false,
            stop: stop.clone(),
            errors: Box::new(errors.clone()),
            clock,
        };
        let (ready, address) = std::sync::mpsc::channel();
        let config = self.config.clone();
        let thread =
            std::thread::spawn(move || server::run(&config, options, |address| ready.send(address).unwrap()));
        let address = match address.recv_timeout(DEADLINE).unwrap() {
            Address::Port(address) => address,
            Address::Socket(path) => panic!("a socket at {}", path.display()),
        };
        Server { address, stop, errors, thread }
    }
}

/// What the server said of its errors.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A server in a thread.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) stop: Stop,
    pub(crate) errors: Shared,
    thread: JoinHandle<anyhow::Result<Stopped>>,
}

impl Server {
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    /// Sends a request whose path is exactly the one given, and reads the answer to its end.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(&request(method, path, headers))
    }

    /// Sends these bytes, and reads the answer to its end.
    pub(crate) fn send(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::parse(&bytes)
    }

    /// Asks again and again until the answer is the one awaited.
    pub(crate) fn await_answer(&self, path: &str, awaited: impl Fn(&Answer) -> bool) -> Answer {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let answer = self.get(path);
            if awaited(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "still {} at {path}: {}", answer.status, answer.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn end(self) -> Stopped {
        self.stop.stop();
        self.join()
    }

    pub(crate) fn join(self) -> Stopped {
        self.thread.join().unwrap().unwrap()
    }
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    request_as("shop.example", method, path, headers)
}

pub(crate) fn request_as(host: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// An answer taken apart.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut body = bytes[end + 4..].to_vec();
        if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
            body = unchunk(&body);
        }
        Self { status, head, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn shows(&self, part: &str) -> bool {
        self.text().contains(part)
    }
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n").expect("a chunk");
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
}

/// Exchanges the database by rename, as a restore does.
pub(crate) fn replace_database(world: &World, seed: &Seed) {
    let aside = world.folder.path().join("restored.sqlite3");
    create_sqlite(&aside, "showcase", seed, NOW.parse().unwrap()).unwrap();
    std::fs::rename(&aside, world.database()).unwrap();
}

pub(crate) fn rename(from: &Path, to: &Path) {
    std::fs::rename(from, to).unwrap();
}

pub(crate) fn category(slug: &str, parent: Option<&str>) -> SeedCategory {
    SeedCategory {
        name: format!("Rayon {slug}"),
        slug: slug.into(),
        icon: String::new(),
        parent: parent.map(Into::into),
    }
}

/// A product whose number decides its time: the higher, the newer.
pub(crate) fn product(number: i64, category: &str) -> SeedProduct {
    let start: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    SeedProduct {
        name: format!("Produit {number:02}"),
        slug: format!("produit-{number:02}"),
        brand: "Acme".into(),
        description: format!("Description numéro {number}"),
        price: Price(number * 100_000),
        image: "products/one.jpg".into(),
        category: category.into(),
        subcategory: None,
        in_stock: number % 2 == 0,
        featured: number % 10 == 0,
        created_at: start + jiff::SignedDuration::from_hours(number),
    }
}

/// 25 products: 1-20 in `portables` below `ordinateurs`, 21-24 in `audio`, 25 only by its sub-category.
pub(crate) fn shop() -> Seed {
    let mut products: Vec<SeedProduct> = (1..=20).map(|number| product(number, "portables")).collect();
    products.extend((21..=24).map(|number| product(number, "audio")));
    products.push(SeedProduct { subcategory: Some("portables".into()), ..product(25, "audio") });
    Seed {
        categories: vec![
            category("ordinateurs", None),
            category("portables", Some("ordinateurs")),
            category("audio", None),
        ],
        products,
        settings: Some(SiteSettings {
            whatsapp_number: "+229 01 23 45 67".into(),
            contact_email: "contact@shop.example".into(),
            contact_phone: "+229 00 00 00 01".into(),
            contact_address: "Cotonou, Bénin".into(),
            company_name: "Chez Éléonore & fils".into(),
            company_description: "Votre boutique".into(),
        }),
        sessions: Vec::new(),
    }
}
