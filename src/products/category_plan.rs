//! Changes of categories; nothing is written here.

use super::catalogue::text;
use super::draft::CategoryDraft;
use super::plan::Edit;
use super::plan::Told;
use super::plan::What;
use super::planner::Planner;
use super::planner::not_in_this_schema;
use super::slug;
use crate::db::Value;
use crate::db::rows::Cell;
use crate::db::rows::Column;
use crate::db::rows::Fields;
use crate::db::rows::Relation;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use std::collections::BTreeSet;

impl Planner<'_> {
    /// A new category.
    ///
    /// # Errors
    /// When something is missing, unknown or against the rules.
    pub fn add_category(&mut self, draft: &CategoryDraft) -> Result<()> {
        let relation = self.category_relation()?;
        let mut fields = Fields::new();
        let name = draft.name.clone().unwrap_or_default();
        let taken: BTreeSet<String> = self.catalogue.categories.iter().map(|it| it.slug.clone()).collect();
        let slug = match &draft.slug {
            Some(given) => self.given_category_slug(given)?,
            None => slug::free(&slug::slugify(&name), &taken, length(&relation, "slug")),
        };
        if slug.is_empty() {
            return Err(Error::new(Kind::Usage, format!("no letter of `{name}` can stand in an address"))
                .hint("choose the slug yourself: --slug")
                .into());
        }
        fields.insert("slug".to_owned(), Cell::Text(slug.clone()));
        self.category_values(&relation, draft, None, &mut fields)?;
        let asks_icon = relation.column("icon").is_some_and(|column| !column.nullable && !column.filled);
        if asks_icon && draft.icon.is_none() {
            let known = self.catalogue.categories.iter().map(|it| text(&it.row, "icon"));
            let like = known.into_iter().rfind(|icon| !icon.is_empty());
            let hint = like
                .map_or_else(|| "give --icon".to_owned(), |icon| format!("give --icon, such as \"{icon}\""));
            return Err(Error::new(Kind::Usage, "the icon of the category is missing").hint(hint).into());
        }
        self.catalogue.layout.complete(&relation, &mut fields, self.now)?;
        let values = vec![("name", String::new(), text(&fields, "name"))];
        self.plan.told.push(Told { slug, what: What::Added, values, warnings: Vec::new() });
        self.plan.edits.push(Edit::Insert { table: relation.name, fields, own: Vec::new() });
        Ok(())
    }

    /// Changes of a category; its slug stays, since visitors have its address, unless another is given.
    ///
    /// # Errors
    /// When it or its new parent is not known, or a value is against the rules.
    pub fn update_category(&mut self, given: &str, draft: &CategoryDraft) -> Result<()> {
        let relation = self.category_relation()?;
        let category = self.catalogue.category(given)?;
        let mut fields = Fields::new();
        if let Some(new) = draft.slug.as_ref().filter(|new| **new != category.slug) {
            fields.insert("slug".to_owned(), Cell::Text(self.given_category_slug(new)?));
        }
        self.category_values(&relation, draft, Some(category.id), &mut fields)?;
        fields.retain(|column, cell| category.row.get(column) != Some(cell));
        let mut values = Vec::new();
        for (name, column) in [("slug", "slug"), ("name", "name"), ("parent", "parent_id"), ("icon", "icon")]
        {
            if let Some(cell) = fields.get(column) {
                let before = category.row.get(column).map(|cell| self.told_category(column, cell));
                values.push((name, before.unwrap_or_default(), self.told_category(column, cell)));
            }
        }
        let what = if fields.is_empty() { What::Unchanged } else { What::Changed };
        if what == What::Changed {
            if relation.column("updated_at").is_some() {
                let now = self.catalogue.layout.cell(&Value::Time(self.now));
                fields.insert("updated_at".to_owned(), now);
            }
            let before = category.row.clone();
            self.plan.edits.push(Edit::Update { table: relation.name, before, changed: fields });
        }
        self.plan.told.push(Told { slug: category.slug.clone(), what, values, warnings: Vec::new() });
        Ok(())
    }

    /// A category that is to go; one that products or categories are in is refused when it is carried out.
    ///
    /// # Errors
    /// When it is not known.
    pub fn delete_category(&mut self, given: &str) -> Result<()> {
        let relation = self.category_relation()?;
        let category = self.catalogue.category(given)?;
        self.plan.edits.push(Edit::Delete { table: relation.name, before: category.row.clone() });
        let icon = text(&category.row, "icon_file");
        let image = text(&category.row, "image");
        self.leave([icon, image]);
        let values = vec![("name", category.name.clone(), String::new())];
        let slug = category.slug.clone();
        self.plan.told.push(Told { slug, what: What::Deleted, values, warnings: Vec::new() });
        Ok(())
    }

    fn category_relation(&self) -> Result<Relation> {
        self.catalogue.layout.category.clone().ok_or_else(|| not_in_this_schema("categories"))
    }

    fn category_values(
        &self,
        relation: &Relation,
        draft: &CategoryDraft,
        own: Option<i64>,
        fields: &mut Fields,
    ) -> Result<()> {
        for (column, value) in [("name", &draft.name), ("icon", &draft.icon)] {
            let Some(value) = value else { continue };
            let declared = relation.column(column).ok_or_else(|| not_in_this_schema(column))?;
            fields.insert(column.to_owned(), Cell::Text(super::fitting::fitting(declared, value)?));
        }
        let Some(parent) = &draft.parent else { return Ok(()) };
        if !self.catalogue.layout.parent {
            return Err(not_in_this_schema("categories within categories"));
        }
        let cell = if parent.is_empty() {
            Cell::Null
        } else {
            let parent = self.catalogue.category(parent)?;
            if own.is_some_and(|own| self.catalogue.with_descendants(own).contains(&parent.id)) {
                let message = format!("`{}` is that category itself, or below it", parent.slug);
                return Err(Error::new(Kind::Usage, message).hint("choose a parent outside of it").into());
            }
            self.catalogue.layout.cell(&Value::Integer(parent.id))
        };
        fields.insert("parent_id".to_owned(), cell);
        Ok(())
    }

    fn given_category_slug(&self, given: &str) -> Result<String> {
        let relation = self.category_relation()?;
        let is_taken = self.catalogue.categories.iter().any(|category| category.slug == given);
        super::fitting::fitting_slug(given, length(&relation, "slug"), is_taken)
    }

    fn told_category(&self, column: &str, cell: &Cell) -> String {
        let id = cell.integer().filter(|_| column == "parent_id");
        let known = self.catalogue.categories.iter().find(|category| Some(category.id) == id);
        known.map_or_else(|| cell.text(), |category| category.slug.clone())
    }
}

fn length(relation: &Relation, column: &str) -> usize {
    relation.column(column).and_then(Column::max_length).unwrap_or(super::planner::SLUG_LENGTH)
}
