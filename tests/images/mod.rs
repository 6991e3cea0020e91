//! `sitekeep images`: pictures in fewer bytes that look the same, what the shop asks of them, and files that nothing
//! names: nothing that is used is ever moved, and what was moved comes back.

mod formats;
mod kills;
mod lookup;
mod moved;
mod optimize;
mod orphans;
mod permissions;
mod racing;
mod rules;
mod undo;
mod uploads;

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use image::ImageDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use rusqlite::Connection;
use sitekeep::picture::Pixels;
use sitekeep::picture::jpeg_pixels;
use std::io::Cursor;
use std::path::PathBuf;

/// A time at which every file of a test is old, whatever the machine's clock says.
pub const LATER: &str = "2199-01-01T08:00:00Z";

pub fn run(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    at(sandbox, LATER, arguments)
}

pub fn at(sandbox: &Sandbox, now: &str, arguments: &[&str]) -> Outcome {
    sandbox.run_with(&[("SITEKEEP_NOW", now), ("SITEKEEP_SITE__URL", "http://127.0.0.1:9")], arguments)
}

pub fn live(sandbox: &Sandbox) -> Connection {
    Connection::open(sandbox.path("backend/db.sqlite3")).unwrap()
}

/// Puts files below the media folder, each with its own name as content.
pub fn put(sandbox: &Sandbox, paths: &[&str]) {
    for path in paths {
        sandbox.write(&format!("backend/media/{path}"), path);
    }
}

/// Paths below the media folder that stand so in the list.
pub fn standing(list: &Outcome, word: &str) -> Vec<String> {
    let mut found: Vec<String> = list
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix(&format!("{word},")))
        .map(|rest| rest.split(',').next().unwrap().to_owned())
        .collect();
    found.sort();
    found
}

/// The files that are kept in the quarantine.
pub fn kept(sandbox: &Sandbox) -> Vec<PathBuf> {
    let folders = crate::restore::kept(sandbox);
    folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|it| it.unwrap().path())
        .collect()
}

/// The site of the sandbox without its pictures.
pub fn site() -> Sandbox {
    let sandbox = Sandbox::site();
    std::fs::remove_dir_all(sandbox.path("backend/media/products")).unwrap();
    sandbox
}

/// A picture with soft shapes and some grain, as photos have; each `seed` another one.
pub fn scene(width: u32, height: u32, seed: u32) -> image::RgbImage {
    let mut grain = seed.wrapping_mul(2_654_435_761) | 1;
    image::RgbImage::from_fn(width, height, |x, y| {
        grain ^= grain << 13;
        grain ^= grain >> 17;
        grain ^= grain << 5;
        let noise = grain % 13;
        let round = (x * x / 97 + y * y / 61 + seed * 40) % 180;
        let value = |plus: u32| u8::try_from((round + plus + noise).min(255)).unwrap();
        image::Rgb([value(0), value(x * 60 / width), value(y * 70 / height)])
    })
}

/// A JPEG of a quality of the usual scale.
pub fn photo(width: u32, height: u32, seed: u32, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&scene(width, height, seed)).unwrap();
    bytes
}

/// The JPEG with one more segment behind its beginning.
pub fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
}

/// EXIF as a camera writes it: the orientation in little-endian, and a maker's name that takes room.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0".to_vec();
    exif.extend([0x0f, 0x01, 2, 0, 32, 0, 0, 0, 38, 0, 0, 0]);
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    exif.extend([0; 4]);
    exif.extend(b"A maker of cameras, a long name\0");
    exif
}

/// How a JPEG is shown: its pixels, how they are turned, and its colour profile.
pub fn shown(jpeg: &[u8]) -> (Pixels, Orientation, Option<Vec<u8>>) {
    let mut decoder = JpegDecoder::new(Cursor::new(jpeg)).unwrap();
    (jpeg_pixels(jpeg).unwrap(), decoder.orientation().unwrap(), decoder.icc_profile().unwrap())
}

/// The pixels of a JPEG that is whole.
pub fn pixels(jpeg: &[u8]) -> Pixels {
    jpeg_pixels(jpeg).unwrap()
}

pub fn read(sandbox: &Sandbox, name: &str) -> Vec<u8> {
    std::fs::read(sandbox.path(&format!("backend/media/{name}"))).unwrap()
}

pub fn write(sandbox: &Sandbox, name: &str, bytes: &[u8]) {
    sandbox.write_bytes(&format!("backend/media/{name}"), bytes);
}

/// The private folders beside the media.
pub fn folders(sandbox: &Sandbox) -> Vec<PathBuf> {
    crate::restore::kept(sandbox)
}
