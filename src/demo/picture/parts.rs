//! Parts that several products share: casings, screens, keys, sockets, slots, fans, paper.

use crate::demo::picture::canvas::Canvas;
use crate::demo::picture::canvas::Ink;
use crate::demo::picture::colour::BLACK;
use crate::demo::picture::colour::Look;
use crate::demo::picture::colour::Tone;
use crate::demo::picture::colour::WHITE;
use crate::demo::picture::colour::faded;
use crate::demo::picture::colour::grey;
use crate::demo::picture::colour::mixed;
use crate::demo::picture::font::Lettering;
use crate::demo::picture::shape::Shape;
use crate::demo::picture::shape::circle;
use crate::demo::picture::shape::line;
use crate::demo::picture::shape::polygon;
use crate::demo::picture::shape::rounded;
use crate::demo::picture::shape::traced;
use crate::demo::picture::view::tilted;
use tiny_skia::Color;

/// How many keys' room the space bar takes.
const SPACE_BAR: u16 = 6;

/// Fills an outline as a casing lit from above, with a lighter rim.
pub(super) fn casing(canvas: &mut Canvas, shape: &Shape, tone: Tone) {
    canvas.fill(shape, Ink::Down(tone.light, tone.base));
    canvas.stroke(shape, 1.2, Ink::Down(faded(WHITE, 0.75), faded(tone.dark, 0.8)));
}

/// Writes the product's brand around and on this point, in capitals no wider than `width`.
pub(super) fn brand(canvas: &mut Canvas, look: &Look, at: (f32, f32), lettering: Lettering, width: f32) {
    let text = look.brand.to_uppercase();
    let fitted = lettering.fitted(&text, width);
    let lettering = Lettering { height: fitted.height.max(lettering.height * 0.55), ..fitted };
    lettering.write(canvas, &lettering.cut(&text, width), at.0, at.1);
}

/// A lit screen of this place and size.
pub(super) fn screen(canvas: &mut Canvas, look: &Look, at: (f32, f32), size: (f32, f32)) {
    let (width, height) = size;
    let whole = rounded(at.0, at.1, width, height, 4.0);
    canvas.fill(&whole, Ink::Slant(look.deep, look.accent));
    canvas.within(&whole, |canvas| {
        let corners = [at, (at.0 + width, at.1), (at.0 + width, at.1 + height), (at.0, at.1 + height)];
        canvas.on(tilted(corners, 160.0, 100.0), |canvas| wallpaper(canvas, look));
    });
}

/// A desktop's picture on 160 x 100 units, with the reflection of the studio's lamp.
fn wallpaper(canvas: &mut Canvas, look: &Look) {
    let pale = look.pale;
    match look.variant % 3 {
        0 => {
            let hills = [
                "M 0 62 C 30 30 58 40 88 56 C 118 70 142 46 160 30 L 160 100 0 100 Z",
                "M 0 82 C 36 62 66 56 96 72 C 122 84 146 72 160 56 L 160 100 0 100 Z",
                "M 0 92 C 40 96 80 72 112 86 C 136 94 150 90 160 84 L 160 100 0 100 Z",
            ];
            canvas.fill(&circle(112.0, 30.0, 13.0), faded(pale, 0.75));
            for hill in hills {
                canvas.fill(&traced(hill), faded(pale, 0.3));
            }
        }
        1 => {
            for (x, y, radius) in [(118.0, 38.0, 62.0), (124.0, 44.0, 44.0), (130.0, 50.0, 26.0)] {
                canvas.fill(&circle(x, y, radius), Ink::Slant(faded(pale, 0.42), faded(pale, 0.06)));
            }
        }
        _ => {
            for step in 0..5_u16 {
                let left = 20.0 + f32::from(step) * 30.0;
                let band =
                    polygon(&[(left, 0.0), (left + 18.0, 0.0), (left - 34.0, 100.0), (left - 52.0, 100.0)]);
                canvas.fill(&band, faded(pale, 0.1 + 0.07 * f32::from(step)));
            }
        }
    }
    canvas.fill(&polygon(&[(96.0, 0.0), (160.0, 0.0), (160.0, 100.0), (52.0, 100.0)]), faded(WHITE, 0.09));
}

/// Rows of keys that fill a sheet from (0, 0); the last row has a space bar.
pub(super) fn keys(canvas: &mut Canvas, columns: u16, rows: u16, size: (f32, f32), look: &KeyLook) {
    let (wide, high) = (size.0 / f32::from(columns), size.1 / f32::from(rows));
    let mut key = |column: f32, row: u16, span: f32, cap: Color| {
        let (x, y) = (column * wide + wide * 0.08, f32::from(row) * high + high * 0.1);
        let (width, height) = (wide * (span - 0.16), high * 0.8);
        let radius = wide.min(high) * 0.16;
        canvas.fill(&rounded(x, y + high * 0.1, width, height, radius), faded(BLACK, 0.55));
        canvas.fill(&rounded(x, y, width, height, radius), Ink::Down(mixed(cap, WHITE, 0.14), cap));
        let mark = line(&[(x + wide * 0.2, y + high * 0.28), (x + wide * 0.42, y + high * 0.28)]);
        canvas.stroke(&mark, high * 0.07, faded(look.mark, 0.75));
    };
    for row in 0..rows {
        let last = row + 1 == rows;
        let mut column = 0;
        while column < columns {
            let bar = last && column == 3 && columns > SPACE_BAR;
            let span = if bar { SPACE_BAR } else { 1 };
            let accented =
                (row, column) == (0, 0) || (look.wide_enter && row + 3 == rows && column + 1 == columns);
            key(f32::from(column), row, f32::from(span), if accented { look.accent } else { look.cap });
            column += span;
        }
    }
}

/// The colours of keys.
pub(super) struct KeyLook {
    pub(super) cap: Color,
    pub(super) mark: Color,
    pub(super) accent: Color,
    pub(super) wide_enter: bool,
}

/// A dark socket with a lighter rim, as on the front of a computer.
pub(super) fn socket(canvas: &mut Canvas, x: f32, y: f32, width: f32, height: f32) {
    let hole = rounded(x, y, width, height, height.min(width) * 0.3);
    canvas.fill(&hole, grey(22));
    canvas.stroke(&hole, 1.5, faded(WHITE, 0.35));
}

/// A small lamp and its glow.
pub(super) fn lamp(canvas: &mut Canvas, x: f32, y: f32, radius: f32, color: Color) {
    canvas.fill(&circle(x, y, radius * 3.4), Ink::Glow(faded(color, 0.6), faded(color, 0.0)));
    canvas.fill(&circle(x, y, radius), Ink::Glow(mixed(color, WHITE, 0.7), color));
}

/// Lines of text as a printer leaves them, on a sheet of this place and size.
pub(super) fn printed_lines(canvas: &mut Canvas, at: (f32, f32), width: f32, count: u16, step: f32) {
    for number in 0..count {
        let y = at.1 + f32::from(number) * step;
        let end = at.0 + width * if number % 4 == 3 { 0.6 } else { 1.0 };
        canvas.stroke(&line(&[(at.0, y), (end, y)]), step * 0.26, faded(grey(90), 0.45));
    }
}
