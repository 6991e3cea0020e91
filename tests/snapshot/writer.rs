//! A writer that never pauses, in a process of its own so that the locks are the kernel's.

use rusqlite::Connection;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

/// Each transaction adds 1 to so many rows of either table.
pub const STEP: i64 = 20;
const ROWS: i64 = 2000;
const PATH: &str = "SITEKEEP_TEST_WRITER";

/// Two tables whose sums are equal after every whole transaction: `STEP` times their number.
pub fn create(path: &Path, journal_mode: &str) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", journal_mode).unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TABLE left_side (id integer PRIMARY KEY, amount integer NOT NULL, padding text NOT NULL);
             CREATE TABLE right_side (id integer PRIMARY KEY, amount integer NOT NULL, padding text NOT NULL);
             CREATE INDEX left_amount ON left_side (amount);
             CREATE TABLE transactions (id integer PRIMARY KEY, number integer NOT NULL);
             INSERT INTO transactions VALUES (1, 0);
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS} - 1)
             INSERT INTO left_side SELECT i, 0, hex(zeroblob(900)) FROM n;
             INSERT INTO right_side SELECT id, 0, padding FROM left_side;"
        ))
        .unwrap();
}

pub struct Writer(Child);

impl Writer {
    /// Starts the process; it has committed at least once when this returns.
    pub fn start(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["snapshot::writer::writes_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
            .env(PATH, path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(
            lines.map_while(Result::ok).any(|line| line.contains("it writes")),
            "the writer did not begin"
        );
        Self(child)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
#[ignore = "the body of the writer's process, which other tests start"]
#[allow(clippy::print_stdout, reason = "how the other process learns that it writes")]
fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let mut connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_mins(1)).unwrap();
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    for number in 1.. {
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
        for table in ["left_side", "right_side"] {
            for step in 0..STEP {
                let id = (number * 31 + step * 97) % ROWS;
                let sql = format!("UPDATE {table} SET amount = amount + 1 WHERE id = ?1");
                transaction.prepare_cached(&sql).unwrap().execute([id]).unwrap();
            }
        }
        transaction.execute("UPDATE transactions SET number = number + 1", []).unwrap();
        transaction.commit().unwrap();
        if number == 1 {
            println!("it writes");
        }
    }
}
