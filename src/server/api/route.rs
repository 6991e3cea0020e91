//! Which view a path leads to, as the application's router decides it.

use percent_encoding::percent_decode_str;

/// Where all of the paths begin.
pub(super) const PREFIX: &str = "/api/";

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum View {
    Root,
    Products,
    Product(String),
    Featured,
    Recent,
    Brands,
    Stats,
    Categories,
    Category(String),
    MainCategories,
    CategoryProducts(String),
    Settings,
    Schema,
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// A view, with the format that the path ends in.
    View(View, Option<String>),
    /// The path lacks the slash at its end.
    WithoutSlash,
    Nowhere,
}

/// Finds the view of an encoded path.
pub(super) fn resolve(path: &str) -> Route {
    let Some(rest) = path.strip_prefix(PREFIX) else {
        return if path == PREFIX.trim_end_matches('/') { Route::WithoutSlash } else { Route::Nowhere };
    };
    let rest = percent_decode_str(rest).decode_utf8_lossy();
    let slashed =
        if rest.is_empty() { Some("") } else { rest.strip_suffix('/').filter(|path| !path.is_empty()) };
    if let Some(view) = slashed.and_then(plain) {
        return Route::View(view, None);
    }
    let unslashed = rest.strip_suffix('/').unwrap_or(&rest);
    if let Some((stem, format)) = unslashed.rsplit_once('.')
        && !format.is_empty()
        && format.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && let Some(view) = plain(stem).filter(View::takes_format)
    {
        return Route::View(view, Some(format.to_owned()));
    }
    if plain(&rest).is_some() { Route::WithoutSlash } else { Route::Nowhere }
}

/// The view of a path without the slash at its end.
fn plain(path: &str) -> Option<View> {
    let is_slug = |slug: &str| !slug.is_empty() && !slug.contains('.');
    let parts: Vec<&str> = path.split('/').collect();
    Some(match parts[..] {
        [""] => View::Root,
        ["products"] => View::Products,
        ["products", "featured"] => View::Featured,
        ["products", "recent"] => View::Recent,
        ["products", "brands"] => View::Brands,
        ["products", "stats"] => View::Stats,
        ["products", slug] if is_slug(slug) => View::Product(slug.to_owned()),
        ["categories"] => View::Categories,
        ["categories", "main_categories"] => View::MainCategories,
        ["categories", slug] if is_slug(slug) => View::Category(slug.to_owned()),
        ["categories", slug, "products"] if is_slug(slug) => View::CategoryProducts(slug.to_owned()),
        ["settings"] => View::Settings,
        ["schema"] => View::Schema,
        _ => return None,
    })
}

impl View {
    /// Whether `.json` may stand at the end of the path.
    fn takes_format(&self) -> bool {
        !matches!(self, Self::Settings | Self::Schema)
    }

    /// The route as monitoring knows it.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Root => "/api/",
            Self::Products => "/api/products/",
            Self::Product(_) => "/api/products/{slug}/",
            Self::Featured => "/api/products/featured/",
            Self::Recent => "/api/products/recent/",
            Self::Brands => "/api/products/brands/",
            Self::Stats => "/api/products/stats/",
            Self::Categories => "/api/categories/",
            Self::Category(_) => "/api/categories/{slug}/",
            Self::MainCategories => "/api/categories/main_categories/",
            Self::CategoryProducts(_) => "/api/categories/{slug}/products/",
            Self::Settings => "/api/settings/",
            Self::Schema => "/api/schema/",
        }
    }

    /// Name of the view and the sentence that the application describes it with.
    pub(super) fn describe(&self) -> (&'static str, &'static str) {
        match self {
            Self::Root => ("Api Root", "The default basic root view for DefaultRouter"),
            Self::Products => ("Product List", "ViewSet pour gérer les produits"),
            Self::Product(_) => ("Product Instance", "ViewSet pour gérer les produits"),
            Self::Featured => ("Featured", "Retourne les produits vedettes"),
            Self::Recent => ("Recent", "Retourne les produits récents"),
            Self::Brands => ("Brands", "Retourne la liste de toutes les marques disponibles"),
            Self::Stats => ("Stats", "Retourne les statistiques des produits"),
            Self::Categories => ("Category List", "ViewSet pour gérer les catégories"),
            Self::Category(_) => ("Category Instance", "ViewSet pour gérer les catégories"),
            Self::MainCategories => ("Main categories", "Retourne uniquement les catégories principales"),
            Self::CategoryProducts(_) => (
                "Products",
                "Retourne tous les produits liés à cette catégorie et ses sous-catégories récursives",
            ),
            Self::Settings => {
                ("Site Settings View", "GET /api/settings/ - Retourne les paramètres du site (public)")
            }
            Self::Schema => ("Schema", "OpenAPI 3.1"),
        }
    }

    /// The methods that the application's view has, whether or not the visitor may use them.
    pub(super) fn allow(&self) -> &'static str {
        match self {
            Self::Products | Self::Categories => "GET, POST, HEAD, OPTIONS",
            Self::Product(_) | Self::Category(_) => "GET, PUT, PATCH, DELETE, HEAD, OPTIONS",
            Self::Settings => "GET, OPTIONS",
            _ => "GET, HEAD, OPTIONS",
        }
    }

    /// Whether anybody may use any method: one that is not there is then 405, and not first a matter of permission.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Settings | Self::Schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(path: &str) -> View {
        match resolve(path) {
            Route::View(view, None) => view,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn paths_lead_to_their_views() {
        assert_eq!(view("/api/"), View::Root);
        assert_eq!(view("/api/products/"), View::Products);
        assert_eq!(view("/api/products/featured/"), View::Featured);
        assert_eq!(view("/api/products/hp-15/"), View::Product("hp-15".into()));
        assert_eq!(view("/api/products/%C3%A9/"), View::Product("é".into()));
        assert_eq!(view("/api/categories/x/products/"), View::CategoryProducts("x".into()));
        assert_eq!(view("/api/settings/"), View::Settings);
    }

    #[test]
    fn a_format_may_end_the_path() {
        for (path, view, format) in [
            ("/api/products.json", View::Products, "json"),
            ("/api/products.json/", View::Products, "json"),
            ("/api/.json", View::Root, "json"),
            ("/api/products/hp.15/", View::Product("hp".into()), "15"),
            ("/api/products/featured.api", View::Featured, "api"),
        ] {
            assert_eq!(resolve(path), Route::View(view, Some(format.into())), "{path}");
        }
    }

    #[test]
    fn a_missing_slash_is_told_apart_from_a_path_to_nowhere() {
        for path in ["/api", "/api/products", "/api/products/hp-15", "/api/settings"] {
            assert_eq!(resolve(path), Route::WithoutSlash, "{path}");
        }
        for path in [
            "/api/nothing/",
            "/api/nothing",
            "/api//",
            "/api/products//",
            "/api/products/a/b/",
            "/api/products/a%2Fb/",
            "/api/products/hp.JSON",
            "/api/settings.json",
            "/apix",
        ] {
            assert_eq!(resolve(path), Route::Nowhere, "{path}");
        }
    }
}
