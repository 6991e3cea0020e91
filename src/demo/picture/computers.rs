//! Computers: the laptop, the desktop with its screen, the mini PC.

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
use crate::demo::picture::parts::screen;
use crate::demo::picture::parts::socket;
use crate::demo::picture::scenery::floor_shadow;
use crate::demo::picture::shape::arched;
use crate::demo::picture::shape::circle;
use crate::demo::picture::shape::ellipse;
use crate::demo::picture::shape::line;
use crate::demo::picture::shape::polygon;
use crate::demo::picture::shape::rounded;
use crate::demo::picture::shape::traced;
use crate::demo::picture::view::tilted;

/// An open laptop, seen from the front and above.
pub(super) fn laptop(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    floor_shadow(canvas, 400.0, 452.0, 300.0);
    casing(canvas, &arched(196.0, 48.0, 408.0, 282.0, 16.0), body);
    canvas.fill(&arched(200.0, 52.0, 400.0, 276.0, 13.0), grey(20));
    screen(canvas, look, (211.0, 66.0), (378.0, 238.0));
    canvas.fill(&circle(400.0, 59.0, 2.2), grey(70));
    brand(canvas, look, (400.0, 319.0), Lettering::bold(7.5, grey(190)), 120.0);
    canvas.fill(&rounded(236.0, 326.0, 328.0, 9.0, 3.0), Ink::Down(body.dark, mixed(body.dark, BLACK, 0.5)));

    let front =
        traced("M 112 440 L 688 440 688 446 C 688 453 680 455 672 455 L 128 455 C 120 455 112 453 112 446 Z");
    canvas.fill(&front, Ink::Down(body.base, body.dark));
    canvas.on(
        tilted([(198.0, 332.0), (602.0, 332.0), (690.0, 442.0), (110.0, 442.0)], 400.0, 260.0),
        |canvas| {
            casing(canvas, &rounded(0.0, 0.0, 400.0, 260.0, 7.0), body);
            canvas.fill(&rounded(22.0, 16.0, 356.0, 136.0, 5.0), mixed(body.dark, BLACK, 0.35));
            let key_look = KeyLook { cap: grey(44), mark: grey(215), accent: look.accent, wide_enter: false };
            canvas.on(
                tilted([(25.0, 18.0), (375.0, 18.0), (375.0, 150.0), (25.0, 150.0)], 350.0, 132.0),
                |canvas| {
                    keys(canvas, 15, 5, (350.0, 132.0), &key_look);
                },
            );
            let pad = rounded(134.0, 164.0, 132.0, 84.0, 6.0);
            canvas.fill(&pad, Ink::Down(mixed(body.base, body.dark, 0.25), body.base));
            canvas.stroke(&pad, 0.9, faded(body.dark, 0.9));
            canvas.fill(&rounded(346.0, 222.0, 30.0, 22.0, 3.0), Ink::Slant(look.accent, look.deep));
        },
    );
    canvas.stroke(&line(&[(116.0, 441.5), (684.0, 441.5)]), 1.4, faded(WHITE, 0.65));
    canvas.fill(&rounded(356.0, 441.0, 88.0, 7.0, 6.0), faded(BLACK, 0.18));
}

/// A tower beside its screen, with a keyboard and a mouse.
pub(super) fn desktop(canvas: &mut Canvas, look: &Look) {
    floor_shadow(canvas, 330.0, 404.0, 130.0);
    floor_shadow(canvas, 640.0, 426.0, 96.0);
    canvas.fill(
        &polygon(&[(308.0, 316.0), (352.0, 316.0), (358.0, 396.0), (302.0, 396.0)]),
        Ink::Tube(grey(120), grey(215)),
    );
    canvas.fill(&ellipse(330.0, 398.0, 92.0, 11.0), grey(110));
    canvas.fill(&ellipse(330.0, 395.0, 92.0, 11.0), Ink::Across(grey(190), grey(228)));
    canvas.fill(&rounded(116.0, 62.0, 428.0, 262.0, 10.0), Ink::Down(grey(48), grey(22)));
    screen(canvas, look, (125.0, 71.0), (410.0, 230.0));
    brand(canvas, look, (330.0, 317.0), Lettering::bold(8.0, grey(200)), 120.0);
    tower(canvas, look);
    let desk = [(180.0, 420.0), (472.0, 420.0), (492.0, 468.0), (160.0, 468.0)];
    canvas.fill(&ellipse(326.0, 468.0, 190.0, 14.0), Ink::Glow(faded(BLACK, 0.35), faded(BLACK, 0.0)));
    canvas.on(tilted(desk, 320.0, 96.0), |canvas| {
        canvas.fill(&rounded(0.0, 6.0, 320.0, 96.0, 6.0), grey(24));
        casing(canvas, &rounded(0.0, 0.0, 320.0, 96.0, 6.0), look.body);
        let key_look = KeyLook { cap: grey(50), mark: grey(220), accent: look.accent, wide_enter: true };
        canvas.on(tilted([(6.0, 6.0), (314.0, 6.0), (314.0, 90.0), (6.0, 90.0)], 308.0, 84.0), |canvas| {
            keys(canvas, 18, 5, (308.0, 84.0), &key_look);
        });
    });
    canvas.fill(&ellipse(528.0, 462.0, 36.0, 15.0), Ink::Glow(faded(BLACK, 0.5), faded(BLACK, 0.0)));
    canvas.fill(&ellipse(528.0, 450.0, 22.0, 17.0), Ink::Down(grey(78), grey(26)));
    canvas.stroke(&line(&[(528.0, 438.0), (528.0, 445.0)]), 3.0, look.accent);
}

/// The desktop's case: its front, and the side that turns away.
fn tower(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    let side = polygon(&[(698.0, 99.0), (732.0, 112.0), (732.0, 410.0), (698.0, 428.0)]);
    canvas.fill(&side, Ink::Across(body.dark, mixed(body.dark, BLACK, 0.45)));
    casing(canvas, &rounded(568.0, 98.0, 138.0, 330.0, 8.0), body);
    canvas.fill(&rounded(580.0, 110.0, 114.0, 78.0, 5.0), Ink::Down(grey(42), grey(24)));
    lamp(canvas, 637.0, 130.0, 5.0, look.accent);
    for (left, width) in [(594.0, 20.0), (622.0, 20.0), (650.0, 30.0)] {
        socket(canvas, left, 154.0, width, 9.0);
    }
    for row in 0..11_u16 {
        let y = 212.0 + f32::from(row) * 14.0;
        canvas.stroke(
            &line(&[(586.0, y), (688.0, y)]),
            6.0,
            Ink::Across(grey(18), mixed(grey(18), look.accent, 0.4)),
        );
        canvas.stroke(&line(&[(586.0, y + 3.8), (688.0, y + 3.8)]), 1.0, faded(WHITE, 0.3));
    }
    canvas.fill(&rounded(578.0, 200.0, 4.0, 166.0, 2.0), Ink::Down(look.accent, look.deep));
    brand(canvas, look, (637.0, 398.0), Lettering::bold(10.0, body.ink), 104.0);
}

/// A small square computer, seen from the front and above.
pub(super) fn mini_pc(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    floor_shadow(canvas, 400.0, 428.0, 258.0);
    for left in [196.0, 556.0] {
        canvas.fill(&rounded(left, 418.0, 48.0, 12.0, 5.0), grey(20));
    }
    let top = [(238.0, 134.0), (562.0, 134.0), (656.0, 292.0), (144.0, 292.0)];
    canvas.fill(&polygon(&[(150.0, 276.0), (650.0, 276.0), (656.0, 300.0), (144.0, 300.0)]), body.base);
    canvas.on(tilted(top, 400.0, 300.0), |canvas| {
        let lid = rounded(0.0, 0.0, 400.0, 308.0, 30.0);
        canvas.fill(&lid, Ink::Slant(body.light, body.base));
        canvas.stroke(&lid, 1.5, faded(WHITE, 0.6));
        for ring in 0..7_u16 {
            let radius = 62.0 + f32::from(ring) * 11.0;
            canvas.stroke(
                &circle(200.0, 148.0, radius),
                3.2,
                faded(body.dark, 0.75 - 0.07 * f32::from(ring)),
            );
        }
        canvas.fill(&circle(200.0, 148.0, 52.0), Ink::Slant(body.base, body.light));
        canvas.stroke(&circle(200.0, 148.0, 52.0), 3.0, look.accent);
        brand(canvas, look, (200.0, 154.0), Lettering::bold(15.0, body.ink), 84.0);
    });
    let front = rounded(140.0, 288.0, 520.0, 134.0, 18.0);
    canvas.fill(&front, Ink::Down(body.base, body.dark));
    canvas.stroke(
        &rounded(141.0, 289.0, 518.0, 132.0, 17.0),
        1.6,
        Ink::Down(faded(WHITE, 0.9), faded(WHITE, 0.0)),
    );
    canvas.fill(&rounded(158.0, 306.0, 484.0, 98.0, 10.0), Ink::Down(grey(44), grey(20)));
    canvas.fill(&traced("M 168 306 L 420 306 360 404 168 404 C 162 404 158 400 158 394 L 158 316 C 158 310 162 306 168 306 Z"), faded(WHITE, 0.05));
    front_sockets(canvas, look);
}

/// The mini PC's power button, sockets and lamp.
fn front_sockets(canvas: &mut Canvas, look: &Look) {
    canvas.fill(&circle(206.0, 355.0, 24.0), Ink::Down(grey(74), grey(34)));
    canvas.stroke(&circle(206.0, 355.0, 24.0), 2.0, look.accent);
    canvas.stroke(
        &traced("M 199.5 349.5 C 192 357 197 365.5 206 365.5 C 215 365.5 220 357 212.5 349.5"),
        2.6,
        WHITE,
    );
    canvas.stroke(&line(&[(206.0, 345.0), (206.0, 354.0)]), 2.6, WHITE);
    for left in [266.0, 330.0] {
        socket(canvas, left, 345.0, 48.0, 20.0);
        canvas.fill(&rounded(left + 6.0, 348.0, 36.0, 7.0, 1.5), mixed(look.accent, BLACK, 0.15));
    }
    socket(canvas, 398.0, 348.0, 34.0, 14.0);
    canvas.fill(&rounded(404.0, 353.5, 22.0, 3.0, 1.5), grey(150));
    canvas.fill(&circle(468.0, 355.0, 11.0), grey(150));
    canvas.fill(&circle(468.0, 355.0, 7.0), grey(12));
    for step in 0..9_u16 {
        let x = 514.0 + f32::from(step) * 11.0;
        canvas.stroke(&line(&[(x, 336.0), (x, 374.0)]), 4.0, grey(10));
    }
    lamp(canvas, 626.0, 355.0, 3.5, look.accent);
}
