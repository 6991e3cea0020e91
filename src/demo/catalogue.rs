//! What the demonstration shop sells.

use super::picture::Subject;

/// A main category with its sub-categories: name, slug, icon, and for each sub-category its picture's subject.
pub(super) struct Branch {
    pub(super) name: &'static str,
    pub(super) slug: &'static str,
    pub(super) icon: &'static str,
    pub(super) children: &'static [(&'static str, &'static str, Subject)],
}

pub(super) const BRANCHES: &[Branch] = &[
    Branch {
        name: "Ordinateurs",
        slug: "ordinateurs",
        icon: "laptop",
        children: &[
            ("Ordinateurs portables", "ordinateurs-portables", Subject::Laptop),
            ("Ordinateurs de bureau", "ordinateurs-de-bureau", Subject::Desktop),
            ("Mini PC", "mini-pc", Subject::MiniPc),
        ],
    },
    Branch {
        name: "Composants",
        slug: "composants",
        icon: "microchip",
        children: &[
            ("Processeurs", "processeurs", Subject::Processor),
            ("Cartes mères", "cartes-meres", Subject::Motherboard),
            ("Mémoire vive", "memoire-vive", Subject::Memory),
        ],
    },
    Branch {
        name: "Imprimantes",
        slug: "imprimantes",
        icon: "printer",
        children: &[
            ("Imprimantes laser", "imprimantes-laser", Subject::LaserPrinter),
            ("Imprimantes à jet d'encre", "imprimantes-a-jet-dencre", Subject::InkjetPrinter),
            ("Multifonctions", "multifonctions", Subject::Multifunction),
        ],
    },
    Branch {
        name: "Accessoires",
        slug: "accessoires",
        icon: "headphones",
        children: &[
            ("Claviers et souris", "claviers-et-souris", Subject::KeyboardMouse),
            ("Webcams et micros", "webcams-et-micros", Subject::WebcamMicrophone),
            ("Casques audio", "casques-audio", Subject::Headset),
        ],
    },
];

/// Name, brand, price in FCFA, slug of the sub-category, description.
pub(super) type Line = (&'static str, &'static str, i64, &'static str, &'static str);

pub(super) const PRODUCTS: &[Line] = &[
    ("Savane 14", "Akwa", 385_000, "ordinateurs-portables", "Portable léger de 14\", 8 Go de mémoire et 512 Go de stockage. Une journée d'autonomie pour les cours et le bureau."),
    ("Savane 16 Pro", "Akwa", 720_000, "ordinateurs-portables", "Écran de 16\" lumineux, 32 Go de mémoire et carte graphique dédiée : montage vidéo, plans et rendus sans attendre."),
    ("Cotonou Book 15", "Ouémé", 299_000, "ordinateurs-portables", "Le portable de la famille : clavier confortable, webcam nette et 256 Go pour les photos et les devoirs."),
    ("Atlas X13", "Nordal", 540_000, "ordinateurs-portables", "Châssis en métal de 1,2 kg, lecteur d'empreinte et charge rapide. Pour celles et ceux qui travaillent partout."),
    ("Tour Baobab 500", "Akwa", 465_000, "ordinateurs-de-bureau", "Tour silencieuse et évolutive, six cœurs et 16 Go de mémoire, quatre baies libres pour grandir."),
    ("Station Zénith", "Nordal", 1_150_000, "ordinateurs-de-bureau", "Station de travail certifiée pour la CAO : douze cœurs, 64 Go ECC et deux disques en miroir."),
    ("Bureau Essentiel", "Ouémé", 245_000, "ordinateurs-de-bureau", "L'ordinateur d'accueil ou de caisse : compact, économe, livré avec clavier et souris."),
    ("Cube Mini S", "Akwa", 210_000, "mini-pc", "Un ordinateur complet dans la paume de la main, fixé derrière l'écran. Deux sorties vidéo."),
    ("Cube Mini Pro", "Akwa", 335_000, "mini-pc", "Huit cœurs et 32 Go dans moins d'un litre. Réseau double pour servir de petit serveur."),
    ("Galet 3", "Nordal", 178_000, "mini-pc", "Sans ventilateur et sans bruit : affichage dynamique, salle de classe, télévision."),
    ("Lagune 5 6C", "Silex", 98_000, "processeurs", "Six cœurs et douze fils pour jouer et travailler ; refroidisseur fourni."),
    ("Lagune 7 8C", "Silex", 168_000, "processeurs", "Huit cœurs jusqu'à 5,1 GHz, mémoire DDR5. Le meilleur rapport performance et prix de la gamme."),
    ("Lagune 9 16C", "Silex", 345_000, "processeurs", "Seize cœurs pour la compilation, le rendu et la virtualisation."),
    ("Socle B650", "Terranova", 89_000, "cartes-meres", "Format micro-ATX, quatre emplacements de mémoire, deux M.2 et le Wi-Fi intégré."),
    ("Socle X670 Or", "Terranova", 215_000, "cartes-meres", "Alimentation renforcée de 16 phases, réseau 10 Gb/s et radiateurs en aluminium."),
    ("Socle H610 Éco", "Terranova", 58_000, "cartes-meres", "La base d'un poste de bureau fiable et économique."),
    ("Rapide 16 Go DDR5", "Silex", 42_000, "memoire-vive", "Deux barrettes de 8 Go à 5 600 MT/s, garanties à vie."),
    ("Rapide 32 Go DDR5", "Silex", 79_000, "memoire-vive", "Deux barrettes de 16 Go à 6 000 MT/s avec dissipateur."),
    ("Classique 8 Go DDR4", "Silex", 17_500, "memoire-vive", "Pour redonner de l'élan à un ordinateur plus ancien."),
    ("Presse L20", "Imprima", 142_000, "imprimantes-laser", "Laser noir et blanc de 30 pages par minute, recto verso automatique."),
    ("Presse L40 Couleur", "Imprima", 289_000, "imprimantes-laser", "Couleurs précises, bac de 550 feuilles et réseau pour tout le service."),
    ("Compacte L10", "Ouémé", 95_000, "imprimantes-laser", "La petite laser du bureau à la maison, prête en huit secondes."),
    ("Goutte Réservoir", "Imprima", 128_000, "imprimantes-a-jet-dencre", "Réservoirs rechargeables : 7 000 pages en couleurs avec les bouteilles fournies."),
    ("Goutte Photo", "Imprima", 112_000, "imprimantes-a-jet-dencre", "Six encres pour des photos sans marges jusqu'au format A4."),
    ("Goutte Mobile", "Nordal", 139_000, "imprimantes-a-jet-dencre", "Sur batterie, dans un sac : devis et reçus imprimés chez le client."),
    ("Atelier 3 en 1", "Imprima", 156_000, "multifonctions", "Imprime, copie et numérise, avec chargeur de 35 feuilles."),
    ("Atelier Pro 4 en 1", "Imprima", 248_000, "multifonctions", "Télécopie et numérisation vers le courriel pour une équipe de dix personnes."),
    ("Duo Bureau", "Ouémé", 84_000, "multifonctions", "Copie et numérisation simples, commandées depuis le téléphone."),
    ("Clavier Rythme", "Piano", 24_500, "claviers-et-souris", "Clavier mécanique AZERTY rétroéclairé, touches à course douce."),
    ("Ensemble Sans Fil", "Piano", 18_000, "claviers-et-souris", "Clavier et souris sans fil, deux ans d'autonomie avec des piles ordinaires."),
    ("Souris Précise", "Piano", 31_000, "claviers-et-souris", "Capteur de 26 000 points et huit boutons, pour le jeu et le dessin."),
    ("Œil HD", "Miraj", 38_000, "webcams-et-micros", "Webcam 1080p avec volet, mise au point automatique et deux micros."),
    ("Studio USB", "Miraj", 87_000, "webcams-et-micros", "Micro de studio à condensateur : cours en ligne, balado et chant."),
    ("Casque Harmonie", "Miraj", 149_000, "casques-audio", "Réduction de bruit active et trente heures d'autonomie. Pliable, livré avec étui."),
    ("Casque Équipe", "Piano", 52_000, "casques-audio", "Micro antibruit pour les appels et les réunions, coussinets en tissu."),
    ("Casque Arène", "Miraj", 68_000, "casques-audio", "Son spatial et micro amovible pour jouer des heures sans fatigue."),
];

/// Positions in [`PRODUCTS`] that are featured on the home page.
pub(super) const FEATURED: &[usize] = &[1, 4, 8, 11, 22, 33];

/// Positions in [`PRODUCTS`] that are out of stock.
pub(super) const OUT_OF_STOCK: &[usize] = &[5, 12, 24, 30];
