//! Writing: a font of single strokes with round ends, so that no font file is needed.

use crate::demo::picture::canvas::Canvas;
use crate::demo::picture::glyphs;
use crate::demo::picture::shape::Shape;
use crate::demo::picture::shape::traced;
use tiny_skia::Color;

/// The height of a capital in the glyphs' own units.
const CAPITAL: f32 = 20.0;

/// The room between two letters in the glyphs' own units.
const GAP: f32 = 5.2;

/// How a text is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lettering {
    /// The height of a capital.
    pub(super) height: f32,
    /// The strokes' width as a part of the height.
    pub(super) weight: f32,
    /// Room added between letters, as a part of the height.
    pub(super) spacing: f32,
    pub(super) color: Color,
}

impl Lettering {
    pub(super) fn plain(height: f32, color: Color) -> Lettering {
        Lettering { height, weight: 0.12, spacing: 0.0, color }
    }

    /// Strong letters that stand apart, as names are written on casings.
    pub(super) fn bold(height: f32, color: Color) -> Lettering {
        Lettering { height, weight: 0.17, spacing: 0.12, color }
    }

    fn advance(&self, letter: char) -> Option<f32> {
        let (width, _) = glyphs::glyph(glyphs::accent(letter).0)?;
        Some((width + GAP) * self.height / CAPITAL + self.spacing * self.height)
    }

    /// The width of a text's letters.
    pub(super) fn width(&self, text: &str) -> f32 {
        let advances: f32 = text.chars().filter_map(|letter| self.advance(letter)).sum();
        (advances - (GAP / CAPITAL + self.spacing) * self.height).max(0.0)
    }

    /// The text cut so that it takes no more than this width, and marked where it was cut.
    pub(super) fn cut(&self, text: &str, width: f32) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut room = width - self.width("...") - self.advance(' ').unwrap_or(0.0);
        let fits = |letter: &char| {
            room -= self.advance(*letter).unwrap_or(0.0);
            room >= 0.0
        };
        let kept: String = text.chars().take_while(fits).collect();
        format!("{}...", kept.trim_end())
    }

    /// The same letters, lower where the text would take more than this width; a little room is left over,
    /// so that no rounding makes [`Lettering::cut`] cut what was fitted.
    pub(super) fn fitted(self, text: &str, width: f32) -> Lettering {
        let taken = self.width(text);
        if taken > width { Lettering { height: self.height * width * 0.995 / taken, ..self } } else { self }
    }

    /// Writes a text around the middle `x`, standing on the line `y`; unknown letters are left out.
    pub(super) fn write(&self, canvas: &mut Canvas, text: &str, x: f32, y: f32) {
        let scale = self.height / CAPITAL;
        let mut left = x - self.width(text) / 2.0;
        for letter in text.chars() {
            let Some(advance) = self.advance(letter) else { continue };
            let strokes =
                strokes(letter).mapped(|across, down| (left + across * scale, y + (down - CAPITAL) * scale));
            canvas.stroke(&strokes, self.height * self.weight, self.color);
            left += advance;
        }
    }
}

fn strokes(letter: char) -> Shape {
    let (plain, mark) = glyphs::accent(letter);
    glyphs::glyph(plain).map(|(_, strokes)| traced(strokes).and(traced(mark))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_letter_that_names_are_made_of() {
        for letter in ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(".-/+éèêàç".chars()) {
            assert!(strokes(letter).path().is_some(), "{letter}");
        }
    }

    #[test]
    fn cuts_and_shrinks_what_is_too_wide() {
        let lettering = Lettering::plain(20.0, Color::BLACK);
        let long = "mini ".repeat(40);
        let cut = lettering.cut(&long, 300.0);
        assert!(cut.ends_with("i...") && lettering.width(&cut) <= 300.0, "{cut}");
        for width in [120.0, 160.0, 300.0, 333.3] {
            assert_eq!(lettering.fitted(&long, width).cut(&long, width), long);
        }
        assert_eq!(lettering.cut("HP", 300.0), "HP");
    }

    #[test]
    fn leaves_out_unknown_letters() {
        let lettering = Lettering::plain(20.0, Color::BLACK);
        assert!((lettering.width("H🖨P") - lettering.width("HP")).abs() < 0.001);
    }
}
