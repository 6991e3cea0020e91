//! Whether a value fits into its column, and is one that Django's forms would take.

use super::draft::Draft;
use super::layout::Layout;
use super::slug;
use crate::db::Price;
use crate::db::rows::Cell;
use crate::db::rows::Column;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;

/// A text as Django's forms take it: without spaces around it, neither empty nor too long.
pub(super) fn fitting(column: &Column, value: &str) -> Result<String> {
    let name = &column.name;
    // A form strips a line; what has several keeps its own.
    let value = if column.max_length().is_some() { value.trim() } else { value };
    let wrong = |message: String, hint: &str| Error::new(Kind::Usage, message).hint(hint).into();
    if value.trim().is_empty() && !column.nullable {
        return Err(wrong(format!("the {name} is empty"), "the application's forms want one"));
    }
    if value.contains('\0') {
        return Err(wrong(format!("the {name} has a zero byte in it"), "write it as text"));
    }
    let length = value.chars().count();
    match column.max_length() {
        Some(most) if length > most => {
            Err(wrong(format!("the {name} has {length} characters"), &format!("{most} fit")))
        }
        _ => Ok(value.to_owned()),
    }
}

/// A slug that was given, when it can be one.
pub(super) fn fitting_slug(given: &str, most: usize, is_taken: bool) -> Result<String> {
    let wrong = |message: String, hint: &str| Error::new(Kind::Usage, message).hint(hint).into();
    if !slug::is_slug(given) {
        let hint = "letters without accents, digits, - and _ may stand in it";
        return Err(wrong(format!("`{given}` is no slug"), hint));
    }
    if given.len() > most {
        return Err(wrong(format!("the slug `{given}` is too long"), &format!("{most} characters fit")));
    }
    if is_taken {
        return Err(wrong(format!("the slug `{given}` is taken"), "choose another, or update what has it"));
    }
    Ok(given.to_owned())
}

/// Whether a row holds the wanted value already, however its database spells it.
pub(super) fn is_equal(column: &str, now: Option<&Cell>, wanted: &Cell) -> bool {
    let Some(now) = now else { return false };
    if column == "price" {
        let (now, wanted) = (Price::parse(&now.text()), Price::parse(&wanted.text()));
        return now.ok().is_some_and(|now| wanted.ok() == Some(now));
    }
    match (now.boolean(), wanted.boolean()) {
        (Some(now), Some(wanted)) if column.contains("stock") || column.contains("featured") => now == wanted,
        _ => now == wanted,
    }
}

/// What Django's form would not let be left out.
pub(super) fn require(layout: &Layout, draft: &Draft) -> Result<()> {
    let given = [
        ("name", "name", draft.name.is_some()),
        ("price", "price", draft.price.is_some()),
        ("brand", "brand", draft.brand.is_some()),
        ("description", "description", draft.description.is_some()),
        ("category_id", "category", draft.category.is_some()),
        ("image", "image", draft.picture.is_some()),
    ];
    let missing: Vec<&str> = given
        .into_iter()
        .filter(|(column, _, is_given)| layout.requires(column) && !is_given)
        .map(|(_, name, _)| name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let flags: Vec<String> = missing.iter().map(|name| format!("--{name}")).collect();
    Err(Error::new(Kind::Usage, format!("the product lacks: {}", missing.join(", ")))
        .hint(format!("give {}", flags.join(" ")))
        .into())
}

/// The price when its column can hold it.
pub(super) fn fitting_price(layout: &Layout, price: Price) -> Result<Price> {
    let kind = layout.product.column("price").map(|column| column.kind.as_str()).unwrap_or_default();
    // Django's decimal(10, 2) where the database does not tell, as SQLite.
    let digits = kind
        .split_once('(')
        .and_then(|(_, rest)| {
            let (digits, places) = rest.trim_end_matches(')').split_once(',')?;
            digits.trim().parse::<u32>().ok()?.checked_sub(places.trim().parse::<u32>().ok()?)
        })
        .unwrap_or(8);
    let most = 10_i64.checked_pow(digits + 2).unwrap_or(i64::MAX);
    if price.0 < 0 || price.0 >= most {
        let message = format!("the price {price} does not fit");
        return Err(Error::new(Kind::Usage, message)
            .hint(format!("write a number from 0 to {}", Price(most - 1)))
            .into());
    }
    Ok(price)
}
