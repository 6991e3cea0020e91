//! Printers: the laser printer, the inkjet with its tanks, the machine that also scans.

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
use crate::demo::picture::parts::casing;
use crate::demo::picture::parts::lamp;
use crate::demo::picture::parts::printed_lines;
use crate::demo::picture::scenery::floor_shadow;
use crate::demo::picture::shape::arched;
use crate::demo::picture::shape::circle;
use crate::demo::picture::shape::polygon;
use crate::demo::picture::shape::rounded;
use crate::demo::picture::shape::traced;
use crate::demo::picture::view::tilted;
use tiny_skia::Color;

/// The four inks of colour printing.
const INKS: [(u8, u8, u8); 4] = [(30, 32, 38), (24, 160, 220), (222, 44, 128), (246, 204, 36)];

/// A laser printer: paper leaves on its top, and is fed from the drawer below.
pub(super) fn laser(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    floor_shadow(canvas, 400.0, 448.0, 250.0);
    let top = traced("M 196 196 C 200 150 222 128 262 122 L 538 122 C 578 128 600 150 604 196 Z");
    canvas.fill(&top, Ink::Down(body.light, mixed(body.base, body.dark, 0.25)));
    canvas.fill(&traced("M 252 196 L 286 138 514 138 548 196 Z"), Ink::Down(grey(26), grey(70)));
    let sheet = traced("M 296 190 L 310 84 C 340 74 470 74 500 80 L 508 190 Z");
    canvas.fill(&sheet, Ink::Down(WHITE, grey(226)));
    canvas.stroke(&sheet, 1.0, faded(grey(140), 0.5));
    printed_lines(canvas, (328.0, 100.0), 148.0, 8, 9.5);
    canvas.fill(
        &traced("M 266 196 L 280 172 520 172 534 196 Z"),
        Ink::Down(mixed(body.dark, BLACK, 0.2), body.dark),
    );

    casing(canvas, &rounded(166.0, 190.0, 468.0, 254.0, 22.0), body);
    canvas.fill(&arched(166.0, 190.0, 468.0, 44.0, 22.0), faded(WHITE, 0.22));
    drawer(canvas, look, 166.0, 352.0, 468.0, 84.0);
    let flap = rounded(196.0, 250.0, 408.0, 88.0, 10.0);
    canvas.fill(&flap, Ink::Down(mixed(body.base, body.light, 0.4), body.base));
    canvas.stroke(&flap, 1.4, faded(body.dark, 0.8));
    canvas.fill(&rounded(352.0, 250.0, 96.0, 12.0, 6.0), faded(BLACK, 0.28));
    brand(canvas, look, (400.0, 307.0), Lettering::bold(18.0, body.ink), 300.0);
    canvas.fill(&rounded(166.0, 240.0, 468.0, 4.0, 0.0), Ink::Across(look.accent, look.deep));
    panel(canvas, look, (470.0, 199.0), (140.0, 34.0));
    for step in 0..6_u16 {
        canvas.fill(&rounded(186.0 + f32::from(step) * 11.0, 204.0, 5.0, 26.0, 2.5), faded(body.dark, 0.6));
    }
    for left in [196.0, 560.0] {
        canvas.fill(&rounded(left, 442.0, 44.0, 8.0, 3.0), grey(30));
    }
}

/// A paper drawer with its handle and level window.
fn drawer(canvas: &mut Canvas, look: &Look, x: f32, y: f32, width: f32, height: f32) {
    let body = look.body;
    canvas.fill(&rounded(x, y, width, 2.6, 0.0), faded(BLACK, 0.45));
    canvas.fill(&rounded(x, y + 2.6, width, 1.6, 0.0), faded(WHITE, 0.5));
    let handle = rounded(x + width / 2.0 - 74.0, y + height * 0.3, 148.0, height * 0.34, 12.0);
    canvas.fill(&handle, Ink::Down(mixed(body.dark, BLACK, 0.5), body.dark));
    canvas.stroke(&handle, 1.2, faded(WHITE, 0.35));
    canvas.fill(&rounded(x + width - 50.0, y + height * 0.24, 12.0, height * 0.5, 4.0), grey(30));
    canvas.fill(&rounded(x + width - 47.0, y + height * 0.44, 6.0, height * 0.26, 2.0), WHITE);
}

/// A dark panel with a lit display, two keys and a start key.
fn panel(canvas: &mut Canvas, look: &Look, at: (f32, f32), size: (f32, f32)) {
    let (x, y) = at;
    let (width, height) = size;
    canvas.fill(&rounded(x, y, width, height, 7.0), Ink::Down(grey(50), grey(22)));
    canvas.fill(
        &rounded(x + 6.0, y + 6.0, width * 0.5, height - 12.0, 3.0),
        Ink::Slant(look.pale, look.accent),
    );
    printed_lines(canvas, (x + 12.0, y + height * 0.4), width * 0.34, 2, height * 0.2);
    for step in 0..2_u16 {
        let left = x + width * 0.64 + f32::from(step) * width * 0.13;
        canvas.fill(&circle(left, y + height / 2.0, height * 0.14), grey(130));
    }
    lamp(canvas, x + width * 0.91, y + height / 2.0, height * 0.13, rgb(60, 205, 120));
}

/// An inkjet printer: a sheet stands behind, a photo comes out before, the tanks show their ink.
pub(super) fn inkjet(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    floor_shadow(canvas, 400.0, 424.0, 290.0);
    canvas.fill(
        &traced("M 262 200 L 276 66 C 278 58 284 54 292 54 L 508 54 C 516 54 522 58 524 66 L 538 200 Z"),
        Ink::Down(mixed(body.dark, BLACK, 0.15), body.dark),
    );
    let sheet = polygon(&[(290.0, 196.0), (300.0, 36.0), (500.0, 36.0), (510.0, 196.0)]);
    canvas.fill(&sheet, Ink::Down(WHITE, grey(232)));
    canvas.stroke(&sheet, 1.0, faded(grey(140), 0.4));
    casing(
        canvas,
        &traced("M 150 226 C 154 196 166 184 196 180 L 604 180 C 634 184 646 196 650 226 Z"),
        body,
    );
    canvas.fill(&rounded(270.0, 184.0, 260.0, 12.0, 6.0), mixed(body.dark, BLACK, 0.6));
    casing(canvas, &rounded(130.0, 216.0, 540.0, 200.0, 26.0), body);
    canvas.fill(&rounded(130.0, 256.0, 540.0, 4.0, 0.0), faded(body.dark, 0.6));
    brand(canvas, look, (262.0, 246.0), Lettering::bold(15.0, body.ink), 200.0);
    panel(canvas, look, (430.0, 226.0), (132.0, 26.0));

    canvas.fill(&rounded(226.0, 284.0, 296.0, 92.0, 12.0), Ink::Down(grey(12), grey(62)));
    let tray = [(246.0, 352.0), (502.0, 352.0), (530.0, 440.0), (218.0, 440.0)];
    canvas.on(tilted(tray, 256.0, 150.0), |canvas| {
        canvas.fill(&rounded(0.0, 0.0, 256.0, 156.0, 6.0), mixed(body.dark, BLACK, 0.35));
        canvas.fill(&rounded(0.0, 0.0, 256.0, 150.0, 6.0), Ink::Down(grey(40), body.dark));
        canvas.fill(&rounded(24.0, 0.0, 208.0, 136.0, 0.0), WHITE);
        photo(canvas, look);
    });
    tanks(canvas, look);
    canvas.fill(&rounded(146.0, 284.0, 6.0, 92.0, 3.0), look.accent);
}

/// The printed photo on the inkjet's tray: a landscape within the sheet's margins.
fn photo(canvas: &mut Canvas, look: &Look) {
    let frame = rounded(34.0, 0.0, 188.0, 124.0, 0.0);
    canvas.fill(&frame, Ink::Down(look.pale, mixed(look.pale, WHITE, 0.6)));
    canvas.within(&frame, |canvas| {
        canvas.fill(&circle(176.0, 36.0, 18.0), rgb(255, 206, 84));
        canvas.fill(&polygon(&[(20.0, 130.0), (92.0, 34.0), (170.0, 130.0)]), look.deep);
        canvas.fill(&polygon(&[(100.0, 130.0), (164.0, 62.0), (236.0, 130.0)]), look.accent);
        canvas.fill(&traced("M 30 104 C 80 84 130 120 226 96 L 226 130 30 130 Z"), rgb(84, 168, 110));
    });
}

/// The four ink tanks behind their window.
fn tanks(canvas: &mut Canvas, look: &Look) {
    canvas.fill(&rounded(548.0, 280.0, 104.0, 112.0, 12.0), Ink::Down(grey(54), grey(26)));
    let mut left = 556.0;
    for (step, (red, green, blue)) in (0_u16..).zip(INKS) {
        let ink = rgb(red, green, blue);
        let level = 34.0 + f32::from((step * 17 + 11) % 34);
        let glass = rounded(left, 290.0, 19.0, 92.0, 5.0);
        canvas.fill(&glass, faded(WHITE, 0.82));
        canvas.fill(
            &rounded(left + 2.0, 380.0 - level, 15.0, level, 3.0),
            Ink::Tube(mixed(ink, BLACK, 0.2), ink),
        );
        canvas.fill(&rounded(left + 3.0, 294.0, 3.0, 84.0, 1.5), faded(WHITE, 0.5));
        left += 23.0;
    }
    canvas.stroke(&rounded(548.0, 280.0, 104.0, 112.0, 12.0), 1.6, look.accent);
}

/// A tall machine that prints, scans and copies: a feeder on top, a panel, two drawers.
pub(super) fn multifunction(canvas: &mut Canvas, look: &Look) {
    let body = look.body;
    floor_shadow(canvas, 400.0, 462.0, 232.0);
    let paper = polygon(&[(300.0, 86.0), (312.0, 34.0), (476.0, 34.0), (488.0, 86.0)]);
    canvas.fill(&paper, Ink::Down(WHITE, grey(228)));
    canvas.stroke(&paper, 1.0, faded(grey(140), 0.45));
    printed_lines(canvas, (330.0, 48.0), 124.0, 3, 9.0);
    casing(
        canvas,
        &traced("M 258 122 L 270 86 C 273 78 278 74 286 74 L 516 74 C 524 74 529 78 532 86 L 546 122 Z"),
        body,
    );
    canvas.fill(&rounded(288.0, 78.0, 222.0, 9.0, 4.0), mixed(body.dark, BLACK, 0.55));
    casing(canvas, &arched(196.0, 108.0, 408.0, 40.0, 14.0), body);
    canvas.fill(&rounded(196.0, 146.0, 408.0, 5.0, 0.0), grey(30));
    casing(canvas, &rounded(188.0, 150.0, 424.0, 46.0, 8.0), body);
    brand(canvas, look, (290.0, 180.0), Lettering::bold(15.0, body.ink), 160.0);
    canvas.fill(&rounded(188.0, 192.0, 424.0, 4.0, 0.0), Ink::Across(look.accent, look.deep));

    casing(canvas, &rounded(188.0, 196.0, 424.0, 264.0, 10.0), body);
    canvas.fill(&rounded(212.0, 208.0, 376.0, 84.0, 10.0), Ink::Down(grey(10), grey(58)));
    canvas.fill(&polygon(&[(220.0, 292.0), (250.0, 258.0), (550.0, 258.0), (580.0, 292.0)]), body.base);
    let copy = polygon(&[(286.0, 288.0), (304.0, 250.0), (496.0, 250.0), (514.0, 288.0)]);
    canvas.fill(&copy, Ink::Down(grey(205), WHITE));
    canvas.fill(
        &polygon(&[(300.0, 284.0), (312.0, 258.0), (400.0, 258.0), (398.0, 284.0)]),
        faded(look.accent, 0.8),
    );
    printed_lines(canvas, (414.0, 264.0), 74.0, 3, 8.0);
    drawer(canvas, look, 188.0, 302.0, 424.0, 76.0);
    drawer(canvas, look, 188.0, 380.0, 424.0, 76.0);
    touch_panel(canvas, look);
    for left in [212.0, 548.0] {
        canvas.fill(&rounded(left, 458.0, 40.0, 8.0, 3.0), grey(30));
    }
}

/// The tilted touch screen with its tiles, before the scanner.
fn touch_panel(canvas: &mut Canvas, look: &Look) {
    let at = [(426.0, 138.0), (584.0, 138.0), (594.0, 216.0), (416.0, 216.0)];
    canvas.on(tilted(at, 160.0, 90.0), |canvas| {
        canvas.shade(&rounded(2.0, 4.0, 158.0, 90.0, 8.0), 5.0, faded(BLACK, 0.25));
        canvas.fill(&rounded(0.0, 0.0, 160.0, 90.0, 8.0), Ink::Down(grey(56), grey(18)));
        canvas.fill(
            &rounded(7.0, 7.0, 118.0, 76.0, 3.0),
            Ink::Slant(look.deep, mixed(look.deep, look.accent, 0.5)),
        );
        let tiles: [Color; 6] = [look.accent, look.pale, WHITE, look.pale, WHITE, look.accent];
        for (step, tile) in (0_u16..).zip(tiles) {
            let (column, row) = (f32::from(step % 3), f32::from(step / 3));
            canvas
                .fill(&rounded(14.0 + column * 36.0, 16.0 + row * 33.0, 30.0, 27.0, 4.0), faded(tile, 0.88));
        }
        lamp(canvas, 142.0, 26.0, 6.0, rgb(60, 205, 120));
        canvas.fill(&circle(142.0, 52.0, 6.0), grey(120));
        canvas.fill(&circle(142.0, 72.0, 6.0), rgb(214, 84, 70));
    });
}
