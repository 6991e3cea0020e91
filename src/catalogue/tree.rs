//! The tree of categories: the main ones, those below one, and the way down to one.

use crate::db::Category;
use crate::db::Place;
use std::collections::BTreeSet;
use std::collections::HashMap;

/// Categories that stand at the top; one whose parent is missing stands there too, so that none is lost.
pub fn main_categories(all: &[Category]) -> Vec<&Category> {
    let known = |id: i64| all.iter().any(|category| category.id == id);
    all.iter().filter(|category| category.parent_id.is_none_or(|parent| !known(parent))).collect()
}

/// Categories directly below one.
pub fn subcategories(all: &[Category], id: i64) -> Vec<&Category> {
    all.iter().filter(|category| category.parent_id == Some(id) && category.id != id).collect()
}

/// The way from the top down to a category, itself last; a loop among parents ends where it began.
pub fn trail(all: &[Category], id: i64) -> Vec<&Category> {
    let find = |id: i64| all.iter().find(|category| category.id == id);
    let mut way: Vec<&Category> = Vec::new();
    let mut next = find(id);
    while let Some(category) = next {
        if way.iter().any(|seen| seen.id == category.id) {
            break;
        }
        way.push(category);
        next = category.parent_id.and_then(find);
    }
    way.reverse();
    way
}

/// How many products stand in each category or below it, each product once; a category without any is left out.
pub fn product_counts(all: &[Category], places: &[Place]) -> HashMap<i64, u64> {
    let mut counts = HashMap::new();
    for place in places {
        let above: BTreeSet<i64> = [place.category_id, place.subcategory_id]
            .into_iter()
            .flatten()
            .flat_map(|id| trail(all, id))
            .map(|category| category.id)
            .collect();
        for id in above {
            *counts.entry(id).or_default() += place.products;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(id: i64, parent_id: Option<i64>) -> Category {
        Category { id, name: format!("c{id}"), slug: format!("c{id}"), parent_id, product_count: 0 }
    }

    fn ids(categories: &[&Category]) -> Vec<i64> {
        categories.iter().map(|category| category.id).collect()
    }

    #[test]
    fn a_trail_leads_from_the_top_to_the_category() {
        let all = [category(1, None), category(2, Some(1)), category(3, Some(2)), category(4, Some(99))];
        assert_eq!(ids(&trail(&all, 3)), [1, 2, 3]);
        assert_eq!(ids(&trail(&all, 99)), Vec::<i64>::new());
        assert_eq!(ids(&main_categories(&all)), [1, 4]);
        assert_eq!(ids(&subcategories(&all, 1)), [2]);
    }

    #[test]
    fn a_product_with_category_and_sub_category_counts_once() {
        let all = [category(1, None), category(2, Some(1)), category(3, None)];
        let place = |category_id, subcategory_id, products| Place { category_id, subcategory_id, products };
        let places = [
            place(Some(1), Some(2), 5),
            place(Some(1), None, 1),
            place(Some(3), Some(2), 2),
            place(None, None, 7),
            place(Some(99), None, 1),
        ];
        assert_eq!(product_counts(&all, &places), HashMap::from([(1, 8), (2, 7), (3, 2)]));
    }

    #[test]
    fn a_loop_among_parents_ends() {
        let all = [category(1, Some(2)), category(2, Some(1)), category(3, Some(3))];
        assert_eq!(ids(&trail(&all, 1)), [2, 1]);
        assert_eq!(ids(&subcategories(&all, 3)), Vec::<i64>::new());
    }
}
