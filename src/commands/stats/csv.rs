//! The figures as one list: which figure, of what, how much. What the schema lacks is not in it.

use super::Told;
use crate::output::csv_line;

pub(super) fn render(told: &Told<'_>) -> String {
    let figures = told.figures;
    let mut text = csv_line(&["figure", "subject", "value"]);
    let mut add = |figure: &str, subject: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&csv_line(&[figure, subject, &value]));
        }
    };
    let number = |value: Option<u64>| value.map(|value| value.to_string());
    add("products", "", number(Some(figures.products)));
    add("in_stock", "", number(figures.in_stock));
    add("featured", "", number(figures.featured));
    add("categories", "", number(figures.categories));
    add("visible", "", number(figures.visible));
    let prices = &figures.prices;
    add("priced", "", number(Some(prices.priced)));
    for (name, price) in [
        ("price_lowest", prices.lowest),
        ("price_median", prices.median),
        ("price_mean", prices.mean),
        ("price_highest", prices.highest),
    ] {
        add(name, "", price.map(|price| price.to_string()));
    }
    for line in figures.by_category.iter().flatten() {
        add("category_products", &line.name, number(Some(line.products)));
        add("category_in_stock", &line.name, number(line.in_stock));
    }
    add("uncategorized", "", number(figures.uncategorized));
    if let Some(brands) = &figures.brands {
        add("brands", "", number(Some(brands.count)));
        add("products_without_brand", "", number(Some(brands.products_without)));
        for line in &brands.largest {
            add("brand_products", &line.name, number(Some(line.products)));
            add("brand_in_stock", &line.name, number(line.in_stock));
        }
    }
    if let Some(pictures) = &figures.pictures {
        add("pictures_named", "", number(Some(pictures.named)));
        add("products_without_picture", "", number(Some(pictures.products_without)));
        if let Some(found) = pictures.on_disk {
            add("picture_files", "", number(Some(found.files)));
            add("picture_bytes", "", number(Some(found.bytes)));
            add("pictures_missing", "", number(Some(found.missing)));
            add("pictures_unreadable", "", number(Some(found.unreadable)));
        }
    }
    if let Some(sessions) = figures.sessions {
        add("sessions", "", number(Some(sessions.all)));
        add("sessions_expired", "", number(Some(sessions.expired)));
    }
    if let Some(users) = figures.users {
        add("users", "", number(Some(users.all)));
        add("users_staff", "", number(Some(users.staff)));
        add("users_superusers", "", number(Some(users.superusers)));
        add("users_active", "", number(Some(users.active)));
    }
    text
}
