//! Pages of a list. A token is base64url of two big-endian 64-bit numbers, limit and offset; it replaces `page_size`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::wire::Pagination;

/// The part of a list that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    limit: usize,
    offset: usize,
}

impl Page {
    /// The first page.
    pub(crate) const fn first(limit: usize) -> Self {
        Self { limit, offset: 0 }
    }

    /// The page of a token; nothing when the token is not one, or its limit is not within 1 to `maximum`.
    pub(crate) fn of_token(token: &str, maximum: usize) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token.trim_end_matches('=')).ok()?;
        let bytes: [u8; 16] = bytes.try_into().ok()?;
        let numbers = u128::from_be_bytes(bytes);
        let limit = usize::try_from(numbers >> 64).ok()?;
        let offset = usize::try_from(numbers & u128::from(u64::MAX)).ok()?;
        (1..=maximum).contains(&limit).then_some(Self { limit, offset })
    }

    fn token(self) -> String {
        let numbers = ((self.limit as u128) << 64) | self.offset as u128;
        URL_SAFE_NO_PAD.encode(numbers.to_be_bytes())
    }

    /// The items of this page, and where it is among all pages.
    pub(crate) fn cut<T>(self, items: Vec<T>) -> (Vec<T>, Pagination) {
        let total = items.len();
        let end = self.offset.saturating_add(self.limit);
        let next = (end < total).then(|| Self { limit: self.limit, offset: end }.token());
        let before = self.offset.saturating_sub(self.limit);
        let previous = (self.offset > 0).then(|| Self { limit: self.limit, offset: before }.token());
        let pagination = Pagination {
            next_page_token: next,
            page_number: (self.offset / self.limit).saturating_add(1),
            previous_page_token: previous,
            total_items: total,
            total_pages: total.div_ceil(self.limit),
        };
        (items.into_iter().skip(self.offset).take(self.limit).collect(), pagination)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sample_is_the_second_hundred() {
        let page = Page::of_token("AAAAAAAAAGQAAAAAAAAAZA", 1000).unwrap();
        assert_eq!(page, Page { limit: 100, offset: 100 });
        assert_eq!(page.token(), "AAAAAAAAAGQAAAAAAAAAZA");
        assert_eq!(Page::of_token("AAAAAAAAAGQAAAAAAAAAZA==", 1000), Some(page), "padding is accepted");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for token in ["", "!", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAGQAAAAAAAAAZAAA"] {
            assert_eq!(Page::of_token(token, 1000), None, "{token}");
        }
        assert_eq!(Page::of_token("AAAAAAAAAGQAAAAAAAAAZA", 99), None, "the limit is above the maximum");
    }

    #[test]
    fn pages_lead_to_each_other() {
        let items: Vec<u32> = (0..5).collect();
        let (rows, first) = Page::first(2).cut(items.clone());
        assert_eq!((rows, first.page_number, first.total_items, first.total_pages), (vec![0, 1], 1, 5, 3));
        assert_eq!(first.previous_page_token, None);

        let second = Page::of_token(&first.next_page_token.unwrap(), 1000).unwrap();
        let (rows, second) = second.cut(items.clone());
        assert_eq!((rows, second.page_number), (vec![2, 3], 2));

        let third = Page::of_token(&second.next_page_token.unwrap(), 1000).unwrap();
        let (rows, third) = third.cut(items.clone());
        assert_eq!((rows, third.page_number, third.next_page_token), (vec![4], 3, None));

        let back = Page::of_token(&second.previous_page_token.unwrap(), 1000).unwrap();
        assert_eq!(back, Page::first(2));
        let (rows, past) = Page { limit: 2, offset: 100 }.cut(items);
        assert_eq!((rows, past.next_page_token), (Vec::<u32>::new(), None));
        let (_, last) = Page { limit: 1, offset: usize::MAX }.cut(Vec::<u32>::new());
        assert_eq!(last.page_number, usize::MAX, "an absurd offset is only far away");
        let (_, none) = Page::first(1000).cut(Vec::<u32>::new());
        assert_eq!((none.page_number, none.total_items, none.total_pages), (1, 0, 0));
    }
}
