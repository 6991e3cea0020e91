//! The `OpenAPI` document is true: each path in it answers as its schema says, and what it does not say is not there.

use super::world::Server;
use super::world::World;
use serde_json::Value;

/// What in `value` is not as `schema` says, if anything.
fn fault(document: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).expect(reference);
        return fault(document, schema, value, place);
    }
    let is = |kind: &Value| match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    };
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    if !kinds.iter().any(is) {
        return Some(format!("{place} is {value}, not {}", schema["type"]));
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        return values.iter().find_map(|value| fault(document, items, value, &format!("{place}[]")));
    }
    let (Some(properties), Some(values)) = (schema["properties"].as_object(), value.as_object()) else {
        return None;
    };
    let required = schema["required"].as_array().unwrap();
    let missing = required.iter().find(|name| !values.contains_key(name.as_str().unwrap()));
    let unknown = values.keys().find(|name| !properties.contains_key(*name));
    missing
        .map(|name| format!("{place} lacks {name}"))
        .or_else(|| unknown.map(|name| format!("{place}.{name} is not described")))
        .or_else(|| {
            values.iter().find_map(|(name, value)| {
                fault(document, &properties[name], value, &format!("{place}.{name}"))
            })
        })
}

fn check(server: &Server, document: &Value, path: &str, answers: &Value, status: u16) {
    let answer = server.get(path);
    assert_eq!(answer.status, status, "{path}");
    let schema = &answers[status.to_string()]["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{path} does not say that it answers {status}");
    assert_eq!(fault(document, schema, &answer.json(), "answer"), None, "{path}");
}

#[test]
fn every_documented_path_answers_as_its_schema_says() {
    let world = World::new();
    world.sql("UPDATE showcase_product SET price = 'sur demande', image = '' WHERE slug = 'produit-24'");
    let server = world.start();
    let document = server.get("/api/schema/").json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 13);
    for (path, methods) in paths {
        let answers = &methods["get"]["responses"];
        let slug = if path.contains("categories") { "ordinateurs" } else { "produit-25" };
        check(&server, &document, &path.replace("{slug}", slug), answers, 200);
        if answers.get("404").is_some() {
            let nowhere = if path.contains("{slug}") {
                path.replace("{slug}", "nothing")
            } else {
                format!("{path}?page=99")
            };
            check(&server, &document, &nowhere, answers, 404);
        }
        if answers.get("400").is_some() {
            check(&server, &document, &format!("{path}?search=%00"), answers, 400);
        }
        let refused = server.ask("GET", &path.replace("{slug}", slug), &[("Authorization", "Bearer abc")]);
        let schema = &answers["401"]["content"]["application/json"]["schema"];
        assert_eq!(
            (refused.status, fault(&document, schema, &refused.json(), "refusal")),
            (401, None),
            "{path}"
        );
        for parameter in methods["get"]["parameters"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            assert!(name == "slug" || !path.contains("{slug}"), "{path} takes {name}");
        }
    }
    let only = "/api/products/?category=audio&ordering=price&price_min=24000&in_stock=true";
    check(&server, &document, only, &paths["/api/products/"]["get"]["responses"], 200);
}

#[test]
fn a_description_that_is_wrong_is_found() {
    let world = World::new();
    let server = world.start();
    let document = server.get("/api/schema/").json();
    let schema = &document["components"]["schemas"]["Settings"];
    let mut settings = server.get("/api/settings/").json();
    assert_eq!(fault(&document, schema, &settings, "answer"), None);
    settings["company_name"] = Value::Null;
    assert!(fault(&document, schema, &settings, "answer").is_some());
    settings.as_object_mut().unwrap().remove("company_name");
    assert!(fault(&document, schema, &settings, "answer").is_some());
}
