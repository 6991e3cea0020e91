//! The catalogue as visitors read it: prices, addresses, the WhatsApp button, the tree of categories, pages of a list.
//!
//! Pure: what is shown follows from the rows, the settings and the `now` that are handed in.

mod address;
mod currency;
mod listing;
mod message;
mod pages;
mod price;
mod tree;
mod whatsapp;

pub use address::absolute;
pub use currency::currency_code;
pub use listing::Listing;
pub use listing::written;
pub use message::ApiEnquiry;
pub use message::greeting;
pub use pages::PageLink;
pub use pages::Pages;
pub use price::api_price;
pub use price::french_price;
pub use tree::main_categories;
pub use tree::product_counts;
pub use tree::subcategories;
pub use tree::trail;
pub use whatsapp::Enquiry;
