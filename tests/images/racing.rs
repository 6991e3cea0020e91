//! The site goes on while orphans are looked for and moved: uploads come, rows begin and cease to name files.
//!
//! The site's steps happen at the moments that the work tells its progress at, in any order that proptest thinks of.

use super::live;
use crate::sandbox::Sandbox;
use proptest::prelude::*;
use rusqlite::Connection;
use sitekeep::config::Config;
use sitekeep::images;
use sitekeep::images::Order;
use sitekeep::progress::Progress;
use sitekeep::quarantine::Quarantine;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;

/// A step of the running site.
#[derive(Debug, Clone)]
enum Step {
    /// A file comes, and the row that names it at once or one step later.
    Upload(u8, bool),
    /// A row begins to name a file that is there.
    Name(u8),
    /// All rows cease to name a file.
    Forget(u8),
    /// A file is written anew in its place.
    Rewrite(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..8_u8, any::<bool>()).prop_map(|(file, at_once)| Step::Upload(file, at_once)),
        (0..16_u8).prop_map(Step::Name),
        (0..16_u8).prop_map(Step::Forget),
        (0..16_u8).prop_map(Step::Rewrite),
    ]
}

struct Site {
    media: PathBuf,
    database: Connection,
    steps: std::vec::IntoIter<Vec<Step>>,
    late: Vec<String>,
    /// What each file that ever was holds last.
    contents: BTreeMap<String, String>,
    writes: u32,
}

impl Site {
    fn write(&mut self, path: &str) {
        self.writes += 1;
        let content = format!("{path} {}", self.writes);
        // Django writes a file under a name of its own.
        let aside = self.media.join(".upload");
        std::fs::write(&aside, &content).unwrap();
        std::fs::rename(aside, self.media.join(path)).unwrap();
        self.contents.insert(path.to_owned(), content);
    }

    fn name(&self, path: &str) {
        self.database.execute("INSERT INTO other (path) VALUES (?1)", [path]).unwrap();
    }

    fn go_on(&mut self) {
        for path in std::mem::take(&mut self.late) {
            self.name(&path);
        }
        for step in self.steps.next().unwrap_or_default() {
            match step {
                Step::Upload(number, at_once) => {
                    let path = format!("products/new{number}.jpg");
                    self.write(&path);
                    if at_once { self.name(&path) } else { self.late.push(path) }
                }
                Step::Name(number) => {
                    let path = format!("products/old{number}.jpg");
                    if self.media.join(&path).exists() {
                        self.name(&path);
                    }
                }
                Step::Forget(number) => {
                    let path = format!("products/old{number}.jpg");
                    self.database.execute("DELETE FROM other WHERE path = ?1", [path]).unwrap();
                }
                Step::Rewrite(number) => {
                    let path = format!("products/old{number}.jpg");
                    if self.media.join(&path).exists() {
                        self.write(&path);
                    }
                }
            }
        }
    }
}

struct Race(Mutex<Site>);

impl Progress for Race {
    fn start(&self, _: &str, _: u64) {
        self.0.lock().unwrap().go_on();
    }
    fn advance(&self, _: u64) {
        self.0.lock().unwrap().go_on();
    }
    fn finish(&self) {}
    fn go_on(&self) -> anyhow::Result<()> {
        self.0.lock().unwrap().go_on();
        Ok(())
    }
}

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn race(steps: Vec<Vec<Step>>) {
    let sandbox = Sandbox::site();
    let media = sandbox.path("backend/media");
    let database = live(&sandbox);
    database.execute_batch("PRAGMA synchronous = OFF; CREATE TABLE other (path text)").unwrap();
    std::fs::remove_dir_all(media.join("products")).unwrap();
    std::fs::create_dir(media.join("products")).unwrap();
    let steps = steps.into_iter();
    let mut site =
        Site { media: media.clone(), database, steps, late: vec![], contents: BTreeMap::new(), writes: 0 };
    for number in 0..16 {
        site.write(&format!("products/old{number}.jpg"));
        if number % 3 == 0 {
            site.name(&format!("products/old{number}.jpg"));
        }
    }
    let mut config = Config::default();
    config.site.media.clone_from(&media);
    config.database.path = sandbox.path("backend/db.sqlite3");
    let race = Race(Mutex::new(site));
    let order = Order { config: &config, now: super::LATER.parse().unwrap(), progress: &race };
    let state = sandbox.path("state");
    let quarantine = Quarantine::new(&state, &config.database);
    std::fs::create_dir(&state).unwrap();
    let survey = images::survey(&order).unwrap();
    let swept = images::sweep(&order, &survey, &quarantine, "20990101T000000Z-0001").unwrap();

    let mut site = race.0.into_inner().unwrap();
    for path in std::mem::take(&mut site.late) {
        site.name(&path);
    }
    let mut query = site.database.prepare("SELECT DISTINCT path FROM other").unwrap();
    let named: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for path in &named {
        let there = std::fs::read_to_string(media.join(path)).ok();
        assert_eq!(there.as_ref(), site.contents.get(path), "{path} is named and was moved: {swept:?}");
    }
    let mut everywhere: Vec<String> = contents(&media.join("products")).into_values().collect();
    everywhere.extend(swept.folder.iter().flat_map(|folder| contents(folder)).map(|(_, content)| content));
    everywhere.sort();
    let mut all: Vec<String> = site.contents.values().cloned().collect();
    all.sort();
    assert_eq!(everywhere, all, "every file is in its place or in the quarantine");
    if let Some(mut change) = quarantine.list().unwrap().pop() {
        assert!(quarantine.give_back(&mut change, &|_| true).unwrap().is_empty());
    }
    let back: Vec<String> = contents(&media.join("products")).into_values().collect();
    assert_eq!(back.len(), all.len(), "all of them came back");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_that_is_named_is_ever_moved(steps in prop::collection::vec(prop::collection::vec(step(), 0..6), 8)) {
        race(steps);
    }
}

#[test]
fn a_row_that_begins_to_name_a_file_during_the_move_brings_it_back() {
    // Walk, read, read again, move: the row comes when the list is made and the last look at the rows is over.
    for moment in 0..6 {
        let mut steps = vec![Vec::new(); moment];
        steps.push(vec![Step::Name(1), Step::Upload(1, false), Step::Rewrite(2)]);
        race(steps);
    }
}
