//! `sitekeep init`: what is found in a Django project.

use crate::sandbox::Sandbox;

fn project(settings: &str, env: &str) -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.write(
        "backend/manage.py",
        "import os\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'boutique_backend.settings')\n",
    );
    sandbox.write("backend/boutique_backend/settings.py", settings);
    sandbox.write(
        "backend/vitrine/models.py",
        "from django.db import models\nclass Product(models.Model):\n    pass\n",
    );
    sandbox.write("backend/media/products/a.jpg", "x");
    sandbox.write("backend/.env", env);
    sandbox
}

const SETTINGS: &str = "
from pathlib import Path
from decouple import config
BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = config('DEBUG', default=False, cast=bool)
TIME_ZONE = 'Africa/Lagos'
MEDIA_URL = 'fichiers/'
MEDIA_ROOT = BASE_DIR / 'media'
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.sqlite3',
        'NAME': BASE_DIR / 'boutique.sqlite3',
    }
}
LOGGING = {'handlers': {'file': {'filename': '/var/log/boutique/django.log'}}}
";

#[test]
fn a_django_project_is_found_in_all_its_parts() {
    let sandbox = project(SETTINGS, "DEBUG=False\n");
    sandbox.write("frontend/vite.config.ts", "export default { server: { port: 5000 } }");
    sandbox.write(
        "backend/gunicorn.conf.py",
        "bind = '127.0.0.1:8100'\naccesslog = '/var/log/boutique/access.log'\n",
    );
    sandbox.run(&["init"]).exits(0).says("Next: sitekeep config show --origin");
    let shown = sandbox.run(&["config", "show"]).exits(0).stdout;
    for part in [
        "site.name = \"boutique\"",
        "site.app = \"vitrine\"",
        "site.timezone = \"Africa/Lagos\"",
        "site.media_url = \"/fichiers/\"",
        "backend/media\"",
        "backend/boutique.sqlite3\"",
        "health.ports = [8100]",
        "/var/log/boutique/django.log",
        "/var/log/boutique/access.log",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn a_postgresql_server_is_found_in_the_env_file_without_its_password() {
    for (env, url) in [
        (
            "PGDATABASE=boutique_db\nPGUSER=boutique\nPGHOST=db.local\nPGPASSWORD=canary\n",
            "postgresql://boutique@db.local:5432/boutique_db",
        ),
        (
            "DATABASE_URL=postgres://boutique:canary@127.0.0.1:5433/b\n",
            "postgresql://boutique@127.0.0.1:5433/b",
        ),
        ("DB_NAME=b\nDB_USER=u\nDB_PASSWORD=canary\nDB_PORT=6543\n", "postgresql://u@localhost:6543/b"),
    ] {
        let sandbox = project("", env);
        sandbox.run(&["init"]).exits(0).says(url);
        let text = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
        assert!(text.contains(url) && !text.contains("canary"), "{text}");
        sandbox
            .run(&["config", "show", "--origin"])
            .exits(0)
            .says("database.password = \"***\"")
            .says("/backend/.env");
    }
}

#[test]
fn an_existing_configuration_is_not_replaced() {
    let sandbox = project(SETTINGS, "");
    sandbox.write("sitekeep.toml", "# mine\n");
    sandbox.run(&["init"]).exits(64).complains("is there already").complains("--force");
    assert_eq!(std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap(), "# mine\n");
    sandbox.run(&["init", "--dry-run"]).exits(0).says("[site]");
    sandbox.run(&["init", "--force"]).exits(0).complains("is kept as");
    assert_eq!(std::fs::read_to_string(sandbox.path("sitekeep.toml.bak")).unwrap(), "# mine\n");
    assert!(std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap().contains("boutique"));
}

#[test]
fn settings_are_never_executed() {
    let sandbox = project("import os\nos.system('touch executed')\nopen('executed', 'w')\n", "");
    sandbox.run(&["init"]).exits(0);
    assert!(!sandbox.path("executed").exists() && !sandbox.path("backend/executed").exists());
}

#[test]
fn a_folder_that_is_not_there_is_a_usage_error() {
    Sandbox::empty().run(&["init", "nowhere"]).exits(64).complains("nowhere");
}

#[test]
fn a_backend_folder_without_its_code_is_still_found() {
    let sandbox = Sandbox::empty();
    sandbox.write("backend/.env", "PGDATABASE=shop\nPGUSER=shop\n");
    sandbox.write("backend/media/a.jpg", "x");
    sandbox.run(&["init"]).exits(0).says("postgresql://shop@localhost:5432/shop").says("backend/media");
}

#[test]
fn a_folder_without_a_site_is_told_and_nothing_is_written() {
    let sandbox = Sandbox::empty();
    sandbox.run(&["init"]).exits(64).complains("no site is in").complains("manage.py");
    assert!(!sandbox.path("sitekeep.toml").exists());
    sandbox.run(&["init", "--force"]).exits(0);
}

#[test]
fn a_frontend_server_that_runs_is_watched() {
    let sandbox = project(SETTINGS, "");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    sandbox.write("frontend/vite.config.ts", &format!("export default {{ server: {{ port: {port} }} }}"));
    sandbox.run(&["init"]).exits(0);
    sandbox.run(&["config", "show"]).exits(0).says(&format!("health.ports = [{port}, 8000]"));
}

#[test]
fn settings_of_the_whole_machine_name_one_record_and_one_place_of_the_backups() {
    let sandbox = project(SETTINGS, "");
    sandbox
        .run(&["init", "--dry-run", "--output", "/etc/sitekeep/sitekeep.toml"])
        .exits(0)
        .says("\ndirectory = \"/var/lib/sitekeep/boutique\"")
        .says("\nfolder = \"/var/backups/boutique\"");
    let own = sandbox.run(&["init", "--dry-run"]).exits(0);
    assert!(!own.stdout.contains("\ndirectory = "), "{}", own.stdout);
}
