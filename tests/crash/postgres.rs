//! Restore and undo of a PostgreSQL database: the exchange is one transaction of the server's.

use super::world::World;
use crate::database::guide_schema_on_postgres;
use crate::postgres::Cluster;
use crate::postgres::cluster;
use crate::restore::run;
use crate::restore::site;

fn ask(url: &str, sql: &str) -> String {
    let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
    client.query_one(sql, &[]).unwrap().get(0)
}

fn prices(url: &str) -> String {
    ask(url, "SELECT string_agg(slug || '=' || price, ' ' ORDER BY id) FROM showcase_product")
}

/// Databases of ours on the server, less those of which a record says that they are kept.
fn strays(cluster: &Cluster, world: &World) -> Vec<String> {
    let sql = "SELECT coalesce(string_agg(datname, ' '), '') FROM pg_database
        WHERE datname LIKE 'sitekeep%tortured%'";
    let mut names: Vec<String> =
        ask(&cluster.url("postgres"), sql).split_whitespace().map(ToOwned::to_owned).collect();
    for entry in std::fs::read_dir(world.sandbox.path("state/quarantine")).into_iter().flatten() {
        let record = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        names.retain(|name| !record.contains(name));
    }
    names
}

#[test]
fn a_killed_restore_of_postgresql_leaves_the_old_database_or_the_new() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("tortured", &guide_schema_on_postgres());
    let sandbox = site(&format!("[restore]\npatience = \"0s\"\n[database]\nurl = \"{url}\"\n"));
    run(&sandbox, &["backup", "database"]).exits(0);
    let backed_up = prices(&url);
    let world = World::new(sandbox);
    let command = ["restore", "latest", "--only", "database", "--confirm", "shop", "--no-safety-backup"];
    let renew = || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        client.batch_execute("UPDATE showcase_product SET price = 7").unwrap();
    };
    renew();
    let changed = prices(&url);
    let Some(moments) = world.moments(&command) else { return };
    // What the first run kept, of which the next world knows nothing.
    run(&world.sandbox, &["undo", "--confirm", "shop"]).exits(0);
    run(&world.sandbox, &["quarantine", "purge", "--all", "--confirm", "shop"]).exits(0);
    world.kill_at(&moments, "restore on PostgreSQL", 4, &command, |world, step| {
        let when = format!("{step:?}");
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        let now = prices(&url);
        assert!(now == backed_up || now == changed, "{when}: {now}");
        assert_eq!(strays(&cluster, world), Vec::<String>::new(), "{when}");
        let again = world.run_later(&command);
        assert!(matches!(again.code, 0 | 1), "{when}: {}{}", again.stdout, again.stderr);
        assert_eq!(prices(&url), backed_up, "{when}");
        let undone = world.run_later(&["undo", "--confirm", "shop"]);
        assert!(matches!(undone.code, 0 | 1), "{when}: {}{}", undone.stdout, undone.stderr);
        assert_eq!(prices(&url), now, "{when}");
        world.run(&["quarantine", "purge", "--all", "--confirm", "shop"]).exits(0);
        assert_eq!(strays(&cluster, world), Vec::<String>::new(), "{when}");
        renew();
    });
}
