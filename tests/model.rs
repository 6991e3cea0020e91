//! Random series of backups, changes, restores, undos and rotations, each step held against a model that knows what the
//! site must be. A failure names its seed: `SITEKEEP_SEED=N cargo test --locked --test it model::` runs it again.

use crate::crash::Random;
use crate::restore::run;
use crate::restore::tree;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

const STEPS: usize = 16;
const SLUGS: [&str; 3] = ["savane-14", "atlas-voyage", "ecran-baobab"];

/// A site as people know it, in the parts that a restore exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Site {
    /// Price of each product.
    rows: BTreeMap<String, String>,
    /// Mode and content of each file.
    media: BTreeMap<String, (u32, Vec<u8>)>,
    env: String,
    settings: String,
}

impl Site {
    fn of(sandbox: &Sandbox) -> Self {
        let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
        let mut rows = database.prepare("SELECT slug, CAST(price AS text) FROM showcase_product").unwrap();
        let rows =
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
        let root = sandbox.path("backend/media");
        let media = tree(&root)
            .into_iter()
            .map(|(path, file)| (path.strip_prefix(&root).unwrap().display().to_string(), file))
            .collect();
        let read = |path: &str| std::fs::read_to_string(sandbox.path(path)).unwrap();
        Self { rows, media, env: read("backend/.env"), settings: read("backend/shop/settings.py") }
    }

    /// Takes over the parts that `other` has in this kind of backup.
    fn take(&mut self, other: &Self, parts: Parts) {
        if parts.database {
            self.rows.clone_from(&other.rows);
        }
        if parts.media {
            self.media.clone_from(&other.media);
        }
        if parts.env {
            self.env.clone_from(&other.env);
        }
        if parts.settings {
            self.settings.clone_from(&other.settings);
        }
    }
}

#[expect(clippy::struct_excessive_bools, reason = "one for each part of a backup")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    database: bool,
    media: bool,
    env: bool,
    settings: bool,
}

impl Parts {
    /// What a backup of this name holds.
    fn of(name: &str) -> Self {
        let full = name.starts_with("backup_");
        Self {
            database: full || name.starts_with("db_"),
            media: full || name.starts_with("media_"),
            env: full,
            settings: full,
        }
    }
}

impl Parts {
    fn that_differ(self, one: &Site, other: &Site) -> Self {
        Self {
            database: self.database,
            media: self.media,
            env: self.env && one.env != other.env,
            settings: self.settings && one.settings != other.settings,
        }
    }
}

/// What can be undone, and done again.
#[derive(Debug, Clone)]
enum Kept {
    /// The parts that change places with what is live.
    Site(Box<Site>, Parts),
    /// A product, and the price that it gets when the change is turned round.
    Price(String, String),
}

struct Model {
    sandbox: Sandbox,
    random: Random,
    hour: u64,
    live: Site,
    backups: BTreeMap<String, Site>,
    kept: BTreeMap<String, Kept>,
    /// What was done, for whoever looks into a failure.
    story: Vec<String>,
}

impl Model {
    fn new(seed: u64) -> Self {
        let sandbox = crate::restore::site(
            "[restore]\npatience = \"0s\"\n[backup.full]\nlast = 2\ndaily = 0\nweekly = 0\nmonthly = 0\n",
        );
        let live = Site::of(&sandbox);
        Self {
            sandbox,
            random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            hour: 0,
            live,
            backups: BTreeMap::new(),
            kept: BTreeMap::new(),
            story: vec![format!("seed {seed}")],
        }
    }

    fn one_of(&mut self, names: &[String]) -> Option<String> {
        let position = usize::try_from(self.random.below(names.len() as u64)).unwrap();
        names.get(position).cloned()
    }

    fn told(&self) -> String {
        self.story.join("\n")
    }

    fn run(&mut self, arguments: &[&str]) -> Outcome {
        let now = format!("2026-11-{:02}T{:02}:00:00Z", 1 + self.hour / 24, self.hour % 24);
        let outcome = crate::restore::at(&self.sandbox, &now, arguments);
        self.story.push(format!("{now} {arguments:?}: exit {}", outcome.code));
        outcome
    }

    #[track_caller]
    fn succeeds(&mut self, arguments: &[&str]) {
        let outcome = self.run(arguments);
        assert!(matches!(outcome.code, 0 | 1), "{}\n{}{}", self.told(), outcome.stdout, outcome.stderr);
    }

    /// The names of the artefacts that are there.
    fn artefacts(&self) -> BTreeSet<String> {
        let zone = jiff::tz::TimeZone::UTC;
        let found = sitekeep::backup::list(&self.sandbox.path("backups"), &zone).unwrap();
        found.into_iter().map(|artefact| artefact.name).collect()
    }

    fn runs(&self) -> BTreeSet<String> {
        let list = run(&self.sandbox, &["quarantine", "list", "--format", "json"]).json();
        let kept = list["kept"].as_array().unwrap();
        kept.iter().map(|change| change["run"].as_str().unwrap().to_owned()).collect()
    }

    /// The site's own life.
    fn change(&mut self) {
        let what = self.random.below(6);
        let number = self.random.below(1000);
        let slug = SLUGS[usize::try_from(number % 3).unwrap()];
        let sql = |statement: &str| {
            rusqlite::Connection::open(self.sandbox.path("backend/db.sqlite3"))
                .unwrap()
                .execute_batch(statement)
                .unwrap();
        };
        match what {
            0 | 1 => sql(&format!("UPDATE showcase_product SET price = {number} WHERE slug = '{slug}'")),
            2 => sql(&format!(
                "UPDATE showcase_product SET slug = slug || '-{number}' WHERE id = {}",
                number % 3 + 1
            )),
            3 => self.sandbox.write(&format!("backend/media/new/{}.txt", number % 5), &number.to_string()),
            4 => {
                let path = self.sandbox.path(&format!("backend/media/products/{slug}.jpg"));
                let _ = std::fs::remove_file(path);
            }
            _ => {
                self.sandbox.write("backend/.env", &format!("DEBUG=False\nSECRET_KEY=k{number}\n"));
                self.sandbox.write("backend/shop/settings.py", &format!("DEBUG = False\nX = {number}\n"));
            }
        }
        self.story.push(format!("the site changes: {what} {number}"));
        self.live = Site::of(&self.sandbox);
    }

    fn back_up(&mut self) {
        let kind = ["full", "full", "database", "media"][usize::try_from(self.random.below(4)).unwrap()];
        let before = self.artefacts();
        self.succeeds(&["backup", kind]);
        let new: Vec<String> = self.artefacts().difference(&before).cloned().collect();
        assert_eq!(new.len(), 1, "{}", self.told());
        self.backups.insert(new[0].clone(), self.live.clone());
        // The rotation goes with it: what it removed cannot be restored any more.
        self.forget_removed();
    }

    fn forget_removed(&mut self) {
        let there = self.artefacts();
        self.backups.retain(|name, _| there.contains(name));
    }

    fn restore(&mut self) {
        let names: Vec<String> = self.backups.keys().cloned().collect();
        let Some(name) = self.one_of(&names) else { return };
        let mut parts = Parts::of(&name);
        let mut arguments = vec!["restore", &name, "--confirm", "shop"];
        if parts.env {
            let only = self.random.below(4);
            if let Some(word) = ["database", "media", "config"].get(usize::try_from(only).unwrap()) {
                arguments.extend(["--only", word]);
                parts = Parts { database: only == 0, media: only == 1, env: only == 2, settings: only == 2 };
            }
        }
        let (runs, artefacts) = (self.runs(), self.artefacts());
        if self.random.below(2) == 0 {
            arguments.push("--no-safety-backup");
        }
        self.succeeds(&arguments);
        let former = self.live.clone();
        for safety in self.artefacts().difference(&artefacts) {
            self.backups.insert(safety.clone(), former.clone());
        }
        self.forget_removed();
        let restored =
            self.backups.get(&name).cloned().unwrap_or_else(|| panic!("{}: {name} is gone", self.told()));
        self.live.take(&restored, parts);
        // A single file that was the same already changed no places, and undo leaves it alone.
        let parts = parts.that_differ(&former, &restored);
        for run in self.runs().difference(&runs) {
            self.kept.insert(run.clone(), Kept::Site(Box::new(former.clone()), parts));
        }
    }

    fn set_price(&mut self) {
        let slug = SLUGS[usize::try_from(self.random.below(3)).unwrap()];
        let Some(former) = self.live.rows.get(slug).cloned() else { return };
        let price = (1000 + self.random.below(1000)).to_string();
        let runs = self.runs();
        self.succeeds(&["products", "update", slug, "--price", &price]);
        self.live.rows = Site::of(&self.sandbox).rows;
        assert_eq!(
            self.live.rows[slug].trim_end_matches(".00").trim_end_matches(".0"),
            price,
            "{}",
            self.told()
        );
        for run in self.runs().difference(&runs) {
            self.kept.insert(run.clone(), Kept::Price(slug.to_owned(), former.clone()));
        }
    }

    fn undo(&mut self) {
        let names: Vec<String> = self.kept.keys().cloned().collect();
        let Some(run) = self.one_of(&names) else { return };
        let outcome = self.run(&["undo", &run, "--confirm", "shop"]);
        let mut kept = self.kept[&run].clone();
        match &mut kept {
            Kept::Site(former, parts) => {
                assert!(
                    matches!(outcome.code, 0 | 1),
                    "{}\n{}{}",
                    self.told(),
                    outcome.stdout,
                    outcome.stderr
                );
                let now = self.live.clone();
                self.live.take(former, *parts);
                former.take(&now, *parts);
            }
            // A row that has moved on is left alone, and that is told.
            Kept::Price(..) if outcome.code == 2 && outcome.stdout.contains("not undone") => {}
            Kept::Price(slug, price) => {
                assert_eq!(outcome.code, 0, "{}\n{}{}", self.told(), outcome.stdout, outcome.stderr);
                let turned = self.live.rows.insert(slug.clone(), price.clone());
                *price = turned.unwrap_or_default();
            }
        }
        self.kept.insert(run, kept);
    }

    fn prune(&mut self) {
        let before = self.artefacts();
        self.succeeds(&["backup", "prune", "--confirm", "shop"]);
        let after = self.artefacts();
        for kind in ["backup_", "db_", "media_"] {
            let newest = before.iter().rfind(|name| name.starts_with(kind));
            assert!(
                newest.is_none_or(|newest| after.contains(newest)),
                "{}: {newest:?} is gone",
                self.told()
            );
        }
        self.forget_removed();
    }

    #[track_caller]
    fn step(&mut self) {
        self.hour += 1 + self.random.below(5);
        match self.random.below(12) {
            0..=2 => self.change(),
            3..=4 => self.back_up(),
            5..=6 => self.restore(),
            7..=8 => self.undo(),
            9 => self.set_price(),
            10 => self.prune(),
            _ => {
                self.change();
                self.back_up();
            }
        }
        assert_eq!(Site::of(&self.sandbox), self.live, "{}", self.told());
    }
}

fn play(seed: u64) {
    let mut model = Model::new(seed);
    model.back_up();
    for _ in 0..STEPS {
        model.step();
    }
    model.succeeds(&["backup", "verify", "--all"]);
    assert!(!model.backups.is_empty(), "{}", model.told());
}

#[test]
fn any_series_of_backups_changes_restores_and_undos_is_what_the_model_says() {
    let seeds = match std::env::var("SITEKEEP_SEED") {
        Ok(seed) => vec![seed.parse().expect("SITEKEEP_SEED is a number")],
        Err(_) => (1..=if crate::crash::is_whole() { 60 } else { 3 }).collect(),
    };
    for seed in &seeds {
        play(*seed);
    }
    eprintln!("model: {} series of {STEPS} steps", seeds.len());
}
