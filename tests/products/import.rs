//! Lists: what differs is written, all of it or nothing, and an export comes back as it went.

use super::Shop;
use super::on_both;
use crate::sandbox::findings;

const HEADER: &str = "slug,name,brand,price,category,subcategory,in_stock,featured,description,image\n";

#[test]
fn an_export_comes_back_byte_for_byte() {
    on_both("products_export", |shop| {
        shop.site_writes(
            "UPDATE showcase_product SET description = 'deux
lignes, \"citées\"', subcategory_id = NULL WHERE id = 2",
        );
        let media = shop.media();
        for format in ["csv", "json"] {
            let rows = shop.rows();
            let list = shop.does(&["products", "export", "--format", format]).stdout;
            shop.sandbox.write("list", &list);
            shop.does(&["products", "import", "list"]).says("3 rows as wanted already");
            assert_eq!(shop.rows(), rows);
            // Into a shop that has the same categories and pictures, and no products.
            shop.does(&["products", "delete", "savane-14", "atlas-voyage", "ecran-baobab"]);
            for (path, bytes) in &media {
                shop.sandbox.write_bytes(&format!("backend/media/{path}"), bytes);
            }
            shop.does(&["products", "import", "list"]).says("savane-14: added");
            assert_eq!(shop.does(&["products", "export", "--format", format]).stdout, list);
            assert_eq!(list.matches("ecran-baobab").count(), 2, "its slug and its picture");
        }
    });
}

#[test]
fn a_list_adds_and_changes_and_tells_which() {
    on_both("products_import", |shop| {
        shop.picture("photos/neuf.jpg");
        shop.sandbox.write(
            "photos/list.csv",
            &format!(
                "{HEADER}savane-14,\"Savane 14\"\" <Pro> & Étui\",Akwa,1,ordinateurs,portables,true,true,\"Savane 14\"\" <Pro> & Étui, livré à Cotonou\",products/savane-14.jpg\n\
                 ,Neuf,Akwa,99000,Ordinateurs,Écrans,non,,Un neuf,neuf.jpg\n"
            ),
        );
        let before = (shop.rows(), shop.media());
        let dry = shop.does(&["products", "import", "photos/list.csv", "--dry-run"]);
        dry.says("savane-14: would be changed: price 385000.00 → 1.00").says("neuf-akwa: would be added");
        assert_eq!((shop.rows(), shop.media()), before);
        shop.does(&["products", "import", "photos/list.csv"]);
        assert_eq!(shop.ask("SELECT count(*) FROM showcase_product"), "4");
        let image = shop.ask("SELECT image FROM showcase_product WHERE slug = 'neuf-akwa' AND NOT in_stock");
        assert!(shop.media().contains_key(&image), "{image}");
        // Once more, it changes nothing: the picture is there already.
        shop.does(&["products", "import", "photos/list.csv"]).says("2 rows as wanted already");
        shop.does(&["undo", "--confirm", "shop"]);
        assert_eq!((shop.rows(), shop.media()), before);
    });
}

#[test]
fn one_bad_line_keeps_the_whole_list_out() {
    on_both("products_import_refused", |shop| {
        let before = (shop.rows(), shop.media());
        shop.sandbox.write(
            "list.csv",
            "slug,price,category,image\nsavane-14,1,,\natlas-voyage,abc,ordinateurs,products/atlas-voyage.jpg\n\
             savane-14,2,ordinateurs,products/savane-14.jpg\nnouveau,5,portabels,\necran-baobab,5,ecrans,nowhere.jpg\n",
        );
        for more in [&[][..], &["--dry-run"]] {
            let arguments = [&["products", "import", "list.csv", "--format", "json"][..], more].concat();
            let report = shop.run(&arguments).exits(2).json();
            let refused: Vec<_> = findings(&report, "PRODUCTS-002", "critical")
                .iter()
                .map(|finding| (finding["subject"].as_str().unwrap(), finding["message"].as_str().unwrap()))
                .collect();
            let places: Vec<&str> = refused.iter().map(|(place, _)| *place).collect();
            assert_eq!(places, ["line 2", "line 3", "line 4", "line 5", "line 6"], "{refused:?}");
            assert!(refused[1].1.contains("`abc` is no price"), "{refused:?}");
            assert!(refused[2].1.contains("`savane-14` is in line 2 already"), "{refused:?}");
            assert_eq!((shop.rows(), shop.media()), before);
        }
        shop.does(&["quarantine", "list"]).says("nothing is kept");
    });
}

#[test]
fn a_list_comes_through_a_pipe() {
    let shop = Shop::on_sqlite();
    let mut command = shop.command(crate::sandbox::NOW, &["products", "import", "-"]);
    shop.sandbox.write("list.json", "[{\"slug\": \"savane-14\", \"price\": 5, \"featured\": false}]");
    command.stdin(std::fs::File::open(shop.sandbox.path("list.json")).unwrap());
    crate::sandbox::outcome(&mut command).exits(0).says("price 385000.00 → 5.00; featured yes → no");
}

#[test]
fn what_the_site_wrote_since_the_list_was_compared_is_never_overwritten() {
    on_both("products_import_raced", |shop| {
        // The site writes when the first row is written: no look before could have seen it.
        let trigger = if shop.is_sqlite() {
            "CREATE TRIGGER site AFTER UPDATE ON showcase_product WHEN new.id = 1
             BEGIN UPDATE showcase_product SET brand = 'Site' WHERE id = 2; END"
        } else {
            "CREATE FUNCTION site() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN UPDATE showcase_product SET brand = ''Site'' WHERE id = 2; RETURN new; END';
             CREATE TRIGGER site AFTER UPDATE ON showcase_product FOR EACH ROW WHEN (new.id = 1)
             EXECUTE FUNCTION site()"
        };
        shop.site_writes(trigger);
        shop.sandbox.write("list.csv", "slug,price\nsavane-14,1\natlas-voyage,2\n");
        let before = shop.rows();
        shop.run(&["products", "import", "list.csv"]).exits(2).complains("its brand is `Site`, not `Akwa`");
        assert_eq!(shop.rows(), before);
    });
}

#[test]
fn two_imports_a_backup_and_the_site_at_the_same_time_lose_nothing() {
    on_both("products_at_once", |shop| {
        for list in ["one", "other"] {
            let rows = (0..300).map(|number| {
                format!(
                    "{list}-{number},N {list} {number},Akwa,{number},ordinateurs,x,products/savane-14.jpg\n"
                )
            });
            let rows: String = rows.collect();
            shop.sandbox.write(list, &format!("slug,name,brand,price,category,description,image\n{rows}"));
        }
        let start = |arguments: &[&str]| {
            let mut command = shop.command(crate::sandbox::NOW, arguments);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap()
        };
        let mut runs = vec![
            start(&["products", "import", "one", "--lock-wait", "5m"]),
            start(&["products", "import", "other", "--lock-wait", "5m"]),
        ];
        if shop.is_sqlite() {
            runs.push(start(&["backup", "database", "--lock-wait", "5m"]));
        }
        let mut written = 0;
        while runs.iter_mut().any(|run| run.try_wait().unwrap().is_none()) {
            shop.site_writes("UPDATE showcase_product SET price = price + 1 WHERE id = 2");
            written += 1;
        }
        for mut run in runs {
            assert_eq!(run.wait().unwrap().code(), Some(0));
        }
        assert_eq!(shop.ask("SELECT count(*) FROM showcase_product"), "603");
        let price = shop.ask("SELECT CAST(price AS int) FROM showcase_product WHERE id = 2");
        assert_eq!(price, (540_000 + written).to_string());
    });
}
