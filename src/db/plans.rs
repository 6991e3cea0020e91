//! How the database would answer the catalogue's own queries: asked with EXPLAIN, never run.

use super::Database;
use super::Engine;
use super::Row;
use super::Schema;
use super::Value;
use anyhow::Result;
use std::time::Duration;

/// The plan of one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its steps, as the database words them.
    pub steps: Vec<String>,
    /// Whether a whole table is read, row by row.
    pub scans: bool,
    /// Whether all that was found is sorted before the first row comes.
    pub sorts: bool,
}

/// The plans of the queries that `ask` makes; it is answered that there is nothing.
///
/// # Errors
/// When the database cannot be asked.
pub fn plans(
    database: &mut dyn Database,
    ask: impl FnOnce(&mut dyn Database) -> Result<()>,
) -> Result<Vec<Plan>> {
    let mut planner = Planner { database, plans: Vec::new() };
    ask(&mut planner)?;
    Ok(planner.plans)
}

/// Stands in for a database and writes down how it would answer.
struct Planner<'a> {
    database: &'a mut dyn Database,
    plans: Vec<Plan>,
}

impl Database for Planner<'_> {
    fn engine(&self) -> Engine {
        self.database.engine()
    }

    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let plan = match self.engine() {
            Engine::Sqlite => {
                let rows = self.database.query(&format!("EXPLAIN QUERY PLAN {sql}"), parameters)?;
                let steps = rows.iter().map(|row| row.text(3)).collect::<Result<Vec<_>>>()?;
                of_sqlite(steps)
            }
            Engine::Postgres => {
                let rows = self.database.query(&format!("EXPLAIN {sql}"), parameters)?;
                let steps = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>>>()?;
                of_postgres(steps)
            }
        };
        self.plans.push(plan);
        Ok(Vec::new())
    }

    fn schema(&mut self) -> Result<Schema> {
        self.database.schema()
    }

    fn size(&mut self) -> Result<u64> {
        self.database.size()
    }

    fn quick_check(&mut self, limit: Duration) -> Result<Vec<String>> {
        self.database.quick_check(limit)
    }

    fn is_closed(&self) -> bool {
        self.database.is_closed()
    }
}

/// `SCAN p` reads all; `SCAN p USING INDEX i` walks an index in its order and stops at the limit
/// (<https://www.sqlite.org/eqp.html>).
fn of_sqlite(steps: Vec<String>) -> Plan {
    let scans = steps.iter().any(|step| step.starts_with("SCAN ") && !step.contains(" USING "));
    let sorts = steps.iter().any(|step| step.starts_with("USE TEMP B-TREE FOR ORDER BY"));
    Plan { steps, scans, sorts }
}

fn of_postgres(steps: Vec<String>) -> Plan {
    let node = |step: &str, name: &str| step.trim_start_matches([' ', '-', '>']).starts_with(name);
    let scans = steps.iter().any(|step| node(step, "Seq Scan") || node(step, "Parallel Seq Scan"));
    let sorts = steps.iter().any(|step| node(step, "Sort"));
    Plan { steps, scans, sorts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_along_an_index_is_no_scan() {
        let plan = |steps: &[&str]| of_sqlite(steps.iter().map(|step| (*step).to_owned()).collect());
        let slow = plan(&["SCAN p", "USE TEMP B-TREE FOR ORDER BY"]);
        assert!(slow.scans && slow.sorts);
        let fast = plan(&["SCAN p USING INDEX by_time"]);
        assert!(!fast.scans && !fast.sorts);
        assert!(!plan(&["SEARCH p USING INDEX by_slug (slug=?)"]).scans);
        let plan = |steps: &[&str]| of_postgres(steps.iter().map(|step| (*step).to_owned()).collect());
        let slow = plan(&[
            "Limit  (cost=1..2)",
            "  ->  Sort  (cost=1)",
            "        ->  Seq Scan on showcase_product p",
        ]);
        assert!(slow.scans && slow.sorts);
        let fast = plan(&["Index Scan using showcase_product_slug_key on showcase_product p"]);
        assert!(!fast.scans && !fast.sorts);
    }
}
