//! What stands around every product: the studio's light, the floor, the shadow, and the label below.

use crate::demo::picture::canvas::Canvas;
use crate::demo::picture::canvas::HEIGHT;
use crate::demo::picture::canvas::Ink;
use crate::demo::picture::canvas::WIDTH;
use crate::demo::picture::colour::BLACK;
use crate::demo::picture::colour::Look;
use crate::demo::picture::colour::WHITE;
use crate::demo::picture::colour::faded;
use crate::demo::picture::colour::mixed;
use crate::demo::picture::colour::rgb;
use crate::demo::picture::font::Lettering;
use crate::demo::picture::shape::ellipse;
use crate::demo::picture::shape::line;
use crate::demo::picture::shape::rounded;

/// The width that a product's name may take.
const LABEL_WIDTH: f32 = 700.0;

/// The height under which a long name is rather cut than written smaller.
const SMALLEST_NAME: f32 = 13.0;

/// Paints the studio: a light wall with a breath of the accent, and a floor.
pub(super) fn backdrop(canvas: &mut Canvas, look: &Look) {
    let (width, height) = (f32::from(WIDTH), f32::from(HEIGHT));
    let wall = mixed(rgb(244, 246, 248), look.pale, 0.1);
    let floor = mixed(rgb(223, 227, 232), look.pale, 0.1);
    canvas.fill(&rounded(0.0, 0.0, width, 400.0, 0.0), Ink::Down(mixed(wall, WHITE, 0.25), wall));
    canvas.fill(&rounded(0.0, 400.0, width, height - 400.0, 0.0), Ink::Down(mixed(wall, floor, 0.85), wall));
    canvas
        .fill(&rounded(0.0, 372.0, width, 29.0, 0.0), Ink::Down(faded(floor, 0.0), mixed(wall, floor, 0.85)));
    let light = faded(WHITE, 0.95);
    canvas.fill(&ellipse(400.0, 250.0, 430.0, 330.0), Ink::Glow(light, faded(light, 0.0)));
}

/// Darkens the floor under a product that stands on the line `y`: a wide shadow and a narrow one.
pub(super) fn floor_shadow(canvas: &mut Canvas, x: f32, y: f32, reach: f32) {
    soft_shadow(canvas, x, y + 3.0, reach * 1.3);
    canvas.fill(&ellipse(x, y, reach * 1.1, 13.0), Ink::Glow(faded(BLACK, 0.6), faded(BLACK, 0.0)));
}

/// Darkens the floor under a product that hangs above it.
pub(super) fn soft_shadow(canvas: &mut Canvas, x: f32, y: f32, reach: f32) {
    canvas.fill(&ellipse(x, y, reach, 34.0), Ink::Glow(faded(BLACK, 0.34), faded(BLACK, 0.0)));
}

/// Writes the brand and the product's name below the product.
pub(super) fn label(canvas: &mut Canvas, look: &Look, name: &str) {
    let brand = Lettering { spacing: 0.45, weight: 0.15, ..Lettering::plain(11.0, look.deep) };
    let text = brand.cut(&look.brand.to_uppercase(), LABEL_WIDTH - 100.0);
    let half = brand.width(&text) / 2.0;
    if half > 0.0 {
        brand.write(canvas, &text, 400.0, 527.0);
        for side in [-1.0, 1.0] {
            let near = 400.0 + side * (half + 16.0);
            canvas.stroke(&line(&[(near, 521.5), (near + side * 22.0, 521.5)]), 2.0, look.accent);
        }
    }
    let plain = Lettering::plain(20.0, rgb(34, 39, 48));
    let fitted = plain.fitted(name, LABEL_WIDTH);
    let lettering = Lettering { height: fitted.height.max(SMALLEST_NAME), ..fitted };
    lettering.write(canvas, &lettering.cut(name, LABEL_WIDTH), 400.0, 568.0);
}
