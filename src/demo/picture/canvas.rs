//! The sheet that everything is drawn on: fills, lines, soft shadows, and drawing within an outline or a view.

use crate::demo::picture::colour::faded;
use crate::demo::picture::colour::mixed;
use crate::demo::picture::shape::Shape;
use crate::demo::picture::view::FLAT;
use crate::demo::picture::view::View;
use anyhow::Context;
use anyhow::Result;
use image::RgbImage;
use tiny_skia::Color;
use tiny_skia::FillRule;
use tiny_skia::GradientStop;
use tiny_skia::LineCap;
use tiny_skia::LineJoin;
use tiny_skia::LinearGradient;
use tiny_skia::Mask;
use tiny_skia::Paint;
use tiny_skia::Pixmap;
use tiny_skia::Point;
use tiny_skia::RadialGradient;
use tiny_skia::Rect;
use tiny_skia::Shader;
use tiny_skia::SpreadMode;
use tiny_skia::Stroke;
use tiny_skia::Transform;

/// The pictures' width in pixels.
pub(super) const WIDTH: u16 = 800;

/// The pictures' height in pixels.
pub(super) const HEIGHT: u16 = 600;

/// What an outline is filled with; gradients span the outline's own bounds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    Flat(Color),
    /// From the top to the bottom.
    Down(Color, Color),
    /// From the left to the right.
    Across(Color, Color),
    /// From the upper left to the lower right corner.
    Slant(Color, Color),
    /// From both sides to the middle, as light falls on a tube.
    Tube(Color, Color),
    /// From the middle to the rim, softly at both ends.
    Glow(Color, Color),
}

impl From<Color> for Ink {
    fn from(color: Color) -> Ink {
        Ink::Flat(color)
    }
}

/// A sheet of [`WIDTH`] x [`HEIGHT`] pixels.
pub(super) struct Canvas {
    pixmap: Pixmap,
    view: View,
    mask: Option<Mask>,
}

impl Canvas {
    /// An empty sheet.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(super) fn new() -> Result<Canvas> {
        let pixmap = Pixmap::new(WIDTH.into(), HEIGHT.into()).context("make room for a picture")?;
        Ok(Canvas { pixmap, view: FLAT, mask: None })
    }

    pub(super) fn fill(&mut self, shape: &Shape, ink: impl Into<Ink>) {
        let Some(path) = shape.mapped(|x, y| self.view.place(x, y)).path() else { return };
        let paint = paint(ink.into(), path.bounds());
        let mask = self.mask.as_ref();
        self.pixmap.fill_path(&path, &paint, FillRule::EvenOdd, Transform::identity(), mask);
    }

    /// Draws an outline as a line with round ends; the width is in the view's units.
    pub(super) fn stroke(&mut self, shape: &Shape, width: f32, ink: impl Into<Ink>) {
        let Some(bounds) = shape.path().map(|path| path.bounds()) else { return };
        let Some(path) = shape.mapped(|x, y| self.view.place(x, y)).path() else { return };
        let middle = (bounds.left() / 2.0 + bounds.right() / 2.0, bounds.top() / 2.0 + bounds.bottom() / 2.0);
        let stroke = Stroke {
            width: width * self.view.scale(middle.0, middle.1),
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        let paint = paint(ink.into(), path.bounds());
        self.pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), self.mask.as_ref());
    }

    /// Darkens the surroundings of an outline, less and less up to `reach` away.
    pub(super) fn shade(&mut self, shape: &Shape, reach: f32, color: Color) {
        for step in 1..=10_u16 {
            self.stroke(shape, reach * 2.0 * f32::from(step) / 10.0, faded(color, 0.1));
        }
        self.fill(shape, color);
    }

    /// Draws on a sheet that lies in the picture as the view says.
    pub(super) fn on(&mut self, view: View, draw: impl FnOnce(&mut Canvas)) {
        let outer = self.view;
        self.view = outer.on(&view);
        draw(self);
        self.view = outer;
    }

    /// Draws within an outline only; an outline within another counts alone.
    pub(super) fn within(&mut self, shape: &Shape, draw: impl FnOnce(&mut Canvas)) {
        let path = shape.mapped(|x, y| self.view.place(x, y)).path();
        let mut mask = Mask::new(WIDTH.into(), HEIGHT.into());
        if let (Some(path), Some(mask)) = (path, mask.as_mut()) {
            mask.fill_path(&path, FillRule::EvenOdd, true, Transform::identity());
        }
        let outer = std::mem::replace(&mut self.mask, mask);
        draw(self);
        self.mask = outer;
    }

    /// The finished picture.
    ///
    /// # Errors
    /// When the pixels do not make a picture of the right size.
    pub(super) fn finish(self) -> Result<RgbImage> {
        let pixels = self.pixmap.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]);
        RgbImage::from_raw(WIDTH.into(), HEIGHT.into(), pixels.collect())
            .context("collect a picture's pixels")
    }
}

fn paint(ink: Ink, bounds: Rect) -> Paint<'static> {
    let shader = shader(ink, bounds).unwrap_or_else(|| Shader::SolidColor(plain(ink)));
    Paint { shader, anti_alias: true, ..Paint::default() }
}

/// The colour that stands for an ink where a gradient has no room.
fn plain(ink: Ink) -> Color {
    match ink {
        Ink::Flat(color)
        | Ink::Down(color, _)
        | Ink::Across(color, _)
        | Ink::Slant(color, _)
        | Ink::Tube(_, color)
        | Ink::Glow(color, _) => color,
    }
}

fn shader(ink: Ink, bounds: Rect) -> Option<Shader<'static>> {
    let at = Point::from_xy;
    let (left, top, right, bottom) = (bounds.left(), bounds.top(), bounds.right(), bounds.bottom());
    let blend = |from: Point, to: Point, colors: &[Color]| {
        LinearGradient::new(from, to, stops(colors), SpreadMode::Pad, Transform::identity())
    };
    match ink {
        Ink::Flat(color) => Some(Shader::SolidColor(color)),
        Ink::Down(from, to) => blend(at(left, top), at(left, bottom), &[from, to]),
        Ink::Across(from, to) => blend(at(left, top), at(right, top), &[from, to]),
        Ink::Slant(from, to) => blend(at(left, top), at(right, bottom), &[from, to]),
        Ink::Tube(side, middle) => blend(at(left, top), at(right, top), &[side, middle, side]),
        Ink::Glow(middle, rim) => {
            let place = Transform::from_row(
                bounds.width() / 2.0,
                0.0,
                0.0,
                bounds.height() / 2.0,
                left / 2.0 + right / 2.0,
                top / 2.0 + bottom / 2.0,
            );
            let eased = [0.0, 0.2, 0.55, 0.83, 0.96, 1.0].map(|part| mixed(middle, rim, part));
            RadialGradient::new(at(0.0, 0.0), 0.0, at(0.0, 0.0), 1.0, stops(&eased), SpreadMode::Pad, place)
        }
    }
}

/// The colours at equal distances.
fn stops(colors: &[Color]) -> Vec<GradientStop> {
    let last = u16::try_from(colors.len().saturating_sub(1)).unwrap_or(1).max(1);
    (0_u16..)
        .zip(colors)
        .map(|(step, &color)| GradientStop::new(f32::from(step) / f32::from(last), color))
        .collect()
}
