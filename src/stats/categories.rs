//! Products by category: directly in it, and with all that stands below it.

use crate::db::statistics::CategoryName;
use crate::db::statistics::Group;
use serde::Serialize;
use std::collections::BTreeSet;
use std::collections::HashMap;

/// A category with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryLine {
    pub id: i64,
    pub name: String,
    pub parent_id: Option<i64>,
    /// Products in it, as category or sub-category.
    pub direct: u64,
    /// Products in it or in a category below it; each counts once.
    pub products: u64,
    pub in_stock: Option<u64>,
}

/// The figures of every category, by name.
pub(super) fn lines(names: &[CategoryName], groups: &[Group]) -> Vec<CategoryLine> {
    let parents: HashMap<i64, Option<i64>> =
        names.iter().map(|category| (category.id, category.parent_id)).collect();
    let mut found: HashMap<i64, CategoryLine> = HashMap::new();
    for category in names {
        let line = CategoryLine {
            id: category.id,
            name: category.name.clone(),
            parent_id: category.parent_id,
            direct: 0,
            products: 0,
            in_stock: groups.first().map_or(Some(0), |group| group.tally.in_stock.map(|_| 0)),
        };
        found.insert(category.id, line);
    }
    for group in groups {
        let own: BTreeSet<i64> = [group.category_id, group.subcategory_id].into_iter().flatten().collect();
        let mut all = BTreeSet::new();
        for id in &own {
            let mut next = Some(*id);
            // A loop among parents ends where it began.
            while let Some(id) = next.filter(|id| parents.contains_key(id) && all.insert(*id)) {
                next = parents.get(&id).copied().flatten();
            }
        }
        for id in all {
            let Some(line) = found.get_mut(&id) else { continue };
            line.products += group.tally.products;
            line.in_stock = line.in_stock.zip(group.tally.in_stock).map(|(one, other)| one + other);
            if own.contains(&id) {
                line.direct += group.tally.products;
            }
        }
    }
    names.iter().filter_map(|category| found.remove(&category.id)).collect()
}

/// Categories that stand at the top, those with the most products first; one whose parent is gone stands there too.
pub fn main_categories(lines: &[CategoryLine]) -> Vec<&CategoryLine> {
    let ids: BTreeSet<i64> = lines.iter().map(|line| line.id).collect();
    let mut top: Vec<&CategoryLine> =
        lines.iter().filter(|line| line.parent_id.is_none_or(|parent| !ids.contains(&parent))).collect();
    top.sort_by_key(|line| std::cmp::Reverse(line.products));
    top
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Price;
    use crate::db::statistics::Tally;

    fn name(id: i64, parent_id: Option<i64>) -> CategoryName {
        CategoryName { id, name: format!("c{id}"), parent_id }
    }

    fn group(category_id: Option<i64>, subcategory_id: Option<i64>, products: u64, in_stock: u64) -> Group {
        let tally = Tally {
            products,
            in_stock: Some(in_stock),
            featured: None,
            visible: None,
            priced: products,
            sum: Price(0),
            lowest: None,
            highest: None,
        };
        Group { category_id, subcategory_id, tally }
    }

    fn figures(lines: &[CategoryLine]) -> Vec<(i64, u64, u64, Option<u64>)> {
        lines.iter().map(|line| (line.id, line.direct, line.products, line.in_stock)).collect()
    }

    #[test]
    fn a_product_counts_once_in_each_category_above_it() {
        let names = [name(1, None), name(2, Some(1)), name(3, Some(2)), name(4, None)];
        let groups = [
            group(Some(1), Some(2), 5, 3),
            group(Some(3), None, 2, 2),
            group(None, None, 9, 9),
            group(Some(77), None, 1, 1),
        ];
        let found = lines(&names, &groups);
        assert_eq!(
            figures(&found),
            [(1, 5, 7, Some(5)), (2, 5, 7, Some(5)), (3, 2, 2, Some(2)), (4, 0, 0, Some(0))]
        );
        let top: Vec<i64> = main_categories(&found).into_iter().map(|line| line.id).collect();
        assert_eq!(top, [1, 4]);
    }

    #[test]
    fn a_loop_among_parents_ends() {
        let names = [name(1, Some(2)), name(2, Some(1)), name(3, Some(99))];
        let found = lines(&names, &[group(Some(1), None, 4, 4)]);
        assert_eq!(figures(&found), [(1, 4, 4, Some(4)), (2, 0, 4, Some(4)), (3, 0, 0, Some(0))]);
        assert_eq!(main_categories(&found).len(), 1);
    }
}
