//! The tree of categories beside a listing, with how many products each would show.

use crate::catalogue::Listing;
use crate::catalogue::main_categories;
use crate::catalogue::subcategories;
use crate::catalogue::trail;
use crate::db::Category;
use crate::language::Language;
use std::collections::HashMap;

/// Deepest level that is shown; it also ends a loop among parents.
const DEPTH: usize = 4;

/// A tree up to this size is shown whole; of a larger one, only the way to the category and what is below it.
const WHOLE: usize = 40;

/// One category, in the order of the tree.
pub(super) struct Branch {
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) url: String,
    pub(super) count: String,
    pub(super) depth: usize,
    pub(super) current: bool,
    /// A list of those below it follows.
    pub(super) opens: bool,
    /// Lists that end with it.
    pub(super) closes: usize,
}

/// The tree as a wish sees it: a category that would show nothing is left out, unless it is the one wished for.
pub(super) fn branches(
    all: &[Category],
    counts: &HashMap<i64, u64>,
    wish: &Listing,
    language: Language,
) -> Vec<Branch> {
    let current = all.iter().find(|category| category.slug == wish.category);
    let way = current.map(|category| trail(all, category.id)).unwrap_or_default();
    let growth = Growth {
        all,
        counts,
        wish,
        language,
        way: way.iter().map(|category| category.id).collect(),
        whole: all.len() <= WHOLE,
    };
    let mut tree = Vec::new();
    for category in main_categories(all) {
        growth.grow(&mut tree, category, 0);
    }
    for position in 0..tree.len() {
        let below = tree.get(position + 1).map_or(0, |next| next.depth);
        let branch = &mut tree[position];
        branch.opens = below > branch.depth;
        branch.closes = branch.depth.saturating_sub(below);
    }
    tree
}

struct Growth<'a> {
    all: &'a [Category],
    counts: &'a HashMap<i64, u64>,
    wish: &'a Listing,
    language: Language,
    way: Vec<i64>,
    whole: bool,
}

impl Growth<'_> {
    fn grow(&self, tree: &mut Vec<Branch>, category: &Category, depth: usize) {
        let on_the_way = self.way.contains(&category.id);
        let products = self.counts.get(&category.id).copied().unwrap_or_default();
        if products == 0 && !on_the_way {
            return;
        }
        tree.push(Branch {
            name: category.name.clone(),
            slug: category.slug.clone(),
            url: self.wish.in_category(&category.slug).address(),
            count: self.language.number(products),
            depth,
            current: category.slug == self.wish.category,
            opens: false,
            closes: 0,
        });
        if depth < DEPTH && (self.whole || on_the_way) {
            for below in subcategories(self.all, category.id) {
                self.grow(tree, below, depth + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(id: i64, parent_id: Option<i64>) -> Category {
        Category { id, name: format!("c{id}"), slug: format!("c{id}"), parent_id, product_count: 0 }
    }

    /// The tree as text: each category with a bracket for each list that it opens or closes.
    fn drawn(all: &[Category], empty: i64, wished: &str) -> String {
        let counts = all.iter().filter(|category| category.id != empty).map(|category| (category.id, 1));
        let wish = Listing::default().in_category(wished);
        let mut text = String::new();
        for branch in branches(all, &counts.collect(), &wish, Language::French) {
            text.push_str(&branch.name);
            text.push(if branch.opens { '(' } else { ' ' });
            text.push_str(&")".repeat(branch.closes));
        }
        text
    }

    #[test]
    fn every_list_that_opens_is_closed() {
        let all = [category(1, None), category(2, Some(1)), category(3, Some(2)), category(4, None)];
        assert_eq!(drawn(&all, 0, ""), "c1(c2(c3 ))c4 ");
        assert_eq!(drawn(&all[..3], 0, ""), "c1(c2(c3 ))");
        assert_eq!(drawn(&all, 3, ""), "c1(c2 )c4 ");
        assert_eq!(drawn(&all, 3, "c3"), "c1(c2(c3 ))c4 ");
    }

    #[test]
    fn a_large_tree_opens_where_the_visitor_is() {
        let mut all: Vec<Category> = (1..=40).map(|id| category(id * 100, None)).collect();
        assert!(all.len() >= WHOLE);
        all.extend([category(1, Some(100)), category(2, Some(200))]);
        assert!(!drawn(&all, 0, "").contains('('));
        assert!(drawn(&all, 0, "c200").contains("c200(c2 )c300"));
    }
}
