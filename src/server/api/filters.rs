//! The filters of a query: what they ask for, or what is wrong with them.

use super::number;
use super::number::Wrong;
use super::query::Query;
use crate::db;
use crate::db::public::Column;
use crate::db::public::Order;
use crate::db::public::ProductFilter;
use serde::Serialize;

const NO_NUMBER: &str = "Saisissez un nombre.";
const TOO_LARGE: &str = "Assurez-vous que cette valeur est inférieure ou égale à 1e+50.";
const NUL: &str = "Le caractère nul n’est pas autorisé.";
const TOO_LONG: &str = "Recherche trop longue.";

/// Words of one search: a database takes only so many conditions, and no pattern without end.
const SEARCH_WORDS: usize = 100;
const SEARCH_LENGTH: usize = 10_000;

/// Which products are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// Slug of a category; its descendants count.
    pub(super) category: Option<String>,
    pub(super) filter: ProductFilter,
}

/// What is wrong with a query, as the application says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Complaint {
    Fields(Fields),
    Search([&'static str; 1]),
}

/// Complaints by parameter, in the order of the application's filters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_min: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_max: Option<[&'static str; 1]>,
}

/// Reads the filters of products.
pub(super) fn wish(query: &Query) -> Result<Wish, Complaint> {
    let mut wrong = Fields::default();
    let category = text(query, "category", &mut wrong.category);
    let brand = text(query, "brand", &mut wrong.brand);
    let price = |name, read: fn(&str) -> Result<db::Price, Wrong>, complaint: &mut Option<_>| {
        let text = query.get(name).filter(|text| !text.is_empty())?;
        let say = |wrong| *complaint = Some([if wrong == Wrong::TooLarge { TOO_LARGE } else { NO_NUMBER }]);
        read(text).map_err(say).ok()
    };
    let price_from = price("price_min", number::at_least, &mut wrong.price_min);
    let price_to = price("price_max", number::at_most, &mut wrong.price_max);
    if wrong != Fields::default() {
        return Err(Complaint::Fields(wrong));
    }
    let filter = ProductFilter {
        brand,
        in_stock: truth(query, "in_stock"),
        featured: truth(query, "featured"),
        price_from,
        price_to,
        words: search(query)?,
        order: order(query, &[Column::Name, Column::Price, Column::CreatedAt]),
        ..ProductFilter::default()
    };
    Ok(Wish { category, filter })
}

/// The words of a search.
pub(super) fn search(query: &Query) -> Result<Vec<String>, Complaint> {
    let text = query.get("search").unwrap_or_default();
    if text.contains('\0') {
        return Err(Complaint::Search([NUL]));
    }
    let words = if text.len() > SEARCH_LENGTH { Vec::new() } else { db::words(text) };
    if text.len() > SEARCH_LENGTH || words.len() > SEARCH_WORDS {
        return Err(Complaint::Search([TOO_LONG]));
    }
    Ok(words)
}

/// The order asked for; names that are none of these columns ask for nothing.
pub(super) fn order(query: &Query, columns: &[Column]) -> Vec<Order> {
    let step = |term: &str| {
        let term = term.trim();
        let (descending, name) = term.strip_prefix('-').map_or((false, term), |name| (true, name));
        let column = match name {
            "name" => Column::Name,
            "price" => Column::Price,
            "created_at" => Column::CreatedAt,
            _ => return None,
        };
        columns.contains(&column).then_some(Order { column, descending })
    };
    query.get("ordering").unwrap_or_default().split(',').filter_map(step).collect()
}

fn text(query: &Query, name: &str, complaint: &mut Option<[&'static str; 1]>) -> Option<String> {
    let text = query.get(name)?.trim();
    if text.contains('\0') {
        *complaint = Some([NUL]);
    }
    (!text.is_empty()).then(|| text.to_owned())
}

/// What is neither of these words asks for nothing.
fn truth(query: &Query, name: &str) -> Option<bool> {
    match query.get(name)?.to_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Wish, Complaint> {
        wish(&Query::parse(query).expect("a query"))
    }

    #[test]
    fn filters_are_read_and_unknown_values_ignored() {
        let wish = read("category=%20audio&brand=HP+&in_stock=TRUE&featured=0&price_min=1e5&price_max=&x=1")
            .expect("sound");
        assert_eq!(wish.category.as_deref(), Some("audio"));
        assert_eq!(wish.filter.brand.as_deref(), Some("HP"));
        assert_eq!((wish.filter.in_stock, wish.filter.featured), (Some(true), Some(false)));
        assert_eq!((wish.filter.price_from, wish.filter.price_to), (Some(db::Price(10_000_000)), None));
        let nothing = read("category=&brand=+&in_stock=oui&featured=+true&search=+&ordering=stock,--price,-");
        assert_eq!(nothing, Ok(Wish::default()));
    }

    #[test]
    fn orders_are_read_in_their_sequence() {
        let wish = read("ordering=+-price,brand,name").expect("sound");
        let step = |column, descending| Order { column, descending };
        assert_eq!(wish.filter.order, [step(Column::Price, true), step(Column::Name, false)]);
    }

    #[test]
    fn complaints_are_the_applications() {
        for (query, text) in [
            (
                "price_min=abc&price_max=x",
                r#"{"price_min":["Saisissez un nombre."],"price_max":["Saisissez un nombre."]}"#,
            ),
            (
                "price_max=1e60&brand=%00",
                r#"{"brand":["Le caractère nul n’est pas autorisé."],"price_max":["Assurez-vous que cette valeur est inférieure ou égale à 1e+50."]}"#,
            ),
            ("search=a%00", r#"["Le caractère nul n’est pas autorisé."]"#),
        ] {
            let complaint = read(query).expect_err(query);
            assert_eq!(serde_json::to_string(&complaint).expect("JSON"), text);
        }
        assert!(read(&format!("search={}", "a+".repeat(200))).is_err());
    }
}
