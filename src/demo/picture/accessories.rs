//! Accessories: the keyboard with its mouse, the webcam with its microphone, the headset.

use crate::demo::picture::canvas::Canvas;
use crate::demo::picture::canvas::Ink;
use crate::demo::picture::colour::BLACK;
use crate::demo::picture::colour::Look;
use crate::demo::picture::colour::WHITE;
use crate::demo::picture::colour::faded;
use crate::demo::picture::colour::grey;
use crate::demo::picture::colour::mixed;
use crate::demo::picture::font::Lettering;
use crate::demo::picture::parts::KeyLook;
use crate::demo::picture::parts::brand;
use crate::demo::picture::parts::casing;
use crate::demo::picture::parts::keys;
use crate::demo::picture::parts::lamp;
use crate::demo::picture::scenery::floor_shadow;
use crate::demo::picture::shape::circle;
use crate::demo::picture::shape::ellipse;
use crate::demo::picture::shape::line;
use crate::demo::picture::shape::polygon;
use crate::demo::picture::shape::rounded;
use crate::demo::picture::shape::traced;
use crate::demo::picture::view::tilted;
use crate::demo::picture::view::turned;

/// A keyboard and a mouse, lying on the table.
pub(super) fn keyboard_mouse(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    let dark_keys = look.variant.is_multiple_of(2);
    let at = [(96.0, 168.0), (556.0, 144.0), (600.0, 372.0), (56.0, 412.0)];
    canvas.fill(&ellipse(332.0, 398.0, 340.0, 70.0), Ink::Glow(faded(BLACK, 0.4), faded(BLACK, 0.0)));
    for (drop, shade) in [(15.0, 0.5), (9.0, 0.2)] {
        canvas.on(tilted(at.map(|(x, y)| (x, y + drop)), 520.0, 250.0), |canvas| {
            canvas.fill(&rounded(0.0, 0.0, 520.0, 250.0, 16.0), mixed(body.dark, BLACK, shade));
        });
    }
    canvas.on(tilted(at, 520.0, 250.0), |canvas| {
        casing(canvas, &rounded(0.0, 0.0, 520.0, 250.0, 16.0), body);
        brand(canvas, look, (72.0, 27.0), Lettering::bold(10.0, body.ink), 104.0);
        for step in 0..3_u16 {
            lamp(canvas, 452.0 + f32::from(step) * 20.0, 22.0, 3.0, look.accent);
        }
        let (cap, mark) = if dark_keys { (grey(48), grey(225)) } else { (grey(238), grey(90)) };
        let key_look = KeyLook { cap, mark, accent: look.accent, wide_enter: true };
        for (left, columns, width) in [(14.0, 13, 376.0), (404.0, 4, 104.0)] {
            canvas.fill(&rounded(left - 3.0, 37.0, width + 6.0, 202.0, 6.0), mixed(body.dark, BLACK, 0.45));
            let bed = [(left, 40.0), (left + width, 40.0), (left + width, 236.0), (left, 236.0)];
            canvas
                .on(tilted(bed, width, 196.0), |canvas| keys(canvas, columns, 6, (width, 196.0), &key_look));
        }
    });
    canvas.on(turned(10.0, 1.0, (690.0, 330.0)), |canvas| mouse(canvas, look));
}

/// A mouse seen from above and behind, around (686, 330).
fn mouse(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    canvas.fill(&ellipse(686.0, 352.0, 104.0, 112.0), Ink::Glow(faded(BLACK, 0.6), faded(BLACK, 0.0)));
    let shell = "M 684 236 C 722 236 738 262 740 310 C 742 372 728 414 684 414 C 640 414 626 372 628 310 C 630 262 646 236 684 236 Z";
    canvas.fill(&traced(shell).moved(0.0, 10.0), mixed(body.dark, BLACK, 0.4));
    casing(canvas, &traced(shell), body);
    let palm = "M 630 316 C 660 334 708 334 738 316 C 740 374 726 411 684 411 C 642 411 628 374 630 316 Z";
    canvas
        .fill(&traced(palm), Ink::Down(mixed(body.base, body.dark, 0.2), mixed(body.base, body.dark, 0.65)));
    canvas.stroke(&traced("M 630 316 C 660 334 708 334 738 316"), 1.6, faded(body.dark, 0.9));
    canvas.stroke(&line(&[(684.0, 238.0), (684.0, 328.0)]), 1.8, mixed(body.dark, BLACK, 0.3));
    canvas.fill(&rounded(675.0, 258.0, 18.0, 44.0, 9.0), grey(24));
    canvas.fill(&rounded(678.0, 264.0, 12.0, 32.0, 6.0), Ink::Down(look.accent, look.deep));
    brand(canvas, look, (684.0, 384.0), Lettering::bold(8.0, body.ink), 64.0);
    canvas.fill(&ellipse(656.0, 276.0, 12.0, 26.0), Ink::Glow(faded(WHITE, 0.5), faded(WHITE, 0.0)));
}

/// A webcam on its foot beside a microphone on its stand.
pub(super) fn webcam_microphone(canvas: &mut Canvas, look: &Look) {
    floor_shadow(canvas, 268.0, 446.0, 120.0);
    floor_shadow(canvas, 570.0, 446.0, 120.0);
    webcam(canvas, look);
    microphone(canvas, look);
}

fn webcam(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    canvas.fill(
        &polygon(&[(248.0, 300.0), (288.0, 300.0), (294.0, 424.0), (242.0, 424.0)]),
        Ink::Tube(grey(30), grey(110)),
    );
    canvas.fill(&circle(268.0, 312.0, 20.0), Ink::Slant(grey(110), grey(24)));
    canvas.fill(&rounded(164.0, 420.0, 208.0, 26.0, 13.0), Ink::Down(grey(84), grey(24)));
    canvas.stroke(&line(&[(180.0, 423.0), (356.0, 423.0)]), 2.0, faded(WHITE, 0.35));
    let bar = rounded(92.0, 152.0, 352.0, 142.0, 68.0);
    canvas.fill(&bar.moved(0.0, 8.0), mixed(body.dark, BLACK, 0.4));
    casing(canvas, &bar, body);
    canvas.fill(&rounded(106.0, 166.0, 324.0, 114.0, 56.0), Ink::Down(grey(54), grey(18)));
    canvas.fill(
        &traced("M 162 166 L 300 166 C 260 200 230 240 216 280 L 162 280 C 88 280 88 166 162 166 Z"),
        faded(WHITE, 0.05),
    );
    let rings = [
        (60.0, grey(70), grey(24)),
        (54.0, grey(20), grey(60)),
        (42.0, look.deep, grey(10)),
        (26.0, grey(8), look.deep),
    ];
    for (radius, from, to) in rings {
        canvas.fill(&circle(268.0, 223.0, radius), Ink::Slant(from, to));
    }
    canvas.stroke(&circle(268.0, 223.0, 57.0), 2.4, look.accent);
    canvas.fill(&circle(268.0, 223.0, 40.0), Ink::Glow(faded(look.accent, 0.5), faded(look.accent, 0.0)));
    canvas.fill(&circle(268.0, 223.0, 15.0), grey(5));
    canvas.fill(&ellipse(251.0, 204.0, 12.0, 8.0), faded(WHITE, 0.75));
    canvas.fill(&circle(286.0, 242.0, 4.0), faded(WHITE, 0.45));
    lamp(canvas, 356.0, 223.0, 4.5, look.accent);
    for column in 0..3_u16 {
        for row in 0..4_u16 {
            let at = (386.0 + f32::from(column) * 10.0, 208.0 + f32::from(row) * 10.0);
            canvas.fill(&circle(at.0, at.1, 2.4), grey(110));
        }
    }
    brand(canvas, look, (160.0, 228.0), Lettering::bold(11.0, grey(225)), 80.0);
}

fn microphone(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    canvas.fill(&rounded(560.0, 352.0, 20.0, 80.0, 4.0), Ink::Tube(grey(60), grey(190)));
    canvas.fill(&ellipse(570.0, 438.0, 104.0, 17.0), grey(26));
    canvas.fill(&ellipse(570.0, 432.0, 104.0, 17.0), Ink::Across(grey(96), grey(44)));
    canvas.stroke(&ellipse(570.0, 432.0, 72.0, 10.0), 1.4, faded(WHITE, 0.25));
    canvas.stroke(
        &traced("M 484 190 L 484 280 C 484 330 520 354 570 354 C 620 354 656 330 656 280 L 656 190"),
        13.0,
        Ink::Down(grey(96), grey(34)),
    );
    for x in [484.0, 656.0] {
        canvas.fill(&circle(x, 232.0, 15.0), Ink::Slant(grey(130), grey(36)));
        canvas.fill(&circle(x, 232.0, 6.0), look.accent);
    }
    let capsule = rounded(502.0, 70.0, 136.0, 256.0, 66.0);
    canvas.fill(&capsule, Ink::Tube(body.dark, body.light));
    let grille = rounded(502.0, 70.0, 136.0, 142.0, 66.0);
    canvas.within(&capsule, |canvas| {
        canvas.fill(&grille.and(rounded(502.0, 140.0, 136.0, 0.0, 0.0)), Ink::Tube(grey(46), grey(150)));
        canvas.fill(&rounded(502.0, 140.0, 136.0, 74.0, 0.0), Ink::Tube(grey(46), grey(150)));
        for step in 0..22_u16 {
            let x = 430.0 + f32::from(step) * 10.0;
            canvas.stroke(&line(&[(x, 64.0), (x + 90.0, 212.0)]), 2.0, faded(BLACK, 0.45));
            canvas.stroke(&line(&[(x + 90.0, 64.0), (x, 212.0)]), 2.0, faded(BLACK, 0.45));
        }
        canvas.fill(&rounded(502.0, 208.0, 136.0, 12.0, 0.0), Ink::Tube(look.deep, look.accent));
        canvas.fill(
            &rounded(518.0, 70.0, 20.0, 250.0, 10.0),
            Ink::Across(faded(WHITE, 0.0), faded(WHITE, 0.2)),
        );
    });
    canvas.stroke(&capsule, 1.6, faded(BLACK, 0.3));
    brand(canvas, look, (570.0, 258.0), Lettering::bold(12.0, body.ink), 100.0);
    lamp(canvas, 570.0, 286.0, 5.0, look.accent);
}

/// A headset seen from the front: the band, two cushioned cups, the microphone's arm.
pub(super) fn headset(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    floor_shadow(canvas, 236.0, 412.0, 86.0);
    floor_shadow(canvas, 564.0, 412.0, 86.0);
    let band = traced("M 226 300 C 204 136 286 58 400 58 C 514 58 596 136 574 300");
    canvas.stroke(&band, 30.0, mixed(body.dark, BLACK, 0.35));
    canvas.stroke(&band, 26.0, Ink::Down(body.light, body.base));
    canvas.stroke(
        &traced("M 250 170 C 276 104 334 70 400 70 C 466 70 524 104 550 170"),
        20.0,
        Ink::Down(grey(70), grey(24)),
    );
    canvas.stroke(
        &traced("M 262 152 C 290 102 340 76 400 76 C 460 76 510 102 538 152"),
        2.0,
        faded(WHITE, 0.25),
    );
    canvas.stroke(&traced("M 284 78 C 318 54 358 46 400 46 C 442 46 482 54 516 78"), 3.0, faded(WHITE, 0.55));
    canvas.stroke(&traced("M 214 372 C 206 452 270 470 344 452"), 11.0, grey(20));
    canvas.stroke(&traced("M 214 372 C 206 452 270 470 344 452"), 6.0, Ink::Across(grey(110), grey(60)));
    canvas.on(turned(-10.0, 1.0, (348.0, 450.0)), |canvas| {
        canvas.fill(&rounded(328.0, 436.0, 54.0, 27.0, 13.5), Ink::Down(grey(90), grey(16)));
        canvas.fill(&rounded(372.0, 440.0, 5.0, 19.0, 2.5), look.accent);
    });
    for side in [1.0, -1.0] {
        let mirrored = [
            (400.0 - 400.0 * side, 0.0),
            (400.0 + 400.0 * side, 0.0),
            (400.0 + 400.0 * side, 600.0),
            (400.0 - 400.0 * side, 600.0),
        ];
        canvas.on(tilted(mirrored, 800.0, 600.0), |canvas| cup(canvas, look));
    }
    for (x, degrees) in [(206.0, 7.0), (594.0, -7.0)] {
        canvas.on(turned(degrees, 1.0, (x, 316.0)), |canvas| {
            brand(canvas, look, (x, 320.0), Lettering::bold(9.0, body.ink), 62.0);
        });
    }
}

/// The left cup: the cushion towards the ear, the shell outside, the slider to the band.
fn cup(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    canvas.on(turned(7.0, 1.0, (226.0, 316.0)), |canvas| {
        canvas.fill(&rounded(216.0, 198.0, 20.0, 60.0, 6.0), Ink::Tube(grey(90), grey(220)));
        canvas.fill(&ellipse(262.0, 316.0, 44.0, 92.0), Ink::Across(grey(20), grey(78)));
        canvas.stroke(&traced("M 276 236 C 300 270 300 362 276 396"), 3.0, faded(WHITE, 0.16));
        canvas.fill(&ellipse(238.0, 316.0, 44.0, 96.0), grey(16));
        casing(canvas, &ellipse(212.0, 316.0, 56.0, 96.0), body);
        canvas.stroke(&ellipse(210.0, 316.0, 43.0, 78.0), 4.0, Ink::Down(look.accent, look.deep));
        canvas.fill(
            &ellipse(209.0, 316.0, 38.0, 72.0),
            Ink::Slant(body.light, mixed(body.base, body.dark, 0.5)),
        );
        canvas.fill(&ellipse(192.0, 268.0, 14.0, 26.0), Ink::Glow(faded(WHITE, 0.5), faded(WHITE, 0.0)));
    });
}
