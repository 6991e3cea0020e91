//! Lists of products: what is read is written as CSV and read again as the same; slugs and prices are Django's.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::output::csv_line;
use sitekeep::products;

fuzz_target!(|data: &[u8]| {
    if let Ok(entries) = products::read_entries(data) {
        for entry in &entries {
            let names: Vec<&String> = entry.values.keys().collect();
            assert!(names.iter().all(|name| products::FIELDS.contains(&name.as_str())));
            let values: Vec<&String> = entry.values.values().collect();
            if names.is_empty() || (values.len() == 1 && values[0].is_empty()) {
                // An empty line is no entry.
                continue;
            }
            let written = csv_line(&names) + &csv_line(&values);
            let again = products::read_entries(written.as_bytes()).expect("what was written can be read");
            assert_eq!(again.len(), 1, "{written:?}");
            assert_eq!(again[0].values, entry.values, "{written:?}");
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let slug = products::slugify(text);
    assert!(slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'), "{slug}");
    assert_eq!(products::slugify(&slug), slug);
    if let Ok(price) = products::read_price(text, "XOF") {
        assert!(price.0 >= 0, "{price:?}");
    }
});
