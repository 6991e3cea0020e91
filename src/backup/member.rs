//! One gzip member (RFC 1952): a block of up to 1 MiB, deflated or in stored blocks.
//!
//! Members that follow one another are one gzip file to every reader, and each can be made on its own core.

use flate2::Crc;
use libdeflater::CompressionLvl;
use libdeflater::Compressor;
use std::io::IoSlice;
use std::io::Write;

/// Bytes before compression that a member holds at most.
pub(super) const MEMBER_LENGTH: usize = 1 << 20;
/// Longest stored block of deflate.
const STORED_LENGTH: usize = 0xffff;
/// Deflate, no name, no time, system unknown.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Of libdeflate's 12: five times the speed of `gzip -6` on a core, for two to seven hundredths more bytes.
const LEVEL: i32 = 1;

/// How the bytes of a member are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// As they are: they are compressed already.
    Stored,
    Deflated,
}

/// A member that is ready to be written.
pub(super) struct Member {
    /// The bytes themselves; they are written only where `deflated` is `None`.
    pub(super) raw: Vec<u8>,
    deflated: Option<Vec<u8>>,
    crc: u32,
}

/// Packs blocks; keeps its tables from one to the next.
pub(super) struct Packer(Compressor);

impl Packer {
    pub(super) fn new() -> Self {
        Self(Compressor::new(CompressionLvl::new(LEVEL).unwrap_or_default()))
    }

    pub(super) fn pack(&mut self, raw: Vec<u8>, packing: Packing) -> Member {
        let mut crc = Crc::new();
        crc.update(&raw);
        let deflated = match packing {
            Packing::Stored => None,
            Packing::Deflated => self.deflate(&raw),
        };
        Member { raw, deflated, crc: crc.sum() }
    }

    /// `None` when the bytes do not become fewer: they are stored then.
    fn deflate(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        let mut packed = vec![0; raw.len()];
        let length = self.0.deflate_compress(raw, &mut packed).ok()?;
        packed.truncate(length);
        Some(packed)
    }
}

impl Member {
    /// Writes the member without copying its bytes, and returns its length.
    pub(super) fn write_to(&self, sink: &mut impl Write) -> std::io::Result<u64> {
        let mut trailer = [0; 8];
        trailer[..4].copy_from_slice(&self.crc.to_le_bytes());
        // The format wants the length modulo 2^32; a member is far shorter.
        trailer[4..].copy_from_slice(&u32::try_from(self.raw.len()).unwrap_or(0).to_le_bytes());
        if let Some(deflated) = &self.deflated {
            return write_all(
                sink,
                &mut [IoSlice::new(&HEADER), IoSlice::new(deflated), IoSlice::new(&trailer)],
            );
        }
        let heads: Vec<[u8; 5]> = stored_heads(self.raw.len());
        let mut slices = Vec::with_capacity(2 + 2 * heads.len());
        slices.push(IoSlice::new(&HEADER));
        let mut chunks = self.raw.chunks(STORED_LENGTH);
        for head in &heads {
            slices.push(IoSlice::new(head));
            slices.push(IoSlice::new(chunks.next().unwrap_or_default()));
        }
        slices.push(IoSlice::new(&trailer));
        write_all(sink, &mut slices)
    }
}

/// Heads of the stored blocks for so many bytes: final flag, length, its complement.
fn stored_heads(length: usize) -> Vec<[u8; 5]> {
    let count = length.div_ceil(STORED_LENGTH).max(1);
    (0..count)
        .map(|position| {
            let rest = (length - position * STORED_LENGTH).min(STORED_LENGTH);
            let [low, high] = u16::try_from(rest).unwrap_or(u16::MAX).to_le_bytes();
            [u8::from(position + 1 == count), low, high, !low, !high]
        })
        .collect()
}

fn write_all(sink: &mut impl Write, mut slices: &mut [IoSlice<'_>]) -> std::io::Result<u64> {
    let mut total = 0;
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        match sink.write_vectored(slices) {
            Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                total += count as u64;
                IoSlice::advance_slices(&mut slices, count);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::MultiGzDecoder;
    use std::io::Read;

    #[test]
    fn every_length_reads_back() {
        for length in [0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, MEMBER_LENGTH] {
            for packing in [Packing::Stored, Packing::Deflated] {
                let raw: Vec<u8> =
                    (0..length).map(|position| u8::try_from(position % 251).expect("small")).collect();
                let mut file = Vec::new();
                let member = Packer::new().pack(raw.clone(), packing);
                let written = member.write_to(&mut file).expect("write");
                assert_eq!(written, file.len() as u64);
                let mut back = Vec::new();
                MultiGzDecoder::new(&file[..]).read_to_end(&mut back).expect("read");
                assert!(back == raw, "{length} {packing:?}");
            }
        }
    }

    #[test]
    fn what_does_not_shrink_is_stored() {
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .take(100_000)
        .collect();
        assert!(Packer::new().pack(noise, Packing::Deflated).deflated.is_none());
    }
}
