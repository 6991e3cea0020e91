//! What stands in a JPEG before its pixels: the frame, the quantisation tables, and what decides how it is shown.

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use image::metadata::Orientation;

const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const EXIF: &[u8] = b"Exif\0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
/// Bytes of a profile in one segment, beside its length, `ICC` and two counters.
const LARGEST_ICC: usize = 65_535 - 2 - ICC.len() - 2;

/// The segments of a JPEG that matter when it is written anew.
#[derive(Debug, Clone)]
pub(super) struct Segments<'a> {
    pub(super) width: u16,
    pub(super) height: u16,
    /// Bits of a sample.
    pub(super) precision: u8,
    pub(super) components: Vec<Component>,
    /// Quantisation tables by their number, in the order of the file (zigzag).
    tables: [Option<[u16; 64]>; 4],
    pub(super) orientation: Orientation,
    /// The colour profile as it stands, segment by segment.
    icc: Vec<&'a [u8]>,
}

/// One colour of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) horizontal: u8,
    pub(super) vertical: u8,
    table: u8,
}

impl Component {
    /// A colour sampled so finely, whatever its table.
    pub(super) const fn sampled(horizontal: u8, vertical: u8) -> Self {
        Self { horizontal, vertical, table: 0 }
    }
}

/// A colour profile as segments of a file, each of at most 64 KiB; none where it has no room in them.
pub(super) fn profile_segments(profile: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let chunks: Vec<&[u8]> = profile.chunks(LARGEST_ICC).collect();
    let Ok(count) = u8::try_from(chunks.len()) else { return Vec::new() };
    let head = |number: u8| [ICC, &[number, count]].concat();
    (1..=count).zip(chunks).map(|(number, chunk)| (APP2, [&head(number), chunk].concat())).collect()
}

impl<'a> Segments<'a> {
    /// Reads everything before the first scan.
    ///
    /// # Errors
    /// When the structure is damaged or there is no frame.
    pub(super) fn read(jpeg: &'a [u8]) -> Result<Self> {
        let mut found = Self {
            width: 0,
            height: 0,
            precision: 0,
            components: Vec::new(),
            tables: [None; 4],
            orientation: Orientation::NoTransforms,
            icc: Vec::new(),
        };
        ensure!(jpeg.starts_with(&[0xff, 0xd8]), "it does not begin as a JPEG");
        let mut rest = &jpeg[2..];
        loop {
            let start = rest.iter().position(|byte| *byte != 0xff).context("it ends within its header")?;
            ensure!(start > 0, "its header is damaged");
            let marker = rest[start];
            rest = &rest[start + 1..];
            match marker {
                0xda => break,
                0xd9 => bail!("it ends before its pixels"),
                // Without content.
                0x01 | 0xd0..=0xd8 => continue,
                _ => {}
            }
            let (length, _) = rest.split_first_chunk::<2>().context("it ends within its header")?;
            let length = usize::from(u16::from_be_bytes(*length));
            let content = rest.get(2..length).context("a segment of its header is damaged")?;
            rest = &rest[length..];
            found.take(marker, content)?;
        }
        ensure!(!found.components.is_empty(), "it has no frame");
        Ok(found)
    }

    fn take(&mut self, marker: u8, content: &'a [u8]) -> Result<()> {
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                self.take_frame(content).context("its frame is damaged")
            }
            0xdb => self.take_tables(content).context("its quantisation tables are damaged"),
            APP1 => {
                if let Some(exif) = content.strip_prefix(EXIF)
                    && let Some(orientation) = Orientation::from_exif_chunk(exif)
                {
                    self.orientation = orientation;
                }
                Ok(())
            }
            APP2 if content.starts_with(ICC) => {
                self.icc.push(content);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn take_frame(&mut self, content: &[u8]) -> Option<()> {
        let (&[precision, h1, h0, w1, w0, count], rest) = content.split_first_chunk::<6>()?;
        self.precision = precision;
        self.height = u16::from_be_bytes([h1, h0]);
        self.width = u16::from_be_bytes([w1, w0]);
        self.components = rest
            .chunks_exact(3)
            .map(|part| Component { horizontal: part[1] >> 4, vertical: part[1] & 15, table: part[2] })
            .collect();
        (self.components.len() == usize::from(count) && self.width > 0 && self.height > 0).then_some(())
    }

    fn take_tables(&mut self, mut content: &[u8]) -> Option<()> {
        while let Some((head, rest)) = content.split_first() {
            let wide = head >> 4 != 0;
            let slot = self.tables.get_mut(usize::from(head & 15))?;
            let length = if wide { 128 } else { 64 };
            let values = rest.get(..length)?;
            let mut table = [0; 64];
            for (position, value) in table.iter_mut().enumerate() {
                *value = if wide {
                    u16::from_be_bytes([values[2 * position], values[2 * position + 1]])
                } else {
                    u16::from(values[position])
                };
            }
            *slot = Some(table);
            content = &rest[length..];
        }
        Some(())
    }

    /// The table of the first component, which is the luma, in zigzag order.
    pub(super) fn luma_table(&self) -> Option<&[u16; 64]> {
        let first = self.components.first()?;
        self.tables.get(usize::from(first.table))?.as_ref()
    }

    /// What is to be written behind the new header, by marker: how the picture is turned, and its colour profile.
    pub(super) fn kept(&self) -> Vec<(u8, Vec<u8>)> {
        let mut kept = Vec::new();
        if self.orientation != Orientation::NoTransforms {
            kept.push((APP1, exif(self.orientation)));
        }
        kept.extend(self.icc.iter().map(|segment| (APP2, segment.to_vec())));
        kept
    }

    /// What is kept of the file besides its pixels, for comparing.
    pub(super) fn shown(&self) -> (u16, u16, Orientation, &[&'a [u8]]) {
        (self.width, self.height, self.orientation, &self.icc)
    }
}

/// The smallest EXIF that says how a picture is turned.
fn exif(orientation: Orientation) -> Vec<u8> {
    let mut segment = EXIF.to_vec();
    // Big-endian TIFF, one directory with one entry: 0x0112, SHORT, one value; no directory follows.
    segment.extend(b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    segment.push(orientation.to_exif());
    segment.extend([0; 6]);
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orientation_that_is_written_reads_back() {
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number).expect("one of eight");
            let segment = exif(orientation);
            let read = Orientation::from_exif_chunk(segment.strip_prefix(EXIF).expect("an EXIF"));
            assert_eq!(read, Some(orientation));
        }
    }

    #[test]
    fn damaged_headers_are_errors() {
        for bytes in [
            &b""[..],
            b"\xff\xd8",
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xd9",
            b"\xff\xd8\xff\xdb\0\x01",
            b"\xff\xd8\xff\xdb\x00\x09\x00abcdef",
            b"\xff\xd8\xff\xda",
            b"\xff\xd8\xff\xc0\0\x08\x08\0\x01\0\x01\x03\xff\xda",
        ] {
            assert!(Segments::read(bytes).is_err(), "{bytes:x?}");
        }
    }
}
