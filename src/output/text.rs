//! The report for people: what is well in one line each, what is not with its remedy.

use super::Report;
use super::wrap;
use crate::status::Finding;
use crate::status::Status;
use crate::units::Age;
use crate::units::count;
use crate::units::printable;
use anstyle::AnsiColor;
use anstyle::Style;
use std::fmt::Write as _;

/// How the text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Columns of the terminal; 0 when the text goes into a pipe.
    pub width: usize,
    /// Only what is not OK.
    pub quiet: bool,
    /// Every finding on a line of its own, with its data.
    pub verbose: bool,
}

/// An item with up to so many findings shows each of them; one with more shows their number.
const SHOWN_OK: usize = 4;

pub(super) fn style(status: Status) -> Style {
    let color = match status {
        Status::Ok => AnsiColor::Green,
        Status::Warning => AnsiColor::Yellow,
        Status::Critical => AnsiColor::Red,
        Status::Unknown => AnsiColor::Magenta,
    };
    Style::new().bold().fg_color(Some(color.into()))
}

/// Renders a report; a quiet one of a run where all is well is empty.
pub(super) fn render(report: &Report, look: Look) -> String {
    let mut text = String::new();
    let worst = report.status();
    if look.quiet && worst == Status::Ok {
        return text;
    }
    let bold = Style::new().bold();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{bold}{} of {}{bold:#}  {}",
        report.command,
        report.site,
        report.started_at.to_zoned(report.zone.clone()).strftime("%Y-%m-%d %H:%M (%Q)")
    );
    if !report.summary.is_empty() && !look.quiet {
        text.push('\n');
        for line in report.summary.lines() {
            let indent = line.chars().take_while(|it| *it == ' ').count() + 4;
            let _ = writeln!(text, "{}", wrap(line, look.width, indent));
        }
    }
    let mut line = "";
    for item in report.items.iter().filter(|item| !look.quiet || item.status() != Status::Ok) {
        if item.line != line {
            line = item.line;
            let _ = writeln!(text, "\n{bold}{line}{bold:#}");
        }
        let status = item.status();
        let style = style(status);
        let name = format!("{} ({})", item.title, item.id);
        let time = Age(item.duration).to_string();
        let _ = writeln!(text, "  {style}{status:<8}{style:#}  {name:<52}  {time:>10}");
        let well = item.findings.iter().filter(|finding| finding.status == Status::Ok).count();
        let each = look.verbose || well <= SHOWN_OK;
        for finding in &item.findings {
            if look.quiet && finding.counted() == Status::Ok {
                continue;
            }
            if finding.status != Status::Ok {
                trouble(&mut text, finding, look);
            } else if each {
                let _ = writeln!(
                    text,
                    "{}",
                    wrap(&format!("            {}: {}", finding.subject, finding.message), look.width, 14)
                );
                if look.verbose {
                    data(&mut text, finding, look);
                }
            }
        }
        if !each && !look.quiet {
            let _ = writeln!(
                text,
                "            {} OK",
                count(u64::try_from(well).unwrap_or(u64::MAX), "finding")
            );
        }
    }
    if !report.skipped.is_empty() && !look.quiet {
        let _ =
            writeln!(text, "\n{}", wrap(&format!("Skipped: {}", report.skipped.join(", ")), look.width, 9));
    }
    let style = style(worst);
    let took = Age(report.finished_at.duration_since(report.started_at));
    let _ = writeln!(text, "\n{style}{worst}{style:#}  {} in {took}", tally(report));
    text
}

fn trouble(text: &mut String, finding: &Finding, look: Look) {
    let style = style(finding.status);
    let mark = format!("    {style}{:<8}{style:#}", finding.status);
    // The colour codes take no columns: wrap as if they were not there.
    let plain = format!("              {} {}: {}", finding.id, finding.subject, finding.message);
    let wrapped = wrap(&plain, look.width, 14);
    let _ = writeln!(text, "{mark}  {}", wrapped.trim_start());
    if let Some(acknowledged) = &finding.acknowledged {
        let _ = writeln!(text, "{}", wrap(&format!("              {acknowledged}"), look.width, 16));
    } else if let Some(remedy) = &finding.remedy {
        let _ = writeln!(text, "{}", wrap(&format!("              → {remedy}"), look.width, 16));
    }
    if look.verbose {
        data(text, finding, look);
    }
}

fn data(text: &mut String, finding: &Finding, look: Look) {
    for (key, value) in &finding.data {
        let value = value.as_str().map_or_else(|| value.to_string(), printable);
        for (position, part) in value.lines().enumerate() {
            let label = if position == 0 { format!("{key} = ") } else { "  ".to_owned() };
            let _ = writeln!(text, "{}", wrap(&format!("                {label}{part}"), look.width, 18));
        }
    }
}

fn tally(report: &Report) -> String {
    [Status::Critical, Status::Unknown, Status::Warning, Status::Ok]
        .into_iter()
        .map(|status| (report.count(status), status))
        .filter(|(count, _)| *count > 0)
        .map(|(count, status)| {
            format!(
                "{count} {}",
                if status == Status::Ok { "OK".into() } else { status.label().to_lowercase() }
            )
        })
        .chain((report.acknowledged() > 0).then(|| format!("{} acknowledged", report.acknowledged())))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::sample;
    use super::*;

    const PLAIN: Look = Look { width: 80, quiet: false, verbose: false };

    #[test]
    fn trouble_is_shown_with_its_remedy_and_lines_fit_the_terminal() {
        let text = anstream::adapter::strip_str(&render(&sample(), PLAIN)).to_string();
        assert!(text.contains("CRITICAL  HEALTH-002 127.0.0.1:5000: nothing | listens"), "{text}");
        assert!(text.contains("→ systemctl restart shop-frontend"), "{text}");
        assert!(text.contains("Skipped: health.tls"), "{text}");
        assert!(text.contains("\n\nshelf  3 books\n\nVérifier"), "{text}");
        assert!(text.ends_with("CRITICAL  1 critical, 1 unknown, 1 warning, 1 OK in 1.5 s\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn no_terminal_obeys_what_a_finding_holds() {
        let mut report = sample();
        let finding = report.items[0].findings[1].clone().with("path", "/a\u{1b}[2Jb");
        report.items[0].findings[1] = finding.remedy("rm '/a\u{1b}[2Jb'");
        let text = render(&report, Look { width: 0, quiet: false, verbose: true });
        assert!(text.contains("path = /a\\u{1b}[2Jb") && text.contains("→ rm '/a\\u{1b}[2Jb'"), "{text}");
    }

    #[test]
    fn what_is_acknowledged_is_told_with_who_answers_for_it_unless_quiet() {
        let mut report = sample();
        report.items[0].findings[1].acknowledged = super::super::report::tests::acknowledged();
        let plain = |look| anstream::adapter::strip_str(&render(&report, look)).to_string();
        let text = plain(PLAIN);
        assert!(text.contains("acknowledged by Awa until 2026-12-31: moved in <May>"), "{text}");
        assert!(text.ends_with("UNKNOWN  1 unknown, 1 warning, 1 OK, 1 acknowledged in 1.5 s\n"), "{text}");
        let quiet = plain(Look { quiet: true, ..PLAIN });
        assert!(!quiet.contains("127.0.0.1:5000") && quiet.contains("/mnt"), "{quiet}");
    }

    #[test]
    fn quiet_shows_only_what_is_not_ok() {
        let mut report = sample();
        let text = anstream::adapter::strip_str(&render(&report, Look { quiet: true, ..PLAIN })).to_string();
        assert!(!text.contains("127.0.0.1:8000") && !text.contains("books"), "{text}");
        report.items.truncate(1);
        report.items[0].findings.truncate(1);
        assert_eq!(render(&report, Look { quiet: true, ..PLAIN }), "");
    }
}
