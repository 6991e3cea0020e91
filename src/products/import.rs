//! A whole list at once: what is new is added, what differs is changed, the rest stays as it is.

use super::catalogue::Facts;
use super::draft::Draft;
use super::draft::Picture;
use super::plan::Told;
use super::plan::What;
use super::planner::Planner;
use super::price::read_price;
use super::slug;
use super::table::Entry;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Component;
use std::path::Path;

impl Planner<'_> {
    /// Plans a list. Pictures that are not in the media folder are files, sought from `folder` on. Returns the entries
    /// that are refused, and why: with one of them, nothing may be carried out.
    pub fn import(
        &mut self,
        entries: &[Entry],
        folder: &Path,
        currency: &str,
    ) -> Vec<(String, anyhow::Error)> {
        let mut refused = Vec::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for entry in entries {
            let planned = slug_of(entry).and_then(|slug| {
                if let Some(other) = seen.insert(slug.clone(), entry.place.clone()) {
                    let message = format!("`{slug}` is in {other} already");
                    return Err(Error::new(Kind::Usage, message).hint("leave one of them out").into());
                }
                self.entry(&slug, entry, folder, currency)
            });
            if let Err(problem) = planned {
                refused.push((entry.place.clone(), problem));
            }
        }
        refused
    }

    fn entry(&mut self, slug: &str, entry: &Entry, folder: &Path, currency: &str) -> Result<()> {
        let facts = self.catalogue.find(slug).map(|product| self.catalogue.facts(product));
        let draft = self.draft(entry, facts.as_ref(), folder, currency)?;
        match facts {
            Some(_) if draft == Draft::default() => {
                let told = Told {
                    slug: slug.to_owned(),
                    what: What::Unchanged,
                    values: Vec::new(),
                    warnings: Vec::new(),
                };
                self.plan.told.push(told);
                Ok(())
            }
            Some(_) => self.update(slug, &draft),
            None => self.add(&Draft { slug: Some(slug.to_owned()), ..draft }),
        }
    }

    /// What an entry wants otherwise than it is.
    fn draft(&self, entry: &Entry, facts: Option<&Facts>, folder: &Path, currency: &str) -> Result<Draft> {
        let truth = |truth: Option<bool>| truth.map(|truth| truth.to_string());
        let current = |name: &str| -> Option<String> {
            let facts = facts?;
            match name {
                "name" => Some(facts.name.clone()),
                "brand" => facts.brand.clone(),
                "price" => Some(facts.price.map_or_else(|| facts.price_text.clone(), |it| it.to_string())),
                "category" => facts.category.clone(),
                "subcategory" => facts.subcategory.clone(),
                "in_stock" => truth(facts.in_stock),
                "featured" => truth(facts.featured),
                "description" => facts.description.clone(),
                _ => facts.image.clone(),
            }
        };
        let wanted = |name: &str| -> Option<String> {
            let value = entry.values.get(name)?;
            // An empty field of a new product is one that is not given, and of one that has nothing there no change; a
            // price and a truth cannot be empty.
            let cannot_be_empty = matches!(name, "price" | "in_stock" | "featured");
            let is_nothing =
                value.is_empty() && (cannot_be_empty || current(name).is_none_or(|it| it.is_empty()));
            (!is_nothing && current(name).as_ref() != Some(value)).then(|| value.clone())
        };
        let boolean = |name: &str| wanted(name).map(|value| read_truth(name, &value)).transpose();
        let price = wanted("price").map(|typed| read_price(&typed, currency)).transpose();
        Ok(Draft {
            slug: None,
            name: wanted("name"),
            brand: wanted("brand"),
            price: price.map_err(|why| Error::new(Kind::Usage, why))?,
            category: wanted("category"),
            subcategory: wanted("subcategory"),
            description: wanted("description"),
            in_stock: boolean("in_stock")?,
            featured: boolean("featured")?,
            picture: wanted("image").map(|path| self.picture_of(&path, folder)).transpose()?,
        })
    }

    /// A path of the media folder or an address as it stands; else a file that is to be uploaded.
    fn picture_of(&self, path: &str, folder: &Path) -> Result<Picture> {
        if path.trim().is_empty() {
            return Err(Error::new(Kind::Usage, "a product's picture cannot be taken away")
                .hint("give another, or leave the field out")
                .into());
        }
        let is_inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        let is_there = is_inside && self.media().join(path).is_file();
        if is_there || path.starts_with("https://") || path.starts_with("http://") {
            return Ok(Picture::Named(path.to_owned()));
        }
        let source = folder.join(path);
        std::fs::metadata(&source).with_context(|| {
            format!("find the picture {path}, in the media folder or as {}", source.display())
        })?;
        Ok(Picture::File { source, name: None })
    }
}

/// The slug that an entry is known by: its own, or the one that the application would make.
fn slug_of(entry: &Entry) -> Result<String> {
    let value = |name: &str| entry.values.get(name).map(|value| value.trim()).filter(|it| !it.is_empty());
    if let Some(slug) = value("slug") {
        return Ok(slug.to_owned());
    }
    let name = value("name")
        .ok_or_else(|| Error::new(Kind::Usage, "neither slug nor name is given").hint("give one of them"))?;
    let made = Planner::usual_slug(name, value("brand"));
    if made.is_empty() || !slug::is_slug(&made) {
        return Err(Error::new(Kind::Usage, format!("no letter of `{name}` can stand in an address"))
            .hint("give it a slug")
            .into());
    }
    Ok(made)
}

fn read_truth(name: &str, value: &str) -> Result<bool> {
    match value.trim().to_lowercase().as_str() {
        "true" | "yes" | "oui" | "1" | "vrai" => Ok(true),
        "false" | "no" | "non" | "0" | "faux" => Ok(false),
        _ => Err(Error::new(Kind::Usage, format!("{name} is `{value}`")).hint("write true or false").into()),
    }
}
