//! Which content is compressed already: deflating it again costs ten times the time and saves nothing.

use super::member::Packing;

/// Bytes at the start of a file that decide.
pub(super) const HEAD_LENGTH: usize = 16;

/// First bytes of formats that are compressed inside.
const HEADS: &[&[u8]] = &[
    b"\xff\xd8\xff",       // JPEG
    b"\x89PNG\r\n\x1a\n",  // PNG
    b"GIF8",               // GIF
    b"PK\x03\x04",         // zip, docx, xlsx, odt, epub
    b"\x1f\x8b",           // gzip
    b"BZh",                // bzip2
    b"\xfd7zXZ\0",         // xz
    b"\x28\xb5\x2f\xfd",   // zstd
    b"7z\xbc\xaf\x27\x1c", // 7-zip
    b"Rar!",               // RAR
    b"wOFF",               // web fonts
    b"wOF2",               //
    b"OggS",               // Ogg, Opus
    b"ID3",                // MP3
    b"\xff\xfb",           // MP3 without tags
    b"\x1a\x45\xdf\xa3",   // WebM, Matroska
    b"\xff\x0a",           // JPEG XL
    b"\0\0\0\x0cJXL ",     // JPEG XL in a container
    b"fLaC",               // FLAC
];

/// How a file is packed that begins with these bytes; the name says nothing, as shops rename what they like.
pub(super) fn packing(head: &[u8]) -> Packing {
    let webp = head.len() >= 12 && head.starts_with(b"RIFF") && &head[8..12] == b"WEBP";
    // ISO media: mp4, mov, m4a, avif, heic.
    let iso_media = head.len() >= 8 && &head[4..8] == b"ftyp";
    if webp || iso_media || HEADS.iter().any(|known| head.starts_with(known)) {
        Packing::Stored
    } else {
        Packing::Deflated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_not_the_name() {
        for head in [&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], b"RIFF\x10\0\0\0WEBPVP8 ", b"\0\0\0\x20ftypavif"] {
            assert_eq!(packing(head), Packing::Stored);
        }
        for head in [&b""[..], b"RIFF\x10\0\0\0WAVEfmt ", b"<svg xmlns=", b"BM\x36\x10", b"SQLite format 3\0"]
        {
            assert_eq!(packing(head), Packing::Deflated);
        }
    }
}
