//! What a picture is, and how it is shown, does not change; what cannot be handled is told and left.

use super::exif;
use super::photo;
use super::read;
use super::scene;
use super::shown;
use super::site;
use super::with_segment;
use super::write;
use crate::sandbox::findings;
use image::DynamicImage;
use image::ImageFormat;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::CompressionType;
use image::codecs::png::FilterType;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use std::io::Cursor;

/// A PNG that leaves room for a better one.
fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::NoFilter);
    picture.write_with_encoder(encoder).unwrap();
    bytes
}

/// The PNG with one more chunk behind its header.
fn with_chunk(png: &[u8], name: &[u8], content: &[u8]) -> Vec<u8> {
    let named = [name, content].concat();
    let mut sum = flate2::Crc::new();
    sum.update(&named);
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&png[..33], &length, &named, &sum.sum().to_be_bytes(), &png[33..]].concat()
}

#[test]
fn h9_a_turned_photo_keeps_its_turn_and_its_colours() {
    let sandbox = site();
    let profile = [b"ICC_PROFILE\0\x01\x01".as_slice(), &[7; 500]].concat();
    // Above the quality, below it, and of an encoder that cannot be told.
    let names = ["fine.jpg", "coarse.jpg"];
    let originals = [95, 60].map(|quality| {
        let plain = photo(320, 240, u32::from(quality), quality);
        with_segment(&with_segment(&plain, 0xe2, &profile), 0xe1, &exif(6))
    });
    for (name, original) in names.iter().zip(&originals) {
        write(&sandbox, name, original);
    }
    sandbox.run(&["images", "optimize"]).exits(0);
    for (name, original) in names.iter().zip(&originals) {
        let after = read(&sandbox, name);
        assert!(after.len() < original.len(), "{name}");
        let (pixels, orientation, icc) = shown(&after);
        let (pixels_before, _, icc_before) = shown(original);
        assert_eq!(orientation, Orientation::Rotate90, "{name}");
        assert!(icc.is_some() && icc == icc_before, "{name}");
        assert_eq!((pixels.width, pixels.height), (pixels_before.width, pixels_before.height));
        assert!(
            !after.windows(8).any(|part| part == b"A maker "),
            "{name}: what the camera wrote is left out"
        );
    }
    assert_eq!(shown(&read(&sandbox, "coarse.jpg")).0, shown(&originals[1]).0);
}

#[test]
fn pngs_of_every_kind_keep_every_pixel() {
    let sandbox = site();
    let scene = scene(90, 70, 3);
    let grey = DynamicImage::ImageRgb8(scene.clone()).into_luma8();
    let clear = image::RgbaImage::from_fn(90, 70, |x, y| {
        image::Rgba([u8::try_from(x).unwrap(), 9, 9, u8::try_from(y * 3).unwrap()])
    });
    let wide = image::ImageBuffer::<image::Rgb<u16>, _>::from_fn(90, 70, |x, y| {
        image::Rgb([u16::try_from(x * 700).unwrap(), u16::try_from(y * 900).unwrap(), 257])
    });
    let kinds = [
        ("colour.png", DynamicImage::ImageRgb8(scene)),
        ("grey.PNG", DynamicImage::ImageLuma8(grey)),
        ("clear.png", DynamicImage::ImageRgba8(clear)),
        ("wide.png", DynamicImage::ImageRgb16(wide)),
        // Content decides, whatever the name.
        ("disguised.jpg", DynamicImage::ImageRgb8(super::scene(50, 50, 4))),
    ];
    for (name, picture) in &kinds {
        write(&sandbox, name, &png(picture));
    }
    sandbox.run(&["images", "optimize"]).exits(0);
    for (name, picture) in &kinds {
        let after = read(&sandbox, name);
        assert!(after.len() < png(picture).len(), "{name}");
        let decoded = image::load_from_memory_with_format(&after, ImageFormat::Png).unwrap();
        assert_eq!(decoded.into_rgba16(), picture.clone().into_rgba16(), "{name}");
    }
}

#[test]
fn how_a_png_is_shown_stays_and_the_rest_is_left_out() {
    let sandbox = site();
    let plain = png(&DynamicImage::ImageRgb8(scene(60, 40, 1)));
    let turned = exif(8);
    let original = with_chunk(&plain, b"eXIf", turned.strip_prefix(b"Exif\0\0").unwrap());
    let original = with_chunk(&original, b"gAMA", &100_000_u32.to_be_bytes());
    let original = with_chunk(&original, b"tEXt", b"Comment\0made by somebody");
    write(&sandbox, "a.png", &original);
    sandbox.run(&["images", "optimize"]).exits(0);
    let after = read(&sandbox, "a.png");
    let has = |name: &[u8]| after.windows(4).any(|part| part == name);
    assert!(has(b"eXIf") && has(b"gAMA") && !has(b"tEXt"));
}

#[test]
fn damaged_pictures_are_told_each_time_and_never_touched() {
    let sandbox = site();
    let jpeg = photo(320, 240, 1, 95);
    let picture = png(&DynamicImage::ImageRgb8(scene(60, 40, 1)));
    let mut flipped = picture.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let damaged: [(&str, &[u8]); 4] = [
        ("half.jpg", &jpeg[..jpeg.len() / 2]),
        ("head.jpg", &jpeg[..100]),
        ("half.png", &picture[..picture.len() / 2]),
        ("flipped.png", &flipped),
    ];
    for (name, bytes) in damaged {
        write(&sandbox, name, bytes);
    }
    write(&sandbox, "sound.jpg", &jpeg);
    for _ in 0..2 {
        let report = sandbox.run(&["images", "optimize", "--format", "json"]).exits(1).json();
        let told: Vec<_> =
            findings(&report, "IMAGES-002", "warning").iter().map(|it| it["subject"].clone()).collect();
        for (name, bytes) in damaged {
            assert!(told.iter().any(|subject| subject == name), "{name} is not in {told:?}");
            assert_eq!(read(&sandbox, name), bytes, "{name}");
        }
        assert_eq!(told.len(), damaged.len());
    }
    assert!(read(&sandbox, "sound.jpg").len() < jpeg.len());
}

#[test]
fn animations_other_formats_and_what_is_too_large_are_left_alone() {
    let sandbox = site();
    sandbox.configure("[images]\nmax_pixels = 100000\nmax_file = \"60 kB\"\n");
    let small = png(&DynamicImage::ImageRgb8(scene(60, 40, 1)));
    let animated = with_chunk(&small, b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    let mut webp = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(scene(30, 20, 1)).write_to(&mut webp, ImageFormat::WebP).unwrap();
    let files: [(&str, Vec<u8>); 5] = [
        ("animated.png", animated),
        ("other.webp", webp.into_inner()),
        ("notes.jpg", b"these are notes".to_vec()),
        ("pixels.jpg", photo(400, 300, 1, 30)),
        ("bytes.jpg", photo(300, 300, 1, 100)),
    ];
    for (name, bytes) in &files {
        write(&sandbox, name, bytes);
    }
    let report = sandbox.run(&["images", "optimize", "--format", "json"]).exits(0).json();
    let why = |name: &str| {
        let told = findings(&report, "IMAGES-002", "ok");
        told.iter().find(|it| it["subject"] == name).map(|it| it["message"].as_str().unwrap().to_owned())
    };
    assert!(why("animated.png").unwrap().contains("animated"));
    assert!(why("pixels.jpg").unwrap().contains("[images] max_pixels"));
    assert!(why("bytes.jpg").unwrap().contains("[images] max_file"));
    for (name, bytes) in &files {
        assert_eq!(&read(&sandbox, name), bytes, "{name}");
    }
}

#[test]
fn grey_photos_and_those_of_unknown_encoders_are_handled() {
    let sandbox = site();
    let mut grey = Vec::new();
    let picture = DynamicImage::ImageRgb8(scene(200, 160, 1)).into_luma8();
    JpegEncoder::new_with_quality(&mut grey, 95).encode_image(&picture).unwrap();
    // One step of the luma table other than any quality has: its quality cannot be told.
    let mut odd = photo(200, 160, 2, 95);
    let table = odd.windows(2).position(|pair| pair == [0xff, 0xdb]).unwrap();
    odd[table + 20] += 1;
    write(&sandbox, "grey.jpg", &grey);
    write(&sandbox, "odd.jpg", &odd);
    sandbox.run(&["images", "optimize"]).exits(0);
    assert!(read(&sandbox, "grey.jpg").len() < grey.len() * 9 / 10);
    assert!(read(&sandbox, "odd.jpg").len() < odd.len());
    assert_eq!(shown(&read(&sandbox, "odd.jpg")).0, shown(&odd).0, "what cannot be told keeps its pixels");
}
