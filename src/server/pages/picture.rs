//! A picture of a page: as it is, and the narrower forms that a browser may choose from.

use crate::media;
use crate::media::Place;
use crate::server::media::WIDTHS;
use crate::server::site::Site;

/// Widest form for previews elsewhere, which refuse or cut what is larger.
const PREVIEW_WIDTH: u32 = 960;

/// Narrowest form, for the smallest places.
const THUMB_WIDTH: u32 = 320;

pub(super) struct Picture {
    /// Address of the picture as it was uploaded.
    pub(super) original: String,
    /// Whether the server makes narrower forms of it.
    scaled: bool,
}

impl Picture {
    /// Nothing where the row names no picture.
    pub(super) fn new(site: &Site, name: &str) -> Option<Self> {
        let inside = matches!(media::place(&site.media_url, name)?, Place::Inside(_));
        let ours = site.media_url.starts_with('/') || site.media_url.starts_with(&format!("{}/", site.url));
        Some(Self {
            original: media::address(&site.media_url, name)?,
            scaled: inside && ours && site.variants.is_some(),
        })
    }

    /// A small form, for browsers that know no other and for thumbnails.
    pub(super) fn thumb(&self) -> String {
        self.at(THUMB_WIDTH)
    }

    /// The form that other sites may show.
    pub(super) fn preview(&self) -> String {
        self.at(PREVIEW_WIDTH)
    }

    /// The forms up to a width, as `srcset` has them; empty where there are none.
    pub(super) fn forms(&self, widest: u32) -> String {
        if !self.scaled {
            return String::new();
        }
        let widths = WIDTHS.iter().filter(|width| **width <= widest);
        widths.map(|width| format!("{} {width}w", self.at(*width))).collect::<Vec<_>>().join(", ")
    }

    fn at(&self, width: u32) -> String {
        if self.scaled { format!("{}?w={width}", self.original) } else { self.original.clone() }
    }
}
