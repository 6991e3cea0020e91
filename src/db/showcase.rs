//! Which version of the application's schema this is: the columns that each question can be answered from.

use super::Schema;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;

#[expect(clippy::struct_excessive_bools, reason = "each says whether a column is there")]
/// The showcase's tables, as far as they exist; `None` is "not in this schema".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showcase {
    /// `showcase_product`
    pub product: String,
    /// `showcase_category`
    pub category: Option<String>,
    /// `showcase_sitesettings`
    pub settings: Option<String>,
    /// `showcase_productimage` with `image` and `product_id`
    pub gallery: Option<String>,
    /// `in_stock` or `is_in_stock` of the product
    pub stock: Option<&'static str>,
    pub featured: Option<Featured>,
    /// Column that says whether visitors may see the product: `is_active`, `is_published`, `active` or `published`.
    pub visible: Option<&'static str>,
    pub brand: bool,
    pub description: bool,
    /// The product has a picture column of its own.
    pub image: bool,
    pub category_id: bool,
    pub subcategory_id: bool,
    pub created_at: bool,
    pub updated_at: bool,
    pub category_parent: bool,
    pub(super) schema: Schema,
}

/// Where it stands whether a product is featured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Featured {
    /// A column of the product: `featured` or `is_featured`.
    Product(&'static str),
    /// `showcase_productstatus.is_featured`, by `product_id`.
    Status(String),
}

impl Showcase {
    /// Finds the application's tables by its label.
    ///
    /// # Errors
    /// When there is no product table with the columns that every version has had (`id`, `name`, `slug`, `price`).
    pub fn resolve(schema: Schema, app: &str) -> Result<Self> {
        let product = format!("{app}_product");
        let missing: Vec<&str> = ["id", "name", "slug", "price"]
            .into_iter()
            .filter(|column| !schema.has(&product, column))
            .collect();
        if !schema.tables.contains_key(&product) {
            return Err(Error::new(Kind::Undetermined, format!("the database has no table `{product}`"))
                .hint("set [site] app to the Django application's label, or run `python manage.py migrate`")
                .into());
        }
        if !missing.is_empty() {
            let message = format!("table `{product}` has no column `{}`", missing.join("`, `"));
            return Err(Error::new(Kind::Undetermined, message)
                .hint("this version of the application's schema is not known")
                .into());
        }
        let table = |name: &str, columns: &[&str]| {
            let name = format!("{app}_{name}");
            columns.iter().all(|column| schema.has(&name, column)).then_some(name)
        };
        let first = |names: &[&'static str]| names.iter().copied().find(|name| schema.has(&product, name));
        let featured = first(&["featured", "is_featured"])
            .map(Featured::Product)
            .or_else(|| table("productstatus", &["product_id", "is_featured"]).map(Featured::Status));
        let category = table("category", &["id", "name", "slug"]);
        Ok(Self {
            settings: table("sitesettings", &["id", "whatsapp_number"]),
            gallery: table("productimage", &["id", "image", "product_id"]),
            stock: first(&["in_stock", "is_in_stock"]),
            visible: first(&["is_active", "is_published", "active", "published"]),
            featured,
            brand: schema.has(&product, "brand"),
            description: schema.has(&product, "description"),
            image: schema.has(&product, "image"),
            category_id: category.is_some() && schema.has(&product, "category_id"),
            subcategory_id: category.is_some() && schema.has(&product, "subcategory_id"),
            created_at: schema.has(&product, "created_at"),
            updated_at: schema.has(&product, "updated_at"),
            category_parent: category.as_ref().is_some_and(|table| schema.has(table, "parent_id")),
            category,
            product,
            schema,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(tables: &[(&str, &[&str])]) -> Schema {
        Schema::from_pairs(tables.iter().flat_map(|(table, columns)| {
            columns.iter().map(|column| ((*table).to_owned(), (*column).to_owned()))
        }))
    }

    #[test]
    fn columns_that_moved_are_found_where_they_are() {
        let later = schema(&[
            ("showcase_product", &["id", "name", "slug", "price", "is_in_stock"]),
            ("showcase_productimage", &["id", "image", "product_id"]),
            ("showcase_productstatus", &["product_id", "is_featured"]),
        ]);
        let showcase = Showcase::resolve(later, "showcase").expect("resolve");
        assert_eq!(showcase.stock, Some("is_in_stock"));
        assert_eq!(showcase.featured, Some(Featured::Status("showcase_productstatus".into())));
        assert!(
            !showcase.image && !showcase.brand && showcase.gallery.is_some() && showcase.settings.is_none()
        );
    }

    #[test]
    fn another_application_is_told_with_a_hint() {
        let error = Showcase::resolve(schema(&[("shop_product", &["id"])]), "showcase").expect_err("refused");
        assert_eq!(crate::error::exit_code(&error), 3);
        let error = Showcase::resolve(schema(&[("shop_product", &["id"])]), "shop").expect_err("refused");
        assert!(error.to_string().contains("`name`, `slug`, `price`"), "{error}");
    }
}
