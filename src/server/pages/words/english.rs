//! The pages in English.

use super::Notice;
use super::Words;
use crate::language::Language;

pub(super) const WORDS: Words = Words {
    language: Language::English,
    locale: "en_US",

    skip: "Skip to content",
    navigation: "Main navigation",
    home: "Home",
    products: "Products",
    contact: "Contact",
    search: "Search",
    search_product: "Search for a product",
    suggestions: "Suggestions",
    categories: "Categories",
    whatsapp: "Write on WhatsApp",
    contact_us: "Contact us",

    no_picture: "No picture",
    in_stock: "In stock",
    out_of_stock: "Out of stock",
    featured: "Featured",
    price_on_request: "Price on request",

    see_products: "See the products",
    featured_products: "Featured products",
    newest: "New arrivals",
    see_all: "See all",
    empty_catalogue: "The catalogue is empty for the moment.",

    trail: "Breadcrumb",
    choose_category: "Choose a category",
    all_products: "All products",
    all_categories: "All",
    category: "Category",
    filters: "Filter and sort",
    brand: "Brand",
    all_brands: "All",
    price_min: "Lowest price",
    price_max: "Highest price",
    only_in_stock: "In stock only",
    sort: "Sort by",
    orders: ["Newest", "Name", "Price, low to high", "Price, high to low"],
    apply: "Apply",
    chosen: "Chosen filters",
    remove: "Remove",
    clear: "Clear all",
    results: "Results",
    none_found: "No product matches your search.",
    none_found_help: "Try a shorter word, or remove a filter.",
    see_all_products: "See all products",
    pages: "Pages",
    page: "Page",
    previous: "Previous",
    next: "Next",

    photo: "photo",
    photos: "Photos",
    order_on_whatsapp: "Order on WhatsApp",
    description: "Description",
    related: "In the same category",

    contact_invitation: "A question about a product, a price, a delivery? Write to us or call us.",
    phone: "Telephone",
    email: "Email",
    address: "Address",
    no_contact: "Our contact details will be here soon.",

    not_found: Notice {
        heading: "Page not found",
        text: "This page does not exist, or no longer. Search for a product, or choose a category.",
    },
    method_not_allowed: Notice {
        heading: "Not possible here",
        text: "This page is for reading, nothing more.",
    },
    crashed: Notice { heading: "Something went wrong", text: "The fault is ours. Please try again later." },
    unavailable: Notice {
        heading: "The catalogue is unavailable for a moment",
        text: "It will be back shortly. Please try again.",
    },
    back_home: "Back to the home page",
};
