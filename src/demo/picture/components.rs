//! Components: the processor and the memory.

use crate::demo::picture::canvas::Canvas;
use crate::demo::picture::canvas::Ink;
use crate::demo::picture::colour::BLACK;
use crate::demo::picture::colour::Look;
use crate::demo::picture::colour::WHITE;
use crate::demo::picture::colour::faded;
use crate::demo::picture::colour::grey;
use crate::demo::picture::colour::mixed;
use crate::demo::picture::colour::rgb;
use crate::demo::picture::font::Lettering;
use crate::demo::picture::parts::brand;
use crate::demo::picture::scenery::soft_shadow;
use crate::demo::picture::shape::circle;
use crate::demo::picture::shape::ellipse;
use crate::demo::picture::shape::line;
use crate::demo::picture::shape::polygon;
use crate::demo::picture::shape::rounded;
use crate::demo::picture::shape::traced;
use crate::demo::picture::view::tilted;
use crate::demo::picture::view::turned;

/// A processor lying on a corner: the board, its contacts, the metal lid with the brand.
pub(super) fn processor(canvas: &mut Canvas, look: &Look) {
    let board = mixed(look.deep, rgb(18, 74, 56), 0.45);
    let gold = rgb(222, 178, 84);
    canvas.fill(&ellipse(400.0, 300.0, 330.0, 190.0), Ink::Glow(faded(BLACK, 0.5), faded(BLACK, 0.0)));
    let at = [(438.0, 62.0), (694.0, 254.0), (362.0, 456.0), (106.0, 226.0)];
    let lower = at.map(|(x, y)| (x, y + 15.0));
    canvas.on(tilted(lower, 200.0, 200.0), |canvas| {
        canvas.fill(&rounded(0.0, 0.0, 200.0, 200.0, 5.0), mixed(board, BLACK, 0.6));
    });
    canvas.on(tilted(at, 200.0, 200.0), |canvas| {
        let sheet = rounded(0.0, 0.0, 200.0, 200.0, 5.0);
        canvas.fill(&sheet, Ink::Slant(mixed(board, WHITE, 0.16), board));
        canvas.stroke(&sheet, 0.8, faded(WHITE, 0.35));
        for step in 0..22_u16 {
            let along = 12.0 + f32::from(step) * 8.0;
            for pad in [(along, 5.0), (along, 190.0), (5.0, along), (190.0, along)] {
                canvas.fill(&rounded(pad.0, pad.1, 4.6, 4.6, 1.0), gold);
            }
        }
        for corner in [(14.0, 14.0), (178.0, 14.0), (178.0, 178.0)] {
            canvas.fill(&rounded(corner.0, corner.1, 8.0, 8.0, 1.0), grey(60));
        }
        canvas.fill(&polygon(&[(12.0, 188.0), (26.0, 188.0), (12.0, 174.0)]), gold);
        let foot = rounded(24.0, 24.0, 152.0, 152.0, 12.0);
        canvas.shade(&foot.moved(2.0, 3.0), 5.0, faded(BLACK, 0.35));
        canvas.fill(&foot, Ink::Slant(grey(205), grey(120)));
    });
    let lid = at.map(|(x, y)| (x, y - 13.0));
    canvas.on(tilted(lid, 200.0, 200.0), |canvas| {
        let metal = rounded(34.0, 34.0, 132.0, 132.0, 9.0);
        canvas.fill(&metal.mapped(|x, y| (x + 5.0, y + 5.0)), grey(112));
        canvas.fill(&metal.mapped(|x, y| (x + 2.5, y + 2.5)), grey(150));
        canvas.fill(&metal, Ink::Tube(grey(196), grey(246)));
        canvas.stroke(&metal, 1.0, faded(WHITE, 0.9));
        canvas.fill(&polygon(&[(34.0, 90.0), (34.0, 60.0), (60.0, 34.0), (100.0, 34.0)]), faded(WHITE, 0.35));
        brand(canvas, look, (100.0, 92.0), Lettering::bold(20.0, grey(70)), 108.0);
        canvas.stroke(&line(&[(62.0, 106.0), (138.0, 106.0)]), 3.0, look.accent);
        for (y, reach) in [(120.0, 34.0), (130.0, 26.0), (140.0, 30.0)] {
            canvas.stroke(&line(&[(100.0 - reach, y), (100.0 + reach, y)]), 2.0, faded(grey(90), 0.6));
        }
        canvas.fill(&circle(46.0, 154.0, 3.0), grey(140));
    });
}

/// Two memory modules, one before the other.
pub(super) fn memory(canvas: &mut Canvas, look: &Look) {
    soft_shadow(canvas, 400.0, 440.0, 300.0);
    canvas.on(turned(-9.0, 0.94, (400.0, 250.0)), |canvas| {
        module(canvas, look, -78.0, 26.0);
        module(canvas, look, 66.0, -14.0);
    });
}

/// One module: the contacts' edge below, the cooler's plate above.
fn module(canvas: &mut Canvas, look: &Look, down: f32, right: f32) {
    let body = look.body;
    let board = mixed(rgb(16, 40, 34), look.deep, 0.4);
    let at = |x: f32, y: f32| (x + right, y + down);
    let plate = traced("M 92 160 L 250 160 270 150 530 150 550 160 708 160 708 262 690 284 110 284 92 262 Z");
    let plate = plate.moved(right, down);
    canvas.shade(&plate.moved(0.0, 8.0), 14.0, faded(BLACK, 0.1));
    let (left, top) = at(100.0, 170.0);
    canvas.fill(&rounded(left, top, 600.0, 146.0, 5.0), board);
    for step in 0..56_u16 {
        let (x, y) = at(110.0 + f32::from(step) * 10.4, 293.0);
        if !(30..32).contains(&step) {
            canvas.fill(&rounded(x, y, 7.0, 22.0, 1.5), Ink::Down(rgb(248, 220, 140), rgb(196, 148, 58)));
        }
    }
    let (notch, foot) = at(427.0, 300.0);
    canvas.fill(&rounded(notch, foot, 9.0, 20.0, 4.0), rgb(226, 229, 233));
    canvas.fill(&plate, Ink::Slant(body.light, body.base));
    canvas.stroke(&plate, 1.8, Ink::Down(faded(WHITE, 0.9), body.dark));
    for (x, flip) in [(120.0, 1.0), (680.0, -1.0)] {
        for step in 0..4_u16 {
            let shift = f32::from(step) * 24.0 * flip;
            let band = [at(x + shift, 270.0), at(x + shift + 44.0 * flip, 176.0)];
            canvas.stroke(&line(&band), 9.0, if step == 1 { look.accent } else { faded(body.dark, 0.55) });
        }
    }
    let (x, y) = at(276.0, 188.0);
    let label = rounded(x, y, 248.0, 70.0, 6.0);
    canvas.fill(&label, Ink::Across(look.accent, look.deep));
    let (x, y) = at(400.0, 233.0);
    brand(canvas, look, (x, y), Lettering::bold(23.0, WHITE), 220.0);
    let shine =
        traced("M 94 162 L 250 162 270 152 530 152 550 162 706 162 706 178 94 178 Z").moved(right, down);
    canvas.fill(&shine, faded(WHITE, 0.18));
}
