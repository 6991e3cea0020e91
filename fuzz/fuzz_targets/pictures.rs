//! Pictures: what is made smaller is smaller, of the same format and size, and decodes; of a PNG the pixels are the
//! same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::config::ImagesConfig;
use sitekeep::images;
use sitekeep::images::Recipe;
use sitekeep::picture;
use sitekeep::picture::Sniffed;

/// Larger ones say nothing more, and take seconds.
const PIXELS: u64 = 1 << 18;

fuzz_target!(|data: &[u8]| {
    let kind = picture::sniff(data);
    let Ok((width, height)) = picture::dimensions(data) else {
        if let Sniffed::Picture(format) = kind {
            assert!(!format.reading_enabled() || picture::decode(data).is_err(), "decoded without a size");
        }
        return;
    };
    if u64::from(width) * u64::from(height) > PIXELS {
        return;
    }
    let decoded = picture::decode(data);
    if let Ok(size) = decoded {
        assert_eq!(size, (width, height));
    }
    let settings = ImagesConfig { png_effort: 0, ..ImagesConfig::default() };
    let Ok(Some(smaller)) = images::smaller(data, &Recipe::new(&settings, None)) else { return };
    assert!(decoded.is_ok(), "a damaged picture was written anew");
    assert!(smaller.len() < data.len());
    assert_eq!(picture::sniff(&smaller), kind);
    assert_eq!(picture::decode(&smaller).expect("it decodes"), (width, height));
});
