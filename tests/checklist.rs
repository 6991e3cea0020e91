//! `sitekeep checklist`: what is due, what was done, who signed, and lists that a site changes.

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;

const LATER: &str = "2027-01-15T08:00:00Z";

fn site(more: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox
        .configure(&format!("[backup]\nfolder = \"backups\"\n[health]\nports = []\nprocesses = []\n{more}"));
    sandbox
}

fn at(sandbox: &Sandbox, now: &str, arguments: &[&str]) -> Outcome {
    sandbox.run_with(&[("SITEKEEP_NOW", now)], arguments)
}

/// The state of an item: done, due, overdue.
fn state(sandbox: &Sandbox, now: &str, id: &str) -> String {
    let json = at(sandbox, now, &["checklist", "show", "--format", "json"]).exits(0).json();
    let items = json["periods"].as_array().unwrap().iter().flat_map(|period| {
        period["lines"].as_array().unwrap().iter().flat_map(|line| line["items"].as_array().unwrap())
    });
    items.filter(|item| item["id"] == id).map(|item| item["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_line_of_the_guide_stands_on_the_lists_in_its_words() {
    let sandbox = site("");
    let text = sandbox.run(&["checklist", "show"]).exits(0).stdout;
    for line in [
        "### Quotidienne",
        "- [ ] Vérifier fonctionnement site",
        "- [ ] Vérifier mises à jour sécurité",
        "- [ ] Analyser statistiques",
        "- [ ] Mettre à jour documentation",
        "### Trimestrielle",
        "- [ ] Formation équipe sur nouvelles fonctionnalités",
    ] {
        assert!(text.lines().any(|shown| shown == line), "`{line}` is missing:\n{text}");
    }
    let csv = sandbox.run(&["checklist", "show", "quarterly", "--format", "csv"]).exits(0).stdout;
    assert_eq!(csv.lines().count(), 1 + 10, "{csv}");
    sandbox.run(&["checklist", "show", "yearly"]).exits(64).complains("daily, weekly, monthly or quarterly");
}

#[test]
fn a_round_ticks_its_items_until_their_period_is_over() {
    let sandbox = site("");
    let first = "2026-11-23T08:00:00Z";
    assert_eq!(state(&sandbox, first, "disk.space"), "due");
    sandbox.run(&["daily", "--only", "disk.space"]).exits(0);
    assert_eq!(state(&sandbox, first, "disk.space"), "done", "--only counts for its item");
    assert_eq!(state(&sandbox, first, "disk.media"), "due", "and for no other");
    assert_eq!(state(&sandbox, "2026-11-24T06:30:00Z", "disk.space"), "done");
    assert_eq!(state(&sandbox, "2026-11-24T08:00:00Z", "disk.space"), "due");
    assert_eq!(state(&sandbox, "2026-11-24T10:30:00Z", "disk.space"), "overdue");
    assert_eq!(state(&sandbox, "2026-11-23T10:30:00Z", "disk.media"), "overdue", "since the first record");
    at(&sandbox, "2026-11-24T10:30:00Z", &["checklist", "due"])
        .exits(1)
        .says("overdue   daily      disk.space");
}

#[test]
fn what_could_not_run_is_not_done_and_what_ended_critical_is() {
    let sandbox = site("");
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    sandbox.run(&["daily", "--only", "disk.media,backup.status"]).exits(2);
    let now = "2026-11-23T08:00:00Z";
    assert_eq!(state(&sandbox, now, "backup.status"), "done", "it was CRITICAL, and looked");
    assert_eq!(state(&sandbox, now, "disk.media"), "due");
    sandbox.run(&["checklist", "show", "daily"]).exits(0).says("could not be carried out 2026-11-23 09:00");
    sandbox.run(&["checklist", "history", "disk.media"]).exits(0).says("UNKNOWN   not carried out");
}

#[test]
fn a_person_signs_and_the_round_says_what_wants_signing() {
    let sandbox = site("");
    let signed = ["performance.review", "dependencies.update", "team.training"];
    let only = ["quarterly", "--only", &signed.join(",")];
    let report = sandbox.run(&[&only[..], &["--format", "json"]].concat()).exits(1).json();
    let due = findings(&report, "CHECKLIST-001", "warning");
    assert_eq!(due.len(), 3, "{report}");
    assert!(due[0]["remedy"].as_str().unwrap().contains("checklist sign performance.review"), "{report}");
    for item in signed {
        sandbox
            .run(&["checklist", "sign", item, "--by", "Awa D.", "--note", "vu, \"tout\""])
            .exits(0)
            .says("is signed by Awa D.; due again on 2027-02-23");
    }
    sandbox.run(&only).exits(0).says("signed by Awa D. on 2026-11-23");
    let text = sandbox.run(&["checklist", "show", "quarterly"]).exits(0).stdout;
    assert_eq!(text.matches("- [x] ").count(), 2, "{text}");
    at(&sandbox, "2027-02-24T08:00:00Z", &only).exits(1).says("due since 2027-02-23");
    let csv = sandbox.run(&["checklist", "history", "team.training", "--format", "csv"]).exits(0).stdout;
    assert!(csv.ends_with("2026-11-23T08:00:00Z,team.training,,,Awa D.,\"vu, \"\"tout\"\"\"\n"), "{csv}");
}

#[test]
fn what_sitekeep_does_nobody_signs_for_and_nobody_is_no_name() {
    let sandbox = site("");
    sandbox
        .run(&["checklist", "sign", "disk.space", "--by", "Awa"])
        .exits(64)
        .complains("sitekeep daily --only disk.space");
    sandbox.run(&["checklist", "sign", "docs.procedures", "--by", " "]).exits(64).complains("nobody signs");
    sandbox.run(&["checklist", "sign", "dosc", "--by", "Awa"]).exits(64).complains("did you mean `docs`?");
    sandbox.run(&["checklist", "history", "dosc"]).exits(64).complains("did you mean `docs`?");
}

#[test]
fn whatever_is_due_is_run_once_and_then_nothing_is() {
    let sandbox = site("");
    let report = sandbox.run(&["checklist", "run", "weekly", "--due", "--format", "json"]).json();
    let ran = |report: &serde_json::Value| -> Vec<String> {
        report["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(ran(&report).contains(&"backup.media".to_owned()), "{report}");
    let again = sandbox.run(&["weekly", "--due", "--format", "json"]).json();
    assert!(!ran(&again).contains(&"backup.media".to_owned()), "{again}");
    let report = sandbox.run(&["checklist", "run", "--due", "--format", "json"]).json();
    let items = ran(&report);
    assert!(
        items.contains(&"disk.space".to_owned()) && items.contains(&"backup.full".to_owned()),
        "{items:?}"
    );
    assert!(!items.contains(&"backup.media".to_owned()), "that was done");
    // All daily items were in it: it was a daily run.
    let status = sandbox.run(&["status", "--format", "json"]).json();
    assert!(findings(&status, "STATUS-001", "unknown").is_empty(), "{status}");
    sandbox.run(&["checklist", "run"]).exits(64).complains("--due");
    sandbox.run(&["checklist", "run", "--due", "weekly"]).exits(64).complains("weekly --due");
    sandbox.run(&["checklist", "run", "--format", "json", "daily", "--only", "disk.space"]).exits(0).json();
    at(&sandbox, LATER, &["checklist", "due"]).exits(1).says("overdue   monthly");
}

#[test]
fn with_nothing_due_that_is_said_with_what_comes_next() {
    let done_by_sitekeep = [
        "security.audit",
        "performance.pages",
        "performance.requests",
        "performance.queries",
        "performance.pictures",
        "performance.cache",
        "performance.growth",
    ];
    let dropped =
        done_by_sitekeep.map(|id| format!("[[checklist.items]]\nid = \"{id}\"\ndrop = true\n")).concat();
    let sandbox = site(&dropped);
    for item in ["performance.review", "dependencies.update", "team.training"] {
        sandbox.run(&["checklist", "sign", item, "--by", "Awa"]).exits(0);
    }
    sandbox.run(&["quarterly", "--due"]).exits(0).says("nothing is due; next:");
    sandbox.run(&["checklist", "due", "quarterly"]).exits(0).says("nothing is due; next:");
    assert_eq!(sandbox.run(&["checklist", "due", "quarterly", "--quiet"]).exits(0).stdout, "");
}

#[test]
fn status_tells_what_is_overdue() {
    let sandbox = site("");
    sandbox.run(&["daily", "--only", "disk"]).exits(0);
    let json = |now| at(&sandbox, now, &["status", "--format", "json"]).json();
    let fresh = json("2026-11-23T08:30:00Z");
    assert_eq!(findings(&fresh, "CHECKLIST-003", "ok").len(), 1, "{fresh}");
    let later = json(LATER);
    let late: Vec<&str> = findings(&later, "CHECKLIST-003", "warning")
        .iter()
        .map(|finding| finding["subject"].as_str().unwrap())
        .collect();
    assert_eq!(
        late,
        [
            "daily",
            "weekly",
            "monthly",
            "docs.procedures",
            "quarterly",
            "performance.review",
            "dependencies.update",
            "team.training"
        ]
    );
}

#[test]
fn a_site_adds_changes_and_drops_items() {
    let sandbox = site(
        "[[checklist.items]]\nid = \"shop.stock\"\nperiod = \"daily\"\ntitle = \"Stock counted\"\n\
         command = [\"./count stock\", \"--all\"]\n\
         [[checklist.items]]\nid = \"shop.window\"\nperiod = \"weekly\"\ntitle = \"Window dressed\"\n\
         [[checklist.items]]\nid = \"disk.media\"\nperiod = \"weekly\"\n\
         [[checklist.items]]\nid = \"team.training\"\ndrop = true\n",
    );
    let count = |script: &str| {
        sandbox.write("count stock", &format!("#!/bin/sh\n{script}\n"));
        sandbox.set_mode("count stock", 0o755);
        sandbox.run(&["daily", "--only", "shop.stock", "--format", "json"])
    };
    let report = count("echo \"3 counted $1\"; echo more").exits(0).json();
    let found = findings(&report, "CHECKLIST-002", "ok");
    assert_eq!(
        (found[0]["message"].as_str(), found[0]["data"]["output"].as_str()),
        (Some("3 counted --all"), Some("more"))
    );
    for (script, code, status) in [
        ("echo low; exit 1", 1, "warning"),
        ("exit 2", 2, "critical"),
        ("exit 3", 3, "unknown"),
        ("exit 9", 3, "unknown"),
        ("kill -9 $$", 3, "unknown"),
    ] {
        let report = count(script).exits(code).json();
        assert_eq!(findings(&report, "CHECKLIST-002", status).len(), 1, "{script}: {report}");
    }
    std::fs::remove_file(sandbox.path("count stock")).unwrap();
    sandbox.run(&["daily", "--only", "shop.stock"]).exits(3).says("count stock: No such file");
    let weekly = sandbox.run(&["checklist", "show", "weekly"]).exits(0).stdout;
    assert!(
        weekly.contains("disk.media") && weekly.contains("- [ ] Éléments ajoutés\n  - shop.window"),
        "{weekly}"
    );
    assert!(!sandbox.run(&["checklist", "show"]).exits(0).stdout.contains("Formation"), "it was dropped");
    sandbox.run(&["checklist", "sign", "shop.window", "--by", "Awa"]).exits(0);
    sandbox.run(&["weekly", "--only", "disk.media"]).exits(0);
    sandbox.run(&["daily", "--only", "disk.media"]).exits(64);
}

#[test]
fn a_command_that_does_not_end_is_ended() {
    let sandbox = site(
        "[[checklist.items]]\nid = \"shop.slow\"\nperiod = \"daily\"\ncommand = [\"sleep\", \"600\"]\ntimeout = \"1ms\"\n",
    );
    sandbox.run(&["daily", "--only", "shop.slow"]).exits(3).says("did not end within");
}

#[test]
fn items_that_cannot_be_are_refused_with_their_name() {
    for (items, part) in [
        ("{ id = \"a b\" }", "`a b` is no identifier"),
        ("{ id = \"shop.x\" }", "`shop.x` has no period"),
        ("{ id = \"shop.x\", period = \"yearly\" }", "`yearly`"),
        ("{ id = \"disk.spaec\", drop = true }", "no item of the guide"),
        ("{ id = \"disk.space\", command = [\"df\"] }", "its command cannot be changed"),
        (
            "{ id = \"shop.x\", period = \"daily\" }, { id = \"shop.x\", period = \"daily\" }",
            "stands there twice",
        ),
        ("{ id = \"shop.x\", periode = \"daily\" }", "unknown key `periode`"),
    ] {
        let sandbox = site(&format!("[checklist]\nitems = [{items}]\n"));
        sandbox.run(&["checklist", "show"]).exits(78).complains(part);
    }
}

#[test]
fn the_page_stands_alone_and_shows_the_runs_of_the_period() {
    let sandbox = site("[disk]\nmedia_limit = \"1 B\"\n");
    sandbox.run(&["daily", "--only", "disk.media"]).exits(1);
    sandbox.run(&["checklist", "sign", "docs.procedures", "--by", "A <b>", "--note", "x & y"]).exits(0);
    let told = sandbox.run(&["checklist", "show", "--html", "page.html"]).exits(0);
    assert_eq!(told.stdout, "");
    let page = std::fs::read_to_string(sandbox.path("page.html")).unwrap();
    for part in [
        "DISK-003",
        "Mettre à jour documentation",
        "A &#60;b&#62;",
        "x &#38; y",
        "some items only",
        "prefers-color-scheme: dark",
        "@media print",
    ] {
        assert!(page.contains(part), "`{part}` is missing:\n{page}");
    }
    for outside in ["http", "<script", "src=", "url("] {
        assert!(!page.contains(outside), "`{outside}` leads elsewhere");
    }
    sandbox
        .run(&["checklist", "show", "--html", "no/such/page.html"])
        .exits(2)
        .complains("no/such/page.html");
}

#[test]
fn rounds_before_the_record_of_items_count() {
    let sandbox = site("");
    sandbox.run(&["daily", "--only", "disk.space"]).exits(0);
    let state_file = rusqlite::Connection::open(sandbox.path("state/state.sqlite3")).unwrap();
    state_file.execute_batch("DROP TABLE item_run; DROP TABLE signature; PRAGMA user_version = 7;").unwrap();
    assert_eq!(state(&sandbox, "2026-11-23T09:00:00Z", "disk.space"), "done");
    assert_eq!(state(&sandbox, "2026-11-23T09:00:00Z", "disk.media"), "due");
}

#[test]
fn a_check_that_can_never_run_tells_the_line_that_leaves_it_out_and_the_line_works() {
    let sandbox = Sandbox::site();
    for (item, id) in [("dependencies.check", "DEPENDENCIES-001"), ("logs.access", "LOGS-006")] {
        let round = if item.starts_with("logs") { "daily" } else { "weekly" };
        let report = sandbox.run(&[round, "--only", item, "--format", "json"]).exits(3).json();
        let told = findings(&report, id, "unknown");
        let remedy = told[0]["remedy"].as_str().unwrap();
        let (_, line) = remedy.split_once("leave the check out: [checklist] ").expect(remedy);
        let other = Sandbox::site();
        other.configure(&format!("[checklist]\n{line}\n"));
        other.run(&[round, "--only", item]).exits(64).complains("is no item of this checklist");
    }
}
