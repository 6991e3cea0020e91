//! A project on PostgreSQL: its tests and the migrations that wait have a copy beside the live database, which goes again.

use super::update::leftovers_in;
use super::update::tree_of;
use super::world::program;
use crate::database::guide_schema_on_postgres;
use crate::django::python;
use crate::postgres::Cluster;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::sync::Arc;

/// A shop whose one package of its own has a later version, and whose Django is a real one.
struct Shop {
    sandbox: Sandbox,
    cluster: Arc<Cluster>,
    name: &'static str,
    url: String,
}

/// `None`, and loudly, where there is no server or no Django. `user` is a role of the server.
fn shop(name: &'static str, user: &str) -> Option<Shop> {
    let cluster = cluster()?;
    let django = python()?;
    let url = cluster.create(name, &guide_schema_on_postgres()).replace("postgres@", &format!("{user}@"));
    let sandbox = Sandbox::site();
    sandbox.configure(&format!(
        "[backup]\nfolder = \"backups\"\n[dependencies]\nfrontend_tests = []\n[database]\nurl = \"{url}\"\n"
    ));
    let address: postgres::Config = url.parse().unwrap();
    let Some(postgres::config::Host::Unix(folder)) = address.get_hosts().first() else { unreachable!() };
    sandbox.write(
        "backend/manage.py",
        "import os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n\
         from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
    );
    sandbox.write("backend/shop/__init__.py", "");
    let settings = format!(
        "SECRET_KEY = 'only-for-this-test'\nINSTALLED_APPS = ['shop']\nDATABASES = {{'default': {{\n    \
         'ENGINE': 'django.db.backends.postgresql', 'NAME': '{name}', 'USER': '{user}', 'HOST': '{}'}}}}\n",
        folder.display()
    );
    sandbox.write("backend/shop/settings.py", &settings);
    sandbox.write("backend/requirements.txt", "shoplib==1.0.0\n");
    sandbox.write("backend/venv/pyvenv.cfg", "home = /usr/bin\n");
    sandbox.write("backend/venv/version", "1.0.0\n");
    let script = format!(
        "here=$(dirname \"$0\")/..\ncase \"$*\" in\n\
         *importlib.metadata*) echo \"{{\\\"version\\\": \\\"3.13.1\\\", \\\"packages\\\": {{\\\"shoplib\\\": \\\"$(cat \"$here/version\")\\\"}}}}\";;\n\
         *--dry-run*) echo '{{\"install\": [{{\"metadata\": {{\"name\": \"shoplib\", \"version\": \"1.0.1\"}}}}]}}';;\n\
         *\"install --quiet\"*) echo 1.0.1 > \"$here/version\";;\n\
         *\"pip --disable\"*) ;;\n*) exec '{}' \"$@\";;\nesac",
        django.display()
    );
    program(&sandbox, "backend/venv/bin/python", &script);
    migration(&sandbox, "pass");
    tests(&sandbox, "        pass\n");
    Some(Shop { sandbox, cluster, name, url })
}

/// A migration that waits, with one operation.
fn migration(sandbox: &Sandbox, operation: &str) {
    sandbox.write("backend/shop/migrations/__init__.py", "");
    let text = format!(
        "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = [{}]\n",
        if operation == "pass" { String::new() } else { format!("migrations.RunSQL({operation:?})") }
    );
    sandbox.write("backend/shop/migrations/0001_convert.py", &text);
}

/// The project's tests: one, with this body.
fn tests(sandbox: &Sandbox, body: &str) {
    sandbox.write(
        "backend/shop/tests.py",
        &format!("from django.test import SimpleTestCase, TestCase\nclass Shop(SimpleTestCase):\n    def test_shop(self):\n{body}"),
    );
}

impl Shop {
    fn ask(&self, sql: &str) -> String {
        let url = self.cluster.url(self.name);
        postgres::Client::connect(&url, postgres::NoTls).unwrap().query_one(sql, &[]).unwrap().get(0)
    }

    fn descriptions(&self) -> String {
        self.ask("SELECT string_agg(description || price, ' ' ORDER BY id) FROM showcase_product")
    }

    /// Databases besides the live one that are named after it, or are of ours.
    fn strays(&self) -> String {
        self.ask(&format!(
            "SELECT coalesce(string_agg(datname, ' '), '') FROM pg_database WHERE datname LIKE '%{0}%' AND datname <> '{0}'",
            self.name
        ))
    }

    fn update(&self, code: i32) -> serde_json::Value {
        self.sandbox.run(&["dependencies", "update", "--patch", "--format", "json"]).exits(code).json()
    }
}

#[test]
fn a_migration_that_loses_data_is_tried_on_a_copy_beside_the_live_database() {
    let Some(shop) = shop("rehearsed", "postgres") else { return };
    migration(&shop.sandbox, "UPDATE showcase_product SET description = '', price = 0");
    let (files, rows) = (tree_of(&shop.sandbox, "backend"), shop.descriptions());
    let report = shop.update(2);
    let lost = findings(&report, "DEPENDENCIES-009", "critical");
    assert!(lost.iter().any(|one| one["message"].as_str().unwrap().contains("description")), "{report}");
    assert!(tree_of(&shop.sandbox, "backend") == files, "nothing live has changed");
    assert_eq!((shop.descriptions(), shop.strays()), (rows, String::new()));
    assert_eq!(leftovers_in(&shop.sandbox, "backend"), 0);
}

#[test]
fn a_migration_that_loses_nothing_lets_the_update_through_and_is_not_run_on_the_live_database() {
    let Some(shop) = shop("harmless", "postgres") else { return };
    migration(&shop.sandbox, "CREATE TABLE shop_weight (grams integer)");
    // Tests that want a database get an empty one of ours, and not one that is named after the live one.
    tests(
        &shop.sandbox,
        "        pass\nclass Rows(TestCase):\n    def test_rows(self):\n        from django.db import connection\n        \
         assert connection.settings_dict['NAME'] == 'sitekeep_test_harmless'\n",
    );
    let report = shop.update(1);
    let told = findings(&report, "DEPENDENCIES-009", "ok");
    assert!(told.iter().any(|one| one["subject"] == "migrations, on a copy"), "{report}");
    let version = std::fs::read_to_string(shop.sandbox.path("backend/venv/version")).unwrap();
    assert_eq!(version, "1.0.1\n");
    let waits = shop.ask("SELECT (to_regclass('shop_weight') IS NULL)::text");
    assert_eq!((waits.as_str(), shop.strays().as_str()), ("true", ""));
    shop.sandbox.run(&["undo", "--confirm", "shop"]);
    let version = std::fs::read_to_string(shop.sandbox.path("backend/venv/version")).unwrap();
    assert_eq!(version, "1.0.0\n");
}

#[test]
fn tests_that_reach_for_the_live_data_reach_the_copy() {
    let Some(shop) = shop("reached", "postgres") else { return };
    let body = "        import psycopg\n        from django.conf import settings\n        it = settings.DATABASES['default']\n        \
        with psycopg.connect(dbname=it['NAME'], user=it['USER'], host=it['HOST']) as live:\n            \
        live.execute(\"UPDATE showcase_product SET price = 0\")\n";
    tests(&shop.sandbox, body);
    let rows = shop.descriptions();
    let report = shop.sandbox.run(&["dependencies", "test", "--format", "json"]).exits(1).json();
    let told = findings(&report, "DEPENDENCIES-009", "warning");
    assert!(told.iter().any(|one| one["subject"] == "the project's tests"), "{report}");
    assert_eq!((shop.descriptions(), shop.strays()), (rows, String::new()));
}

#[test]
fn where_no_copy_can_be_made_what_migrations_do_is_unknown() {
    let Some(cluster) = cluster() else { return };
    let role = "DROP ROLE IF EXISTS keeper; CREATE ROLE keeper LOGIN; GRANT pg_read_all_data TO keeper";
    postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls)
        .unwrap()
        .batch_execute(role)
        .unwrap();
    let Some(shop) = shop("unrehearsed", "keeper") else { return };
    let rows = shop.descriptions();
    let report = shop.sandbox.run(&["dependencies", "test", "--format", "json"]).exits(3).json();
    let unknown = findings(&report, "DEPENDENCIES-009", "unknown");
    assert!(unknown.iter().any(|one| one["subject"] == "migrations, on a copy"), "{report}");
    let told = findings(&report, "DEPENDENCIES-009", "warning");
    assert!(told.iter().any(|one| one["remedy"].as_str().unwrap().contains("CREATEDB")), "{report}");
    assert_eq!((shop.descriptions(), shop.strays()), (rows, String::new()), "{}", shop.url);
}

#[test]
fn settings_of_another_engine_are_refused_before_a_name_is_taken_for_a_file() {
    let Some(shop) = shop("elsewhere", "postgres") else { return };
    let settings = "SECRET_KEY = 'x'\nINSTALLED_APPS = ['shop']\n\
        DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'own.sqlite3'}}\n";
    shop.sandbox.write("backend/shop/settings.py", settings);
    let files = tree_of(&shop.sandbox, "backend");
    let report = shop.sandbox.run(&["dependencies", "test", "--format", "json"]).exits(2).json();
    assert!(report.to_string().contains("DATABASES is not"), "{report}");
    assert!(tree_of(&shop.sandbox, "backend") == files);
}
