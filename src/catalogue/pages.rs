//! Pages of a long list: how many there are, and which numbers to offer.

/// One of several pages, counted from 1; an empty list has one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pages {
    pub current: u64,
    pub last: u64,
}

/// What stands in the row of page numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLink {
    Number(u64),
    Current(u64),
    /// Numbers left out.
    Gap,
}

impl Pages {
    /// Nothing when the page lies beyond the last.
    pub fn new(current: u64, total_items: u64, page_size: u32) -> Option<Self> {
        let last = total_items.div_ceil(u64::from(page_size.max(1))).max(1);
        (1..=last).contains(&current).then_some(Self { current, last })
    }

    pub fn previous(self) -> Option<u64> {
        (self.current > 1).then(|| self.current - 1)
    }

    pub fn next(self) -> Option<u64> {
        (self.current < self.last).then(|| self.current + 1)
    }

    /// First, last and the neighbours of the current page; a gap of one number is that number.
    pub fn links(self) -> Vec<PageLink> {
        let near = |number: u64| number == 1 || number == self.last || number.abs_diff(self.current) <= 1;
        let mut wanted: Vec<u64> = (self.current.saturating_sub(3).max(1)
            ..=(self.current + 3).min(self.last))
            .chain([1, self.last])
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let lone = |number: u64| near(number - 1) && near(number + 1);
        let mut links = Vec::new();
        let mut before = 0;
        for number in wanted.into_iter().filter(|number| near(*number) || lone(*number)) {
            if number > before + 1 {
                links.push(PageLink::Gap);
            }
            links.push(if number == self.current {
                PageLink::Current(number)
            } else {
                PageLink::Number(number)
            });
            before = number;
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(current: u64, last: u64) -> String {
        let text = |link: PageLink| match link {
            PageLink::Number(number) => number.to_string(),
            PageLink::Current(number) => format!("[{number}]"),
            PageLink::Gap => "…".to_owned(),
        };
        Pages { current, last }.links().into_iter().map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_row_of_numbers_stays_short() {
        assert_eq!(row(1, 1), "[1]");
        assert_eq!(row(1, 3), "[1] 2 3");
        assert_eq!(row(4, 9), "1 2 3 [4] 5 … 9");
        assert_eq!(row(5, 9), "1 … 4 [5] 6 … 9");
        assert_eq!(row(1, 100), "[1] 2 … 100");
        assert_eq!(row(100, 100), "1 … 99 [100]");
    }

    #[test]
    fn a_page_beyond_the_end_is_none() {
        assert_eq!(Pages::new(1, 0, 20), Some(Pages { current: 1, last: 1 }));
        assert_eq!(Pages::new(2, 40, 20), Some(Pages { current: 2, last: 2 }));
        assert_eq!(Pages::new(3, 40, 20), None);
        assert_eq!(Pages::new(0, 40, 20), None);
        assert_eq!(Pages::new(2, 21, 20).and_then(Pages::next), None);
    }
}
