//! Rows of other tables that belong to a product: its gallery, and what is said of it.

use super::catalogue::Product;
use super::plan::Edit;
use super::plan::Told;
use super::planner::Planner;
use super::planner::not_in_this_schema;
use super::planner::yes;
use crate::db::Value;
use crate::db::rows::Cell;
use crate::db::rows::Fields;
use anyhow::Result;

impl Planner<'_> {
    pub(super) fn gallery_row(&self, path: String) -> Result<(String, Fields)> {
        let layout = &self.catalogue.layout;
        let relation = layout.gallery.as_ref().ok_or_else(|| not_in_this_schema("pictures"))?;
        let mut fields = Fields::from([("image".to_owned(), Cell::Text(path))]);
        // Its number is given when the product has one.
        fields.insert("product_id".to_owned(), Cell::Null);
        layout.complete(relation, &mut fields, self.now)?;
        Ok((relation.name.clone(), fields))
    }

    pub(super) fn status_row(&self) -> Result<(String, Fields)> {
        let layout = &self.catalogue.layout;
        let relation = layout.status.as_ref().ok_or_else(|| not_in_this_schema("featured products"))?;
        let mut fields = Fields::from([("is_featured".to_owned(), layout.cell(&Value::Boolean(true)))]);
        fields.insert("product_id".to_owned(), Cell::Null);
        layout.complete(relation, &mut fields, self.now)?;
        Ok((relation.name.clone(), fields))
    }

    /// A row that belongs to a product that is there.
    pub(super) fn own_row(&self, product: &Product, (table, mut fields): (String, Fields)) -> Edit {
        fields.insert("product_id".to_owned(), self.catalogue.layout.cell(&Value::Integer(product.id)));
        Edit::Insert { table, fields, own: Vec::new() }
    }

    pub(super) fn feature(&self, product: &Product, featured: bool, told: &mut Told) -> Result<Option<Edit>> {
        let layout = &self.catalogue.layout;
        let relation = layout.status.as_ref().ok_or_else(|| not_in_this_schema("featured products"))?;
        let wanted = layout.cell(&Value::Boolean(featured));
        let edit = match &product.status {
            Some(row) if row.get("is_featured").and_then(Cell::boolean) == Some(featured) => None,
            None if !featured => None,
            Some(row) => {
                let mut changed = Fields::from([("is_featured".to_owned(), wanted)]);
                for column in ["updated_at", "last_updated_at"] {
                    if relation.column(column).is_some() {
                        changed.insert(column.to_owned(), layout.cell(&Value::Time(self.now)));
                    }
                }
                Some(Edit::Update { table: relation.name.clone(), before: row.clone(), changed })
            }
            None => Some(self.own_row(product, self.status_row()?)),
        };
        if edit.is_some() {
            told.values.push(("featured", yes(!featured).to_owned(), yes(featured).to_owned()));
        }
        Ok(edit)
    }
}
