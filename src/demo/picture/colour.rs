//! Colours: plain ones, mixtures, and the look that a product's brand and variant give it.

use tiny_skia::Color;

/// The turn between the accents of two variants: the golden angle keeps neighbours far apart.
const TURN_DEGREES: f32 = 137.5;

pub(super) const WHITE: Color = Color::WHITE;
pub(super) const BLACK: Color = Color::BLACK;

pub(super) fn rgb(red: u8, green: u8, blue: u8) -> Color {
    Color::from_rgba8(red, green, blue, 255)
}

/// A cool grey of this brightness.
pub(super) fn grey(level: u8) -> Color {
    rgb(level.saturating_sub(level / 40), level.saturating_sub(level / 90), level.saturating_add(1))
}

/// The colour with its opacity multiplied.
pub(super) fn faded(mut color: Color, opacity: f32) -> Color {
    color.set_alpha(color.alpha() * opacity);
    color
}

/// A mixture: 0 is all the first, 1 all the second colour.
pub(super) fn mixed(first: Color, second: Color, part: f32) -> Color {
    let part = part.clamp(0.0, 1.0);
    let blend = |from: f32, to: f32| (from + (to - from) * part).clamp(0.0, 1.0);
    let (red, green, blue) = (
        blend(first.red(), second.red()),
        blend(first.green(), second.green()),
        blend(first.blue(), second.blue()),
    );
    Color::from_rgba(red, green, blue, blend(first.alpha(), second.alpha())).unwrap_or(first)
}

/// The light, middle and dark shade of a casing, and a colour that is readable on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tone {
    pub(super) light: Color,
    pub(super) base: Color,
    pub(super) dark: Color,
    pub(super) ink: Color,
}

/// How one product is coloured and told from its neighbours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) brand: &'a str,
    pub(super) variant: u32,
    pub(super) accent: Color,
    pub(super) deep: Color,
    pub(super) pale: Color,
    pub(super) body: Tone,
}

impl<'a> Look<'a> {
    pub(super) fn new(brand: &'a str, variant: u32) -> Look<'a> {
        let seed = seed(brand);
        let turns = f32::from(u16::try_from(variant % 360).unwrap_or(0));
        let hue = f32::from(seed % 360) + turns * TURN_DEGREES;
        Look {
            brand,
            variant,
            accent: vivid(0.62, 0.16, hue),
            deep: vivid(0.36, 0.11, hue + 12.0),
            pale: vivid(0.86, 0.08, hue - 14.0),
            body: tone(u32::from(seed / 7).wrapping_add(variant) % 5),
        }
    }
}

/// A number that depends on every letter of a text, the same on every machine and in every version.
fn seed(text: &str) -> u16 {
    let hash =
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u16::try_from((hash >> 16) ^ (hash & 0xffff)).unwrap_or(0)
}

fn tone(number: u32) -> Tone {
    let shades = |light, base, dark, ink| Tone { light, base, dark, ink };
    match number {
        0 => shades(rgb(240, 242, 245), rgb(204, 208, 214), rgb(140, 146, 155), rgb(70, 75, 84)),
        1 => shades(rgb(86, 91, 100), rgb(52, 56, 63), rgb(27, 30, 35), rgb(222, 226, 232)),
        2 => shades(rgb(255, 255, 255), rgb(234, 237, 241), rgb(178, 184, 193), rgb(92, 98, 108)),
        3 => shades(rgb(72, 86, 114), rgb(40, 52, 76), rgb(20, 27, 43), rgb(216, 224, 238)),
        _ => shades(rgb(248, 243, 236), rgb(222, 212, 199), rgb(163, 150, 134), rgb(98, 86, 72)),
    }
}

/// A colour of even brightness whatever its hue (OKLCH: lightness 0-1, chroma, hue in degrees).
fn vivid(lightness: f32, chroma: f32, hue_degrees: f32) -> Color {
    let (sine, cosine) = hue_degrees.to_radians().sin_cos();
    let (green_red, blue_yellow) = (chroma * cosine, chroma * sine);
    let long = (lightness + 0.396_337_78 * green_red + 0.215_803_76 * blue_yellow).powi(3);
    let medium = (lightness - 0.105_561_346 * green_red - 0.063_854_17 * blue_yellow).powi(3);
    let short = (lightness - 0.089_484_18 * green_red - 1.291_485_5 * blue_yellow).powi(3);
    let channel = |light: f32| light.clamp(0.0, 1.0).powf(1.0 / 2.2);
    let red = channel(4.076_741_7 * long - 3.307_711_6 * medium + 0.230_969_94 * short);
    let green = channel(-1.268_438 * long + 2.609_757_4 * medium - 0.341_319_38 * short);
    let blue = channel(-0.004_196_086_3 * long - 0.703_418_6 * medium + 1.707_614_7 * short);
    Color::from_rgba(red, green, blue, 1.0).unwrap_or(BLACK)
}
