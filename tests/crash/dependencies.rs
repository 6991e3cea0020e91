//! `dependencies update`: packages, pins and lock files are the former ones or the later ones, all of them together.

use super::every::strays;
use super::seen::Seen;
use super::strace;
use super::world::World;
use crate::database::guide_schema_on_postgres;
use crate::dependencies::world::program;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use std::io::Read;
use std::path::PathBuf;

/// Answers as the interpreter of an environment does whose one package has a later version, and installs that.
const PYTHON: &str = r#"here=$(dirname "$0")/..
case "$*" in
*importlib.metadata*) echo "{\"version\": \"3.13.1\", \"packages\": {\"shoplib\": \"$(cat "$here/lib/version")\"}}";;
*--dry-run*) echo '{"install": [{"metadata": {"name": "shoplib", "version": "1.0.1"}}]}';;
*"install --quiet"*) rm "$here/lib/former.py"; echo later > "$here/lib/later.py"; echo 1.0.1 > "$here/lib/version"; ;;
esac"#;
/// Answers as npm does, whose registry has a later version of the one package.
const NPM: &str = r#"case "$*" in
*--package-lock-only*) sed -i 's/2\.0\.0/2.0.1/' package.json package-lock.json;;
install*) mkdir -p node_modules/ms; echo 2.0.1 > node_modules/ms/index.js;;
esac"#;
const MANAGE: &str = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n";

/// A project with a package of Python and one of npm, each with a later version; `more` are settings of sitekeep.
fn project(python: &str, more: &str) -> World {
    let sandbox = Sandbox::site();
    sandbox.configure(&format!("[backup]\nfolder = \"backups\"\n{more}"));
    sandbox.write("backend/manage.py", MANAGE);
    sandbox.write("backend/requirements.txt", "shoplib==1.0.0  # ours\n");
    sandbox.write("backend/venv/pyvenv.cfg", "home = /usr/bin\n");
    sandbox.write("backend/venv/lib/former.py", "former\n");
    sandbox.write("backend/venv/lib/version", "1.0.0\n");
    program(&sandbox, "backend/venv/bin/python", python);
    let own = format!("#!{}\nprint('shop')\n", sandbox.path("backend/venv/bin/python").display());
    sandbox.write("backend/venv/bin/shop", &own);
    sandbox.set_mode("backend/venv/bin/shop", 0o755);
    let manifest = r#"{"scripts": {"build": "x", "lint": "x"}, "dependencies": {"ms": "2.0.0"}}"#;
    sandbox.write("frontend/package.json", manifest);
    let lock = r#"{"lockfileVersion": 3, "packages": {"node_modules/ms": {"version": "2.0.0"}}}"#;
    sandbox.write("frontend/package-lock.json", lock);
    sandbox.write("frontend/node_modules/ms/index.js", "2.0.0\n");
    program(&sandbox, "bin/npm", NPM);
    let mut world = World::new(sandbox);
    world.path = format!("{}:{}", world.sandbox.path("bin").display(), std::env::var("PATH").unwrap());
    // pip and npm end with it.
    world.is_alone = true;
    world
}

const UPDATE: [&str; 3] = ["dependencies", "update", "--patch"];

/// Kills at one step in so many of a whole run; `databases` names those of ours that are left on the server.
fn survives(name: &str, world: &World, pace: usize, databases: &dyn Fn() -> String) {
    let old = Seen::of(world);
    let outcome = world.run(&UPDATE);
    let new = Seen::of(world);
    for path in ["backend/requirements.txt", "backend/venv/lib/later.py", "frontend/node_modules/ms/index.js"]
    {
        let folder = path.rsplit_once('/').unwrap().0;
        assert_ne!(old.clone().below(folder), new.clone().below(folder), "{path}: {}", outcome.stdout);
    }
    let Some(mut moments) = world.moments(&UPDATE) else { return };
    strace::take_one_in(&mut moments, pace, 8);
    world.kill_at(&moments, name, usize::MAX, &UPDATE, |world, step| {
        let when = format!("{step:?}");
        Seen::of(world).is_between(&old, &new, &when);
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        let after = Seen::of(world);
        assert!(after == old || after == new, "{when}: half of it: {after:?}");
        assert_eq!(strays(world), Vec::<PathBuf>::new(), "{when}");
        assert_eq!(databases(), "", "{when}");
        if after == old {
            let again = world.run_later(&UPDATE);
            assert_eq!(again.code, outcome.code, "{when}: {}{}", again.stdout, again.stderr);
            assert_eq!(Seen::of(world).first_difference(&new), None, "{when}: again");
        }
        let undone = world.run_later(&["undo", "--confirm", "shop"]);
        assert!(matches!(undone.code, 0 | 1), "{when}: {}{}", undone.stdout, undone.stderr);
        assert_eq!(Seen::of(world).first_difference(&old), None, "{when}: undo");
    });
}

#[test]
fn a_killed_update_leaves_the_former_packages_or_the_later_ones() {
    survives("dependencies update", &project(PYTHON, ""), 1, &String::new);
}

#[test]
fn a_killed_update_on_postgresql_leaves_no_copy_of_the_database() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("updated", &guide_schema_on_postgres());
    let world = project(PYTHON, &format!("[database]\nurl = \"{url}\"\n"));
    let strays = || -> String {
        let sql = "SELECT coalesce(string_agg(datname, ' '), '') FROM pg_database WHERE datname LIKE 'sitekeep%updated%'";
        postgres::Client::connect(&url, postgres::NoTls).unwrap().query_one(sql, &[]).unwrap().get(0)
    };
    survives("dependencies update on PostgreSQL, one step in 8", &world, 8, &strays);
}

/// It would else go on writing to a folder that the next run removes.
#[test]
fn pip_ends_with_the_update_that_is_killed() {
    let python =
        PYTHON.replace("rm \"$here", "exec 3> told; kill -9 $PPID; go_on; echo alive >&3; rm \"$here");
    let go_on = "go_on() { i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; }\n";
    let world = project(&format!("{go_on}{python}"), "");
    let told = world.sandbox.path("told");
    rustix::fs::mkfifoat(rustix::fs::CWD, &told, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let listener = std::thread::spawn(move || {
        let mut said = String::new();
        std::fs::File::open(told).unwrap().read_to_string(&mut said).unwrap();
        said
    });
    let output = world.command(&UPDATE).output().unwrap();
    assert_eq!(output.status.code(), None, "{}", String::from_utf8_lossy(&output.stdout));
    // Whatever became of it, the listener has had a writer, and reads to the end.
    drop(std::fs::File::options().read(true).write(true).open(world.sandbox.path("told")).unwrap());
    assert_eq!(listener.join().unwrap(), "", "it outlived the kill");
}
