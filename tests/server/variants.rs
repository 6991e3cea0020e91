//! Pictures made narrower on demand: once, within limits, and never from outside the media folder.

use super::world::World;
use crate::sandbox::jpeg;

fn world() -> World {
    let mut world = World::new();
    world.config.serve.variants_folder = Some(world.folder.path().join("variants"));
    world.file("media/products/photo.jpg", &jpeg(1000, 500));
    world
}

fn size(bytes: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(bytes).unwrap();
    (picture.width(), picture.height())
}

fn kept(world: &World) -> usize {
    std::fs::read_dir(world.folder.path().join("variants")).map_or(0, Iterator::count)
}

#[test]
fn a_picture_is_made_narrower_once_and_then_kept() {
    let world = world();
    let server = world.start();
    let first = server.get("/media/products/photo.jpg?w=320");
    assert_eq!((first.status, first.header("content-type")), (200, Some("image/jpeg")));
    assert_eq!(size(&first.body), (320, 160));
    let again = server.get("/media/products/photo.jpg?v=7&w=320");
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.body, first.body);
    assert_eq!(kept(&world), 1);
    let tag = first.header("etag").unwrap();
    let known = server.ask("GET", "/media/products/photo.jpg?w=320", &[("If-None-Match", tag)]);
    assert_eq!(known.status, 304);
    let part = server.ask("GET", "/media/products/photo.jpg?w=320", &[("Range", "bytes=0-1")]);
    assert_eq!((part.status, part.body), (206, vec![0xff, 0xd8]));
    assert_ne!(server.get("/media/products/photo.jpg").header("etag"), Some(tag));
    // Another picture under the same name has another variant.
    world.file("media/products/photo.jpg", &jpeg(1000, 250));
    assert_eq!(size(&server.get("/media/products/photo.jpg?w=320").body), (320, 80));
}

#[test]
fn a_picture_that_is_no_wider_or_cannot_be_read_is_served_as_it_is() {
    let world = world();
    let server = world.start();
    let whole = server.get("/media/products/photo.jpg").body;
    assert_eq!(server.get("/media/products/photo.jpg?w=1280").body, whole);
    assert_eq!(server.get("/media/products/one.jpg?w=320").body, b"0123456789");
    for path in ["/media/products/none.jpg?w=320", "/media/../secret.txt?w=320", "/media/%2e%2e/x?w=640"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    for width in ["", "0", "321", "-320", "320.0", "99999999999999999999"] {
        assert_eq!(server.get(&format!("/media/products/photo.jpg?w={width}")).status, 400, "{width}");
    }
    assert_eq!(kept(&world), 2, "that there is nothing to make is kept, too");
}

#[test]
fn many_who_ask_at_once_get_one_picture() {
    let world = world();
    let server = world.start();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let answer = server.get("/media/products/photo.jpg?w=640");
                assert_eq!((answer.status, size(&answer.body)), (200, (640, 320)));
            });
        }
    });
    assert_eq!(kept(&world), 1);
}

#[test]
fn the_folder_does_not_outgrow_its_limit() {
    let mut world = world();
    world.config.serve.variants_size = sitekeep::units::ByteSize(1);
    let server = world.start();
    assert_eq!(size(&server.get("/media/products/photo.jpg?w=320").body), (1000, 500));
    assert_eq!(kept(&world), 0);
    server.end();
    world.config.serve.variants_size = sitekeep::units::ByteSize(0);
    assert_eq!(size(&world.start().get("/media/products/photo.jpg?w=320").body), (1000, 500));
}
