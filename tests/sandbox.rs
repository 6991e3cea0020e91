//! A world of its own for one test: a site in a folder with a space and an accent, and the binary to run on it.

use image::ImageFormat;
use sitekeep::db::Price;
use sitekeep::db::Seed;
use sitekeep::db::SeedCategory;
use sitekeep::db::SeedProduct;
use sitekeep::db::SiteSettings;
use sitekeep::db::create_sqlite;
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use tempfile::TempDir;

/// The time at which every test happens.
pub const NOW: &str = "2026-11-23T08:00:00Z";

pub struct Sandbox {
    folder: TempDir,
    root: PathBuf,
}

/// What a run of the binary came to.
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn says(self, part: &str) -> Self {
        assert!(
            self.stdout.contains(part),
            "`{part}` is not in stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn complains(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "`{part}` is not in stderr:\n{}", self.stderr);
        self
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}):\n{}\nstderr:\n{}", self.stdout, self.stderr))
    }
}

/// Findings of a JSON report with an identifier and a status.
pub fn findings<'a>(report: &'a serde_json::Value, id: &str, status: &str) -> Vec<&'a serde_json::Value> {
    report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["id"] == id && finding["status"] == status)
        .collect()
}

impl Sandbox {
    /// An empty folder.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site d'été");
        std::fs::create_dir(&root).unwrap();
        std::fs::create_dir(folder.path().join("temporary")).unwrap();
        Self { folder, root }
    }

    /// A site of the guide's schema: three products with pictures, and a configuration that leaves the host out.
    pub fn site() -> Self {
        let sandbox = Self::empty();
        std::fs::create_dir_all(sandbox.path("backend/media/products")).unwrap();
        for product in seed().products {
            sandbox.write_bytes(&format!("backend/media/{}", product.image), &jpeg(80, 60));
        }
        create_sqlite(&sandbox.path("backend/db.sqlite3"), "showcase", &seed(), NOW.parse().unwrap())
            .unwrap();
        sandbox.write("backend/.env", "DEBUG=False\nSECRET_KEY=canary-5f2c9a\n");
        sandbox.configure("");
        sandbox
    }

    /// Writes sitekeep.toml: where things are, and `more` settings.
    pub fn configure(&self, more: &str) {
        self.write(
            "sitekeep.toml",
            &format!("[site]\nname = \"shop\"\nenv_file = \"backend/.env\"\n[state]\ndirectory = \"state\"\n[logs]\nsystem = \"off\"\n{more}"),
        );
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub fn write(&self, relative: &str, text: &str) {
        self.write_bytes(relative, text.as_bytes());
    }

    pub fn write_bytes(&self, relative: &str, bytes: &[u8]) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn set_mode(&self, relative: &str, mode: u32) {
        std::fs::set_permissions(self.path(relative), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// The binary with this sandbox's environment and nothing of the tester's.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sitekeep"));
        command
            .args(arguments)
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path().join("temporary"))
            .env("SITEKEEP_NOW", NOW)
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(&mut self.command(arguments))
    }

    #[track_caller]
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Outcome {
        outcome(self.command(arguments).envs(variables.iter().copied()))
    }
}

/// The command, started by another program with arguments of its own before it; in the same folder, with the same
/// environment and nothing of the tester's.
pub fn under(program: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(program[0]);
    outer.args(&program[1..]).arg(command.get_program()).args(command.get_args());
    outer.current_dir(command.get_current_dir().unwrap()).env_clear().stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        outer.env(name, value.unwrap_or_default());
    }
    outer
}

#[track_caller]
pub fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    Outcome {
        code: output.status.code().expect("an exit code"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Three products, one featured, one out of stock; names with quotes and accents.
pub fn seed() -> Seed {
    let category = |name: &str, slug: &str, parent: Option<&str>| SeedCategory {
        name: name.into(),
        slug: slug.into(),
        icon: String::new(),
        parent: parent.map(Into::into),
    };
    let product = |name: &str, slug: &str, price: i64, subcategory: &str, in_stock: bool| SeedProduct {
        name: name.into(),
        slug: slug.into(),
        brand: "Akwa".into(),
        description: format!("{name}, livré à Cotonou"),
        price: Price(price * 100),
        image: format!("products/{slug}.jpg"),
        category: "ordinateurs".into(),
        subcategory: Some(subcategory.into()),
        in_stock,
        featured: slug == "savane-14",
        created_at: NOW.parse().unwrap(),
    };
    Seed {
        categories: vec![
            category("Ordinateurs", "ordinateurs", None),
            category("Portables", "portables", Some("ordinateurs")),
            category("Écrans", "ecrans", Some("ordinateurs")),
        ],
        products: vec![
            product("Savane 14\" <Pro> & Étui", "savane-14", 385_000, "portables", true),
            product("Atlas Voyage", "atlas-voyage", 540_000, "portables", false),
            product("Écran Baobab", "ecran-baobab", 98_500, "ecrans", true),
        ],
        settings: Some(SiteSettings {
            whatsapp_number: "2290197000000".into(),
            contact_email: "bonjour@shop.example".into(),
            contact_phone: "+229 01 97 00 00 00".into(),
            contact_address: "Cotonou".into(),
            company_name: "Boutique".into(),
            company_description: "Une boutique.".into(),
        }),
        sessions: vec![],
    }
}

/// A picture whose bytes decode.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), 128])
    });
    image::DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}
