//! The motherboard: the largest drawing of the components, in a file of its own.

use crate::demo::picture::canvas::Canvas;
use crate::demo::picture::canvas::Ink;
use crate::demo::picture::colour::BLACK;
use crate::demo::picture::colour::Look;
use crate::demo::picture::colour::Tone;
use crate::demo::picture::colour::WHITE;
use crate::demo::picture::colour::faded;
use crate::demo::picture::colour::grey;
use crate::demo::picture::colour::mixed;
use crate::demo::picture::colour::rgb;
use crate::demo::picture::font::Lettering;
use crate::demo::picture::parts::brand;
use crate::demo::picture::scenery::floor_shadow;
use crate::demo::picture::shape::circle;
use crate::demo::picture::shape::line;
use crate::demo::picture::shape::polygon;
use crate::demo::picture::shape::rounded;
use crate::demo::picture::shape::traced;
use crate::demo::picture::view::tilted;
use tiny_skia::Color;

/// A bare motherboard, lying almost flat.
pub(super) fn motherboard(canvas: &mut Canvas, look: &Look) {
    let board = mixed(grey(30), look.deep, 0.4);
    let at = [(214.0, 40.0), (586.0, 40.0), (648.0, 448.0), (152.0, 448.0)];
    floor_shadow(canvas, 400.0, 456.0, 262.0);
    canvas.fill(
        &polygon(&[(152.0, 448.0), (648.0, 448.0), (647.0, 457.0), (153.0, 457.0)]),
        mixed(board, BLACK, 0.5),
    );
    canvas.on(tilted(at, 300.0, 300.0), |canvas| {
        canvas.fill(&rounded(0.0, 0.0, 300.0, 300.0, 3.0), Ink::Slant(mixed(board, WHITE, 0.1), board));
        traces(canvas, faded(mixed(look.accent, WHITE, 0.2), 0.4));
        specks(canvas);
        for (x, y) in [
            (8.0, 8.0),
            (150.0, 8.0),
            (291.0, 8.0),
            (8.0, 150.0),
            (291.0, 150.0),
            (8.0, 291.0),
            (291.0, 291.0),
        ] {
            canvas.fill(&circle(x, y, 5.0), grey(190));
            canvas.fill(&circle(x, y, 2.6), grey(110));
        }
        board_socket(canvas);
        board_slots(canvas, look);
        board_coolers(canvas, look);
    });
}

/// The printed lines of a board of 300 x 300 units.
fn traces(canvas: &mut Canvas, color: Color) {
    for step in 0..9_u16 {
        let shift = f32::from(step) * 4.0;
        let bend = [(60.0 + shift, 290.0), (60.0 + shift, 190.0 - shift), (130.0, 130.0 - shift)];
        canvas.stroke(&line(&bend), 0.9, color);
        let turn =
            [(180.0, 60.0 + shift), (214.0, 60.0 + shift), (250.0, 90.0 + shift), (296.0, 90.0 + shift)];
        canvas.stroke(&line(&turn), 0.9, color);
    }
}

/// The small parts that lie all over a board: chips with their pins, and grains between them.
fn specks(canvas: &mut Canvas) {
    for step in 0..90_u16 {
        let (x, y) = (f32::from(step * 83 % 277) + 12.0, f32::from(step * 47 % 263) + 24.0);
        let long = if step % 3 == 0 { (4.6, 2.2) } else { (2.2, 4.6) };
        canvas.fill(
            &rounded(x, y, long.0, long.1, 0.6),
            if step % 4 == 0 { rgb(196, 164, 112) } else { grey(150) },
        );
    }
    for (x, y, size) in [
        (20.0, 176.0, 16.0),
        (22.0, 214.0, 14.0),
        (118.0, 204.0, 11.0),
        (120.0, 272.0, 14.0),
        (160.0, 274.0, 12.0),
    ] {
        canvas.stroke(&rounded(x - 1.0, y - 1.0, size + 2.0, size + 2.0, 0.0), 1.4, grey(170));
        canvas.fill(&rounded(x, y, size, size, 1.0), Ink::Slant(grey(66), grey(18)));
        canvas.fill(&circle(x + 3.0, y + 3.0, 1.0), grey(150));
    }
    for step in 0..5_u16 {
        let x = 196.0 + f32::from(step) * 17.0;
        canvas.fill(&rounded(x, 278.0, 13.0, 8.0, 1.0), grey(16));
        for pin in 0..4_u16 {
            canvas.fill(&circle(x + 2.0 + f32::from(pin) * 3.0, 282.0, 0.9), rgb(226, 190, 110));
        }
    }
}

/// The processor's socket, and the coils and capacitors around it.
fn board_socket(canvas: &mut Canvas) {
    canvas.fill(&rounded(88.0, 62.0, 84.0, 84.0, 4.0), Ink::Slant(grey(226), grey(150)));
    canvas.fill(&rounded(95.0, 69.0, 70.0, 70.0, 3.0), grey(34));
    for row in 0..10_u16 {
        for column in 0..10_u16 {
            let middle = (4..6).contains(&row) && (4..6).contains(&column);
            if !middle {
                let at = (99.5 + f32::from(column) * 6.8, 73.5 + f32::from(row) * 6.8);
                canvas.fill(&circle(at.0, at.1, 1.5), rgb(214, 178, 104));
            }
        }
    }
    canvas.stroke(&line(&[(177.0, 64.0), (177.0, 142.0)]), 2.4, grey(210));
    for step in 0..6_u16 {
        let x = 84.0 + f32::from(step) * 16.0;
        canvas.fill(&rounded(x, 40.0, 12.0, 12.0, 2.0), Ink::Down(grey(110), grey(62)));
        canvas.fill(&circle(x + 6.0, 156.0, 4.6), grey(210));
        canvas.fill(&circle(x + 6.0, 155.0, 3.6), grey(90));
    }
}

/// The memory's and the cards' slots, and the power connectors.
fn board_slots(canvas: &mut Canvas, look: &Look) {
    for step in 0..4_u16 {
        let x = 198.0 + f32::from(step) * 14.0;
        let color = if step % 2 == 0 { grey(20) } else { look.accent };
        canvas.fill(&rounded(x, 36.0, 8.0, 124.0, 1.5), color);
        canvas.stroke(&line(&[(x + 4.0, 42.0), (x + 4.0, 154.0)]), 1.4, faded(BLACK, 0.55));
        for end in [33.0, 157.0] {
            canvas.fill(&rounded(x - 1.0, end, 10.0, 6.0, 1.5), grey(222));
        }
    }
    canvas.fill(&rounded(268.0, 44.0, 14.0, 62.0, 2.0), grey(232));
    for row in 0..8_u16 {
        for x in [270.5, 276.5] {
            canvas.fill(&rounded(x, 47.0 + f32::from(row) * 7.3, 4.0, 4.6, 0.8), grey(60));
        }
    }
    for (y, strong) in [(186.0, true), (220.0, false), (254.0, true)] {
        let metal = if strong { grey(200) } else { grey(60) };
        canvas.fill(&rounded(40.0, y, 148.0, 11.0, 2.0), metal);
        canvas.fill(&rounded(43.0, y + 2.5, 142.0, 6.0, 1.0), grey(14));
        canvas.fill(&rounded(92.0, y, 3.0, 11.0, 0.0), metal);
        canvas.fill(&rounded(188.0, y + 1.0, 9.0, 9.0, 2.0), look.accent);
    }
    for y in [214.0, 228.0, 242.0] {
        canvas.fill(&rounded(276.0, y, 18.0, 10.0, 1.5), Ink::Down(grey(70), grey(30)));
    }
    canvas.fill(&circle(58.0, 278.0, 9.0), Ink::Slant(grey(240), grey(160)));
    canvas.stroke(&circle(58.0, 278.0, 6.0), 0.8, grey(140));
}

/// The finned coolers, the sockets' shield and the chipset's cover with the brand.
fn board_coolers(canvas: &mut Canvas, look: &Look) {
    let tone = look.body;
    let body = Tone { light: mixed(tone.light, WHITE, 0.3), base: mixed(tone.base, WHITE, 0.16), ..tone };
    canvas.shade(&rounded(16.0, 22.0, 36.0, 134.0, 4.0), 3.0, faded(BLACK, 0.3));
    canvas.fill(&rounded(12.0, 18.0, 36.0, 134.0, 4.0), Ink::Across(body.light, body.base));
    canvas.fill(&polygon(&[(12.0, 96.0), (48.0, 60.0), (48.0, 72.0), (12.0, 108.0)]), look.accent);
    for (x, y, width, height, across) in [(56.0, 58.0, 22.0, 92.0, false), (80.0, 14.0, 106.0, 20.0, true)] {
        canvas.shade(&rounded(x + 2.0, y + 3.0, width, height, 3.0), 3.0, faded(BLACK, 0.3));
        canvas.fill(&rounded(x, y, width, height, 3.0), Ink::Slant(body.light, body.dark));
        for step in 1..12_u16 {
            let part = f32::from(step) / 12.0;
            let fin = if across {
                [(x + width * part, y + 2.0), (x + width * part, y + height - 2.0)]
            } else {
                [(x + 2.0, y + height * part), (x + width - 2.0, y + height * part)]
            };
            canvas.stroke(&line(&fin), 2.2, faded(BLACK, 0.35));
        }
    }
    let cover = traced("M 206 184 L 268 184 268 252 252 268 206 268 Z");
    canvas.shade(&cover.moved(3.0, 4.0), 4.0, faded(BLACK, 0.35));
    canvas.fill(&cover, Ink::Slant(body.light, body.base));
    canvas.stroke(&cover, 1.0, faded(WHITE, 0.5));
    canvas.fill(&polygon(&[(206.0, 238.0), (268.0, 206.0), (268.0, 213.0), (206.0, 245.0)]), look.accent);
    brand(canvas, look, (236.0, 203.0), Lettering::bold(9.0, body.ink), 54.0);
}
