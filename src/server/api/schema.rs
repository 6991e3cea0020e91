//! The `OpenAPI` document: each path that this server answers, with what it takes and what it says.

use crate::server::site::Site;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Writes the document for a site.
pub(super) fn document(site: &Site) -> Value {
    let token = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "Of the application's own API. This server knows no token, and answers 401 to each.",
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": site.name,
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The catalogue's public API. It is read only: other methods are answered 401 or 405.",
        },
        "servers": [{ "url": site.url }],
        "paths": paths(),
        "security": [{}, { "token": [] }],
        "components": { "schemas": schemas(), "securitySchemes": { "token": token } },
    })
}

fn paths() -> Value {
    let page = parameter("page", &text(), "Number of the page from 1, or `last`");
    let words = json!({ "type": "string", "pattern": "^[^\\u0000]*$" });
    let search = parameter("search", &words, "Words that must all occur; quotes hold words together");
    let category_order = order(&["name", "created_at"]);
    let filters = || {
        vec![
            parameter("category", &words, "Slug of a category; its descendants count"),
            parameter("brand", &words, "The brand, exactly"),
            parameter("in_stock", &text(), "`true` or `false`; other values are ignored"),
            parameter("featured", &text(), "`true` or `false`; other values are ignored"),
            parameter("price_min", &bound(), "Least price; an empty one is none"),
            parameter("price_max", &bound(), "Greatest price; an empty one is none"),
            search.clone(),
        ]
    };
    let mut listing = filters();
    listing.extend([order(&["name", "price", "created_at"]), page.clone()]);
    let slug = json!({ "name": "slug", "in": "path", "required": true, "schema": text() });
    let array = |of: &str| json!({ "type": "array", "items": reference(of) });
    json!({
        "/api/": get("The addresses of the lists", &[], &reference("Root"), &[]),
        "/api/products/": writable(
            &["post"],
            get("Products, twenty a page", &listing, &reference("ProductPage"), &["400", "404"]),
        ),
        "/api/products/{slug}/": writable(
            &["put", "patch", "delete"],
            get("One product", std::slice::from_ref(&slug), &reference("Product"), &["404"]),
        ),
        "/api/products/featured/": get("The first featured products", &filters(), &array("ListedProduct"), &["400"]),
        "/api/products/recent/": get("The newest products", &filters(), &array("ListedProduct"), &["400"]),
        "/api/products/brands/": get("Every brand", &[], &json!({ "type": "array", "items": text() }), &[]),
        "/api/products/stats/": get("How many products there are", &[], &reference("Stats"), &[]),
        "/api/categories/": writable(
            &["post"],
            get(
                "Categories, twenty a page",
                &[search.clone(), category_order, page],
                &reference("CategoryPage"),
                &["400", "404"],
            ),
        ),
        "/api/categories/main_categories/": get("Categories at the top", &[], &array("Category"), &[]),
        "/api/categories/{slug}/": writable(
            &["put", "patch", "delete"],
            get("One category", std::slice::from_ref(&slug), &reference("Category"), &["404"]),
        ),
        "/api/categories/{slug}/products/":
            get("Products in a category and below it", &[slug], &array("ListedProduct"), &["404"]),
        "/api/settings/": get("How to reach the company", &[], &reference("Settings"), &[]),
        "/api/schema/": get("This document", &[], &json!({ "type": "object" }), &[]),
    })
}

fn schemas() -> Value {
    let listed = [
        ("id", whole()),
        ("name", text()),
        ("slug", text()),
        ("price", or_null("string")),
        ("display_price", or_null("string")),
        ("brand", or_null("string")),
        ("image", text()),
        ("category_name", or_null("string")),
        ("in_stock", or_null("boolean")),
        ("featured", or_null("boolean")),
        ("created_at", time()),
    ];
    let mut product = listed.to_vec();
    product.extend([
        ("description", or_null("string")),
        ("category", or_null("integer")),
        ("whatsapp_link", text()),
        ("gallery", json!({ "type": "array", "items": reference("Picture") })),
        ("updated_at", time()),
    ]);
    let subcategory = [
        ("id", whole()),
        ("name", text()),
        ("slug", text()),
        ("icon", or_null("string")),
        ("icon_file", or_null("string")),
        ("product_count", whole()),
    ];
    let mut category = subcategory.to_vec();
    category.extend([
        ("parent", or_null("integer")),
        ("subcategories", json!({ "type": "array", "items": reference("Subcategory") })),
        ("is_main_category", json!({ "type": "boolean" })),
        ("created_at", time()),
        ("updated_at", time()),
    ]);
    let count = object(&[("name", text()), ("count", whole())]);
    json!({
        "Root": object(&[("categories", text()), ("products", text())]),
        "ListedProduct": object(&listed),
        "Product": object(&product),
        "Picture": object(&[("id", whole()), ("image", text())]),
        "Subcategory": object(&subcategory),
        "Category": object(&category),
        "ProductPage": page_of("ListedProduct"),
        "CategoryPage": page_of("Category"),
        "Stats": object(&[
            ("total_products", whole()),
            ("in_stock", whole()),
            ("out_of_stock", whole()),
            ("featured", whole()),
            ("by_category", json!({ "type": "array", "items": count })),
        ]),
        "Settings": object(&[
            ("whatsapp_number", text()),
            ("contact_email", text()),
            ("contact_phone", text()),
            ("contact_address", text()),
            ("company_name", text()),
            ("company_description", text()),
            ("updated_at", time()),
        ]),
        "Detail": object(&[("detail", text())]),
        "Refusal": {
            "type": "object",
            "properties": {
                "detail": text(),
                "code": text(),
                "messages": { "type": "array", "items": object(&[
                    ("token_class", text()),
                    ("token_type", text()),
                    ("message", text()),
                ]) },
            },
            "required": ["detail"],
            "additionalProperties": false,
        },
        "Complaint": {
            "description": "What is wrong, by parameter; a bare list where the search is",
            "type": ["object", "array"],
        },
    })
}

fn get(summary: &str, parameters: &[Value], schema: &Value, errors: &[&str]) -> Value {
    let mut responses = Map::new();
    responses.insert("200".to_owned(), answer(summary, schema));
    for status in errors.iter().chain(&["401"]) {
        let (description, schema) = match *status {
            "400" => ("A parameter makes no sense", "Complaint"),
            "401" => ("No token is valid here", "Refusal"),
            _ => ("There is no such thing", "Detail"),
        };
        responses.insert((*status).to_owned(), answer(description, &reference(schema)));
    }
    json!({ "get": { "summary": summary, "parameters": parameters, "responses": responses } })
}

/// The methods that the application has on a path besides, and that this server asks everybody's name for.
fn writable(methods: &[&str], mut path: Value) -> Value {
    let parameters = path["get"]["parameters"].as_array().into_iter().flatten();
    let of_path: Vec<Value> = parameters.filter(|parameter| parameter["in"] == "path").cloned().collect();
    let mut responses = json!({ "401": answer("No token is valid here", &reference("Refusal")) });
    if !of_path.is_empty() {
        responses["404"] = answer("No slug holds a point", &reference("Detail"));
    }
    for method in methods {
        path[*method] = json!({
            "summary": "The application's; this server only reads",
            "parameters": of_path,
            "responses": responses,
        });
    }
    path
}

fn answer(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn parameter(name: &str, schema: &Value, description: &str) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

fn order(columns: &[&str]) -> Value {
    let description =
        format!("{}, each with `-` before it for the reverse; several with commas", columns.join(", "));
    parameter("ordering", &text(), &description)
}

/// An object with all of these properties and no others.
fn object(properties: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
}

fn page_of(item: &str) -> Value {
    object(&[
        ("count", whole()),
        ("next", or_null("string")),
        ("previous", or_null("string")),
        ("results", json!({ "type": "array", "items": reference(item) })),
    ])
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn whole() -> Value {
    json!({ "type": "integer" })
}

fn bound() -> Value {
    json!({ "anyOf": [{ "type": "number", "maximum": 1e50 }, { "type": "string", "maxLength": 0 }] })
}

fn or_null(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn time() -> Value {
    json!({ "type": ["string", "null"], "format": "date-time" })
}
