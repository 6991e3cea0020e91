//! Product pictures, drawn: the demonstration site needs photos that anyone may copy, and carries no file of them.
//!
//! The same subject, brand, name and variant give the same pixels on every run.

mod accessories;
mod canvas;
mod colour;
mod components;
mod computers;
mod font;
mod glyphs;
mod motherboard;
mod parts;
mod printers;
mod scenery;
mod shape;
mod view;

use crate::demo::picture::canvas::Canvas;
use crate::demo::picture::colour::Look;
use anyhow::Context;
use anyhow::Result;
use image::ImageFormat;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use std::io::Cursor;

/// The JPEGs' quality, of 100.
const JPEG_QUALITY: u8 = 90;

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Laptop,
    Desktop,
    MiniPc,
    Processor,
    Motherboard,
    Memory,
    LaserPrinter,
    InkjetPrinter,
    Multifunction,
    KeyboardMouse,
    WebcamMicrophone,
    Headset,
}

/// Draws a product's card of 800 x 600 pixels.
///
/// Brand and variant choose the colours, the variant also details; the name is written below.
///
/// # Errors
/// When there is no memory for the picture.
pub fn draw(subject: Subject, brand: &str, name: &str, variant: u32) -> Result<RgbImage> {
    let mut canvas = Canvas::new()?;
    let look = Look::new(brand.trim(), variant);
    scenery::backdrop(&mut canvas, &look);
    let product = match subject {
        Subject::Laptop => computers::laptop,
        Subject::Desktop => computers::desktop,
        Subject::MiniPc => computers::mini_pc,
        Subject::Processor => components::processor,
        Subject::Motherboard => motherboard::motherboard,
        Subject::Memory => components::memory,
        Subject::LaserPrinter => printers::laser,
        Subject::InkjetPrinter => printers::inkjet,
        Subject::Multifunction => printers::multifunction,
        Subject::KeyboardMouse => accessories::keyboard_mouse,
        Subject::WebcamMicrophone => accessories::webcam_microphone,
        Subject::Headset => accessories::headset,
    };
    product(&mut canvas, &look);
    scenery::label(&mut canvas, &look, name.trim());
    canvas.finish()
}

/// Encodes a picture as JPEG.
///
/// # Errors
/// When the encoder refuses it.
pub fn jpeg(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .encode_image(picture)
        .context("encode a drawn picture as JPEG")?;
    Ok(bytes)
}

/// Encodes a picture as PNG.
///
/// # Errors
/// When the encoder refuses it.
pub fn png(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).context("encode a drawn picture as PNG")?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECTS: [Subject; 12] = [
        Subject::Laptop,
        Subject::Desktop,
        Subject::MiniPc,
        Subject::Processor,
        Subject::Motherboard,
        Subject::Memory,
        Subject::LaserPrinter,
        Subject::InkjetPrinter,
        Subject::Multifunction,
        Subject::KeyboardMouse,
        Subject::WebcamMicrophone,
        Subject::Headset,
    ];

    /// How many of two pictures' pixels clearly differ.
    fn difference(first: &RgbImage, second: &RgbImage) -> usize {
        let apart = |pair: &(&image::Rgb<u8>, &image::Rgb<u8>)| {
            pair.0.0.iter().zip(pair.1.0).any(|(one, other)| one.abs_diff(other) > 12)
        };
        first.pixels().zip(second.pixels()).filter(apart).count()
    }

    #[test]
    fn no_two_subjects_look_alike() {
        let pictures = SUBJECTS.map(|subject| draw(subject, "Niasotac", "Produit", 0).expect("draw"));
        for (index, first) in pictures.iter().enumerate() {
            for second in &pictures[index + 1..] {
                assert!(difference(first, second) > 40_000, "{:?}", SUBJECTS[index]);
            }
        }
    }

    #[test]
    fn brand_and_variant_change_each_subject() {
        for subject in SUBJECTS {
            let first = draw(subject, "Lenovo", "Produit", 0).expect("draw");
            for variant in 1..4 {
                let other = draw(subject, "Lenovo", "Produit", variant).expect("draw");
                assert!(difference(&first, &other) > 4_000, "{subject:?} {variant}");
            }
            let other = draw(subject, "Epson", "Produit", 0).expect("draw");
            assert!(difference(&first, &other) > 4_000, "{subject:?} of another brand");
        }
    }

    #[test]
    fn the_same_product_gives_the_same_pixels() {
        let bytes = || png(&draw(Subject::Headset, "Logitech", "H390", 7).expect("draw")).expect("encode");
        assert!(bytes() == bytes());
    }

    #[test]
    fn encoded_pictures_decode_whole() {
        let picture = draw(Subject::Laptop, "HP", "EliteBook 840 G8", 1).expect("draw");
        for bytes in [jpeg(&picture).expect("encode"), png(&picture).expect("encode")] {
            assert_eq!(crate::picture::decode(&bytes).expect("decode"), (800, 600));
        }
    }

    #[test]
    fn strange_names_are_drawn() {
        let long = "é".repeat(200);
        for name in ["", " ", "🖨️ 打印机", "\u{0}\n", long.as_str()] {
            for subject in SUBJECTS {
                let picture = draw(subject, name, name, u32::MAX).expect("draw");
                assert_eq!(picture.dimensions(), (800, 600));
            }
        }
    }
}
