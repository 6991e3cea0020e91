//! `sitekeep users`: users as Django makes them, on both databases, and never a password on the command line.

use crate::django::python;
use crate::products::Shop;
use crate::products::on_both_with_users;
use crate::sandbox::findings;
use std::io::Read;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;

const PASSWORD: &str = "Marché de Dantokpa 7";

/// Runs with the password on standard input.
fn with_password(shop: &Shop, arguments: &[&str], password: &str) -> crate::sandbox::Outcome {
    let mut command = shop.command(crate::sandbox::NOW, arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that refuses before it reads has closed its end.
    let _ = child.stdin.take().unwrap().write_all(password.as_bytes());
    let output = child.wait_with_output().unwrap();
    crate::sandbox::Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_user_is_made_given_a_password_shut_out_and_let_in() {
    on_both_with_users("users_life", |shop| {
        let create = ["users", "create", "amina", "--email", "a@shop.example", "--password-stdin"];
        with_password(shop, &create, PASSWORD).exits(0).says("a new superuser");
        let kept = shop.ask("SELECT password FROM auth_user WHERE username = 'amina'");
        assert!(kept.starts_with("pbkdf2_sha256$1000000$") && !kept.contains("Dantokpa"), "{kept}");
        with_password(shop, &create, PASSWORD).exits(64).complains("there is a user `amina` already");
        let change = ["users", "password", "amina", "--password-stdin"];
        with_password(shop, &change, "Une autre phrase 9").exits(0);
        assert_ne!(shop.ask("SELECT password FROM auth_user WHERE username = 'amina'"), kept);
        let alone = shop.run(&["users", "deactivate", "amina", "--format", "json"]).exits(1).json();
        assert_eq!(findings(&alone, "USERS-001", "warning")[0]["subject"], "superusers");
        shop.run(&["users", "list"]).exits(0).says("superuser  no      never");
        shop.does(&["users", "activate", "amina"]).says("is active from now on");
        let list = shop.does(&["users", "list", "--format", "json"]).json();
        assert_eq!(list["users"][0]["active"], true);
        assert_eq!(list["users"][0]["password"], "set");
        assert_eq!(list["users"][0]["email"], "a@shop.example");
    });
}

#[test]
fn a_password_is_taken_from_a_file_but_not_a_weak_one_nor_without_a_terminal() {
    let shop = Shop::on_sqlite();
    let create = ["users", "create", "amina", "--password-stdin"];
    for (password, reason) in [
        ("short", "too short"),
        ("motdepasse", "most usual"),
        ("84629173550", "digits alone"),
        ("amina2026", "too like the user's name"),
        ("", "too short"),
    ] {
        with_password(&shop, &create, password).exits(64).complains(reason);
    }
    shop.run(&["users", "create", "amina"]).exits(64).complains("--password-stdin");
    shop.run(&["users", "create", "a b", "--password-stdin"]).exits(64).complains("the name `a b`");
    assert_eq!(shop.ask("SELECT count(*) FROM auth_user"), "0");
    shop.sandbox.write("password", &format!("{PASSWORD}\nsecond line\n"));
    shop.sandbox.set_mode("password", 0o640);
    let open = ["users", "create", "amina", "--password-file", "password"];
    shop.run(&open).exits(64).complains("others may read the password file").complains("chmod 600");
    shop.sandbox.set_mode("password", 0o600);
    let file = shop.sandbox.path("password");
    shop.sandbox.set_mode("password", 0o600);
    let create = ["users", "create", "amina", "--staff-only", "--password-file", file.to_str().unwrap()];
    shop.run(&create).exits(1).says("may enter the admin").says("no superuser is active");
    shop.run(&["users", "password", "nobody", "--password-stdin"]).exits(64).complains("no user `nobody`");
    shop.run(&["users", "deactivate", "nobody"]).exits(64).complains("users list");
}

/// Types answers at a terminal, each when it is asked for; returns all that the terminal showed.
fn type_at_terminal(shop: &Shop, arguments: &[&str], answers: &[(&str, &str)]) -> (i32, String) {
    let words: Vec<String> = shop.command(crate::sandbox::NOW, arguments).get_args().map(quoted).collect();
    let line = format!("'{}' {}", env!("CARGO_BIN_EXE_sitekeep"), words.join(" "));
    let mut command = Command::new("script");
    let own = shop.command(crate::sandbox::NOW, &[]);
    command.args(["-qec", &line, "/dev/null"]).env_clear().current_dir(own.get_current_dir().unwrap());
    for (name, value) in own.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    for (prompt, answer) in answers {
        let start = shown.len();
        let mut byte = [0];
        while !String::from_utf8_lossy(&shown[start..]).contains(prompt) {
            assert!(output.read(&mut byte).unwrap() > 0, "no {prompt}: {}", String::from_utf8_lossy(&shown));
            shown.push(byte[0]);
        }
        input.write_all(answer.as_bytes()).unwrap();
    }
    output.read_to_end(&mut shown).unwrap();
    (child.wait().unwrap().code().unwrap(), String::from_utf8(shown).unwrap())
}

fn quoted(word: &std::ffi::OsStr) -> String {
    format!("'{}'", word.to_str().unwrap())
}

#[test]
fn a_password_is_asked_for_twice_on_the_terminal_and_never_shown() {
    let shop = Shop::on_sqlite();
    let (first, again) = ("Password of amina:", "The same again:");
    let create = ["users", "create", "amina"];
    let (code, shown) = type_at_terminal(&shop, &create, &[(first, "Marché un\n"), (again, "Marché deux\n")]);
    assert!(code == 64 && shown.contains("not the same"), "{shown}");
    let (code, shown) = type_at_terminal(&shop, &create, &[(first, "Marché\u{3}")]);
    assert!(code == 130 && shown.contains("nothing was changed"), "{code}: {shown}");
    assert_eq!(shop.ask("SELECT count(*) FROM auth_user"), "0");
    let typed = format!("{PASSWORD}\n");
    let (code, shown) = type_at_terminal(&shop, &create, &[(first, &typed), (again, &typed)]);
    assert!(code == 0 && shown.contains("a new superuser"), "{shown}");
    assert!(!shown.contains("Dantokpa") && !shown.contains("Marché"), "{shown}");
}

#[test]
fn what_is_said_of_users_holds_no_hash_and_every_list_has_its_form() {
    on_both_with_users("users_lists", |shop| {
        shop.does(&["users", "list"]).says("no users: sitekeep users create NAME");
        let create = ["users", "create", "amina", "--password-stdin", "--format", "json"];
        let told = with_password(shop, &create, PASSWORD).exits(0);
        assert!(!told.stdout.contains("pbkdf2") && !told.stdout.contains("Dantokpa"), "{}", told.stdout);
        shop.site_writes(
            "INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
             VALUES ('bola', 'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA', false, true, true, '', '', '', '2026-11-23 08:00:00+00:00'),
             ('chidi', '!x', false, false, true, '', '', '', '2026-11-23 08:00:00+00:00')",
        );
        let list = shop.does(&["users", "list"]);
        assert!(list.stdout.lines().all(|line| line.chars().count() <= 80), "{}", list.stdout);
        let list = list.says("argon2: Django alone can check it");
        assert!(!list.stdout.contains("aGFzaA"), "{}", list.stdout);
        let csv = shop
            .does(&["users", "list", "--format", "csv"])
            .says("name,email,active,role,last_login,password");
        assert_eq!(csv.stdout.lines().count(), 4);
        shop.run(&["users", "list", "--format", "nagios"]).exits(64);
        shop.run(&["users", "create", "dalia", "--email", "nowhere", "--password-stdin"])
            .exits(64)
            .complains("no address");
        shop.run(&["users", "deactivate", "bola", "--format", "csv"]).exits(64);
        assert_eq!(shop.ask("SELECT count(*) FROM auth_user WHERE is_active"), "3");
    });
}

#[test]
fn a_user_is_not_written_while_another_run_is_at_work() {
    let shop = Shop::on_sqlite();
    std::fs::create_dir(shop.sandbox.path("state")).unwrap();
    let held = sitekeep::system::lock::acquire(
        &shop.sandbox.path("state/lock"),
        std::time::Duration::ZERO,
        "a restore",
    )
    .unwrap();
    let create = ["users", "create", "amina", "--password-stdin"];
    with_password(&shop, &create, PASSWORD).exits(75).complains("a restore");
    drop(held);
    with_password(&shop, &create, PASSWORD).exits(0);
}

const CHECK: &str = r#"
import json, sys
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    SECRET_KEY="only-for-this-test", USE_TZ=True,
)
django.setup()
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
user = User.objects.get(username="amina")
user.full_clean()
assert user.is_superuser and user.is_staff and user.is_active
before = user.password
assert user.check_password(sys.argv[2]) and not user.check_password("wrong")
user.refresh_from_db()
assert user.password == before, "Django did not find it good enough and wrote it anew"
assert authenticate(username="amina", password=sys.argv[2]) == user
assert user.date_joined.isoformat() == "2026-11-23T08:00:00+00:00", user.date_joined
print("logged in")
"#;

#[test]
fn django_takes_the_password_that_was_set() {
    let Some(python) = python() else { return };
    let shop = Shop::on_sqlite();
    with_password(&shop, &["users", "create", "amina", "--password-stdin"], PASSWORD).exits(0);
    shop.sandbox.write("check.py", CHECK);
    let output = Command::new(python)
        .arg(shop.sandbox.path("check.py"))
        .arg(shop.sandbox.path("backend/db.sqlite3"))
        .arg(PASSWORD)
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("logged in"), "{told}");
}
