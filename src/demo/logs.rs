//! Logs as the demonstration site's Django and gunicorn would have written them: quiet today, two errors last week.

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// Current and rotated Django log, in the guide's format.
pub(super) fn django(now: Timestamp, zone: &TimeZone) -> (String, String) {
    let mut current = String::new();
    for minutes in [610, 480, 305, 122, 41] {
        line(&mut current, "INFO", now, zone, minutes, "basehttp \"GET /products HTTP/1.1\" 200 18342");
    }
    line(&mut current, "WARNING", now, zone, 33, "log Not Found: /produits-anciens/");
    let week = 6 * 24 * 60;
    let mut rotated = String::new();
    line(
        &mut rotated,
        "INFO",
        now,
        zone,
        week + 200,
        "autoreload Watching for file changes with StatReloader",
    );
    for minutes in [week + 90, week + 15] {
        line(
            &mut rotated,
            "ERROR",
            now,
            zone,
            minutes,
            "log Internal Server Error: /products/savane-14-akwa",
        );
        rotated.push_str(
            "Traceback (most recent call last):\n  File \"/srv/boutique/venv/lib/python3.11/site-packages/django/core/handlers/exception.py\", line 55, in inner\n    response = get_response(request)\nValueError: invalid literal for int() with base 10: 'abc'\n",
        );
    }
    (current, rotated)
}

fn line(log: &mut String, level: &str, now: Timestamp, zone: &TimeZone, minutes_ago: i64, message: &str) {
    let time = (now - SignedDuration::from_mins(minutes_ago)).to_zoned(zone.clone());
    // Writing to a string cannot fail.
    let _ =
        writeln!(log, "{level} {},{:03} {message}", time.strftime("%Y-%m-%d %H:%M:%S"), minutes_ago % 1000);
}

/// An access log in the combined format, which the server goes on with: a day of visitors, one 404 and one mistyped
/// admin password.
pub(super) fn access(now: Timestamp, zone: &TimeZone, slugs: &[String]) -> String {
    let mut log = String::new();
    for (step, minutes) in (0..1320).rev().step_by(6).enumerate() {
        let slug = &slugs[step % slugs.len().max(1)];
        let path = match step % 4 {
            0 => "/".to_owned(),
            1 => "/products".to_owned(),
            2 => format!("/products/{slug}"),
            _ => format!("/media/products/{slug}.jpg"),
        };
        let visitor = format!("41.85.{}.{}", 160 + step % 20, 1 + step * 7 % 250);
        request(
            &mut log,
            now,
            zone,
            minutes,
            &visitor,
            &format!("GET {path}"),
            200,
            4000 + step * 37 % 20_000,
        );
    }
    request(&mut log, now, zone, 33, "41.85.165.10", "GET /produits-anciens/", 404, 1790);
    request(&mut log, now, zone, 28, "41.85.160.2", "POST /admin/login/", 200, 2511);
    request(&mut log, now, zone, 27, "41.85.160.2", "POST /admin/login/", 302, 0);
    log
}

#[expect(clippy::too_many_arguments, reason = "the fields of one line")]
fn request(
    log: &mut String,
    now: Timestamp,
    zone: &TimeZone,
    minutes_ago: i64,
    visitor: &str,
    request: &str,
    status: u16,
    bytes: usize,
) {
    let time = (now - SignedDuration::from_mins(minutes_ago)).to_zoned(zone.clone());
    let time = time.strftime("%d/%b/%Y:%H:%M:%S %z");
    // Writing to a string cannot fail.
    let _ = writeln!(
        log,
        "{visitor} - - [{time}] \"{request} HTTP/1.1\" {status} {bytes} \"-\" \"Mozilla/5.0 (Linux; Android 14)\""
    );
}
