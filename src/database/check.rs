//! Looking the database over: soundness, references, dead space, indexes, and numbers that run out.

use crate::config::DatabaseConfig;
use crate::db;
use crate::db::upkeep;
use crate::db::upkeep::IndexFlaw;
use crate::db::upkeep::IndexState;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::Percent;
use anyhow::Result;

/// Transactions since the last freeze: PostgreSQL warns from 2 107 million on and stops at 2 144; autovacuum acts at 200
/// (<https://www.postgresql.org/docs/15/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND>).
const OLD: Limits = Limits::Above { warning: Some(500e6), critical: Some(1500e6) };
/// Share of a sequence's numbers that is used.
const USED: Limits = Limits::Above { warning: Some(0.75), critical: Some(0.9) };
/// So many problems are told one by one.
const TOLD: usize = 20;

/// Looks at everything; `full` also compares each index with its table and follows every reference.
///
/// # Errors
/// When the database cannot be opened or asked.
pub fn check(settings: &DatabaseConfig, full: bool) -> Result<Check> {
    let mut check = Check::default();
    soundness(settings, full, &mut check)?;
    if check.status() == Status::Critical {
        // What else a damaged file says is not to be believed.
        return Ok(check);
    }
    dead_space(settings, &mut check)?;
    for index in upkeep::indexes(settings)? {
        check.add(judge(settings, &index));
    }
    server(settings, &mut check)?;
    Ok(check)
}

fn soundness(settings: &DatabaseConfig, full: bool, check: &mut Check) -> Result<()> {
    let kind = &kinds::DATABASE_SOUND;
    let label = settings.label();
    let soundness = db::check_integrity(settings, full)?;
    for damage in soundness.damage.iter().take(TOLD) {
        check.add(
            Finding::critical(kind, &label, damage)
                .remedy("stop the site and restore the latest good backup: sitekeep restore latest"),
        );
    }
    for flaw in soundness.flaws.iter().take(TOLD) {
        check.add(
            Finding::warning(kind, &label, flaw)
                .remedy("rows: mend them in the application's admin; indexes: sitekeep database reindex"),
        );
    }
    let more = soundness.problems().count().saturating_sub(check.findings.len());
    if more > 0 {
        check.add(
            Finding::warning(kind, &label, format!("and {more} more problems"))
                .remedy("see those above first"),
        );
    }
    if soundness.is_sound() {
        let how = if full {
            "every row, index and reference read"
        } else {
            "every row read; --full compares indexes too"
        };
        check.add(Finding::ok(kind, &label, format!("sound: {how}")));
    }
    Ok(())
}

fn dead_space(settings: &DatabaseConfig, check: &mut Check) -> Result<()> {
    let space = upkeep::space(settings)?;
    let dead = space.dead_bytes();
    let share = Percent::of(dead, space.bytes);
    let message = format!("{} of {} hold nothing ({share})", ByteSize(dead), ByteSize(space.bytes));
    let finding = if share.0 >= settings.dead_space.0 {
        Finding::warning(&kinds::DATABASE_SPACE, settings.label(), message)
            .remedy("sitekeep database optimize")
    } else {
        Finding::ok(&kinds::DATABASE_SPACE, settings.label(), message)
    };
    check.add(finding.with("bytes", space.bytes).with("dead_bytes", dead));
    check.measure(Metric::new("database_dead_bytes", "", ByteSize(dead).as_f64(), Unit::Bytes));
    let never: Vec<&str> = space
        .tables
        .iter()
        .filter(|table| table.never_analysed && table.rows != Some(0))
        .map(|table| table.name.as_str())
        .collect();
    if let Some(first) = never.first() {
        let message = format!("{} tables have no statistics for the planner, {first} first", never.len());
        check.add(Finding::ok(&kinds::DATABASE_SPACE, "statistics", message).with("tables", never));
    }
    Ok(())
}

/// What is to be said of an index.
pub(super) fn judge(settings: &DatabaseConfig, index: &IndexState) -> Finding {
    let kind = &kinds::DATABASE_INDEX;
    let of = format!("index of {}", index.table);
    match &index.flaw {
        IndexFlaw::Invalid => {
            Finding::warning(kind, &index.name, format!("{of}: is not valid, and not used"))
                .remedy("sitekeep database reindex")
        }
        IndexFlaw::Leftover => Finding::warning(
            kind,
            &index.name,
            format!("{of}: was left behind by a reindexing that was cut off"),
        )
        .remedy("sitekeep database reindex"),
        IndexFlaw::Bloated(wasted) => {
            let share = Percent::of(*wasted, index.bytes);
            let message = format!("{of}: {share} of {} hold nothing", ByteSize(index.bytes));
            if share.0 >= settings.dead_space.0 {
                Finding::warning(kind, &index.name, message).remedy("sitekeep database reindex")
            } else {
                Finding::ok(kind, &index.name, message)
            }
        }
        // Told, not judged: only the application's people know what it is for.
        IndexFlaw::Unused => Finding::ok(
            kind,
            &index.name,
            format!("{of}: {} that nothing has read since the statistics began", ByteSize(index.bytes)),
        ),
        IndexFlaw::DuplicateOf(other) => {
            Finding::ok(kind, &index.name, format!("{of}: has the columns of {other}; each write keeps both"))
        }
    }
    .with("bytes", index.bytes)
}

fn server(settings: &DatabaseConfig, check: &mut Check) -> Result<()> {
    let Some(state) = upkeep::server_state(settings)? else { return Ok(()) };
    let kind = &kinds::DATABASE_LIMIT;
    #[expect(clippy::cast_precision_loss, reason = "judged against limits of hundreds of millions")]
    let age = state.transaction_age as f64;
    let message =
        format!("{} million transactions since the oldest freeze", state.transaction_age / 1_000_000);
    check.add(
        Finding::new(kind, OLD.judge(age), "transactions", message)
            .with("age", state.transaction_age)
            .remedy("find what holds autovacuum back: old transactions, prepared ones, replication slots"),
    );
    for (name, used) in &state.sequences {
        let status = USED.judge(*used);
        if status != Status::Ok {
            let message = format!("{:.0} % of its numbers are used", used * 100.0);
            check.add(
                Finding::new(kind, status, name, message)
                    .remedy("widen the column and its sequence to bigint"),
            );
        }
    }
    match &state.amcheck {
        Some(problems) => {
            for problem in problems.iter().take(TOLD) {
                check.add(
                    Finding::critical(&kinds::DATABASE_SOUND, "amcheck", problem).remedy(
                        "REINDEX INDEX CONCURRENTLY it, in psql; if it comes again, look at the disk",
                    ),
                );
            }
            if problems.is_empty() {
                check.add(Finding::ok(
                    &kinds::DATABASE_SOUND,
                    "amcheck",
                    "every b-tree agrees with its table",
                ));
            }
        }
        None => check.add(Finding::ok(
            &kinds::DATABASE_SOUND,
            "amcheck",
            "is not installed: b-trees were not compared with their tables (CREATE EXTENSION amcheck)",
        )),
    }
    Ok(())
}
