//! The pages in French.

use super::Notice;
use super::Words;
use crate::language::Language;

pub(super) const WORDS: Words = Words {
    language: Language::French,
    locale: "fr_FR",

    skip: "Aller au contenu",
    navigation: "Navigation principale",
    home: "Accueil",
    products: "Produits",
    contact: "Contact",
    search: "Rechercher",
    search_product: "Rechercher un produit",
    suggestions: "Suggestions",
    categories: "Catégories",
    whatsapp: "Écrire sur WhatsApp",
    contact_us: "Nous contacter",

    no_picture: "Pas de photo",
    in_stock: "En stock",
    out_of_stock: "Rupture de stock",
    featured: "Vedette",
    price_on_request: "Prix sur demande",

    see_products: "Voir les produits",
    featured_products: "Produits vedettes",
    newest: "Nouveautés",
    see_all: "Tout voir",
    empty_catalogue: "Le catalogue est vide pour le moment.",

    trail: "Fil d’Ariane",
    choose_category: "Choisir une catégorie",
    all_products: "Tous les produits",
    all_categories: "Toutes",
    category: "Catégorie",
    filters: "Filtrer et trier",
    brand: "Marque",
    all_brands: "Toutes",
    price_min: "Prix minimum",
    price_max: "Prix maximum",
    only_in_stock: "En stock seulement",
    sort: "Trier par",
    orders: ["Nouveautés", "Nom", "Prix croissant", "Prix décroissant"],
    apply: "Appliquer",
    chosen: "Filtres choisis",
    remove: "Retirer",
    clear: "Tout effacer",
    results: "Résultats",
    none_found: "Aucun produit ne correspond à votre recherche.",
    none_found_help: "Essayez un mot plus court, ou retirez un filtre.",
    see_all_products: "Voir tous les produits",
    pages: "Pages",
    page: "Page",
    previous: "Précédente",
    next: "Suivante",

    photo: "photo",
    photos: "Photos",
    order_on_whatsapp: "Commander sur WhatsApp",
    description: "Description",
    related: "Dans la même catégorie",

    contact_invitation: "Une question sur un produit, un prix, une livraison ? Écrivez-nous ou appelez-nous.",
    phone: "Téléphone",
    email: "Courriel",
    address: "Adresse",
    no_contact: "Nos coordonnées seront bientôt disponibles.",

    not_found: Notice {
        heading: "Page introuvable",
        text: "Cette page n’existe pas ou n’existe plus. Cherchez un produit, ou choisissez une catégorie.",
    },
    method_not_allowed: Notice {
        heading: "Action impossible",
        text: "Cette page se consulte, rien de plus.",
    },
    crashed: Notice {
        heading: "Une erreur est survenue",
        text: "Le problème est de notre côté. Réessayez plus tard.",
    },
    unavailable: Notice {
        heading: "Catalogue momentanément indisponible",
        text: "Le service sera rétabli dans quelques instants. Merci de réessayer.",
    },
    back_home: "Retour à l’accueil",
};
