//! What is overdue, as findings of `status`.

use super::Due;
use super::Period;
use super::Standing;
use super::sheet::told;
use super::sign;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::count;
use jiff::tz::TimeZone;

/// One finding for what sitekeep does of each list, one for each item that a person does.
pub fn overdue(standings: &[Standing], zone: &TimeZone) -> Check {
    let kind = &kinds::CHECKLIST_DUE;
    let mut check = Check::default();
    let is_late = |standing: &&Standing| standing.due == Due::Overdue;
    for period in Period::ALL {
        let of_period = || standings.iter().filter(|standing| standing.item.period == period).filter(is_late);
        let late: Vec<&Standing> = of_period().filter(|standing| !standing.item.is_signed()).collect();
        if let Some(longest) = late.iter().min_by_key(|standing| standing.due_at) {
            let ids: Vec<&str> = late.iter().map(|standing| standing.item.id).collect();
            let message = format!(
                "{} overdue; {}: {}",
                count(late.len() as u64, "item"),
                longest.item.id,
                told(longest, zone)
            );
            check.add(
                Finding::warning(kind, period.word(), message)
                    .with("items", ids)
                    .remedy(format!("run them: sitekeep checklist run {} --due", period.word())),
            );
        }
        for standing in of_period().filter(|standing| standing.item.is_signed()) {
            let finding = sign::finding(standing, zone);
            let message = finding.message;
            let told = Finding::warning(kind, standing.item.id, message);
            check.add(match finding.remedy {
                Some(remedy) => told.remedy(remedy),
                None => told,
            });
        }
    }
    let late = standings.iter().filter(is_late).count();
    if late == 0 {
        let due = standings.iter().filter(|standing| standing.due == Due::Due).count();
        let message = match due {
            0 => "nothing is due".to_owned(),
            due => format!("{} due, none overdue", count(due as u64, "item")),
        };
        check.add(Finding::ok(kind, "checklists", message).with("due", due));
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of items")]
    check.measure(Metric::new("checklist_overdue_items", "", late as f64, Unit::Count));
    check
}
