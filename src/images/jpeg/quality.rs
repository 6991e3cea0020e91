//! How good a JPEG's encoder meant it to be, read from its quantisation table.

/// Luma table of the standard's Annex K at quality 50, in zigzag order.
const ANNEX_K: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40,
    58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103,
    104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];

/// The quality at which an encoder of the usual scale writes exactly this table; nothing for another encoder's.
pub(super) fn known(table: &[u16; 64]) -> Option<u8> {
    (1..=100).find(|quality| scaled(*quality) == *table)
}

/// The table of a quality from 1 to 100, as libjpeg scales it; values above 255 only with 16 bits.
fn scaled(quality: u8) -> [u16; 64] {
    let quality = u32::from(quality);
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    ANNEX_K.map(|base| {
        let value = (u32::from(base) * percent + 50) / 100;
        u16::try_from(value.clamp(1, 255)).unwrap_or(255)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::jpeg::segments::Segments;
    use image::codecs::jpeg::JpegEncoder;

    #[test]
    fn the_quality_of_an_encoder_of_the_usual_scale_is_read_exactly() {
        let picture = image::RgbImage::new(16, 16);
        for quality in [1, 10, 49, 50, 75, 85, 86, 92, 99, 100] {
            let mut bytes = Vec::new();
            JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture).expect("encode");
            let segments = Segments::read(&bytes).expect("a JPEG");
            assert_eq!(known(segments.luma_table().expect("a table")), Some(quality));
        }
        let mut odd = scaled(90);
        odd[20] += 1;
        assert_eq!(known(&odd), None);
    }
}
