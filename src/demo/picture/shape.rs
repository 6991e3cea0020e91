//! Outlines: lists of lines and curves that the other files move, join, bend and fill.
//!
//! They are plain lists, not finished paths, because a perspective is applied to the points before drawing.

use tiny_skia::Path;
use tiny_skia::PathBuilder;
use tiny_skia::PathSegment;
use tiny_skia::Point;

/// How far a curve's handles reach, as a part of the radius, to follow a quarter of a circle.
const QUARTER: f32 = 0.552;

/// An outline, open or closed.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape(Vec<PathSegment>);

/// A rectangle with round corners; the radius is cut to half the shorter side.
pub(super) fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Shape {
    corners(x, y, width, height, [radius; 4])
}

/// A rectangle whose upper corners alone are round.
pub(super) fn arched(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Shape {
    corners(x, y, width, height, [radius, radius, 0.0, 0.0])
}

/// A rectangle with four radii, clockwise from the upper left corner.
pub(super) fn corners(x: f32, y: f32, width: f32, height: f32, radii: [f32; 4]) -> Shape {
    let [first, second, third, fourth] =
        radii.map(|radius| radius.min(width / 2.0).min(height / 2.0).max(0.0));
    let (right, bottom) = (x + width, y + height);
    let left_over = |radius: f32| radius * (1.0 - QUARTER);
    let at = Point::from_xy;
    let curve = |from: (f32, f32), to: (f32, f32), end: (f32, f32)| {
        PathSegment::CubicTo(at(from.0, from.1), at(to.0, to.1), at(end.0, end.1))
    };
    Shape(vec![
        PathSegment::MoveTo(at(x + first, y)),
        PathSegment::LineTo(at(right - second, y)),
        curve((right - left_over(second), y), (right, y + left_over(second)), (right, y + second)),
        PathSegment::LineTo(at(right, bottom - third)),
        curve(
            (right, bottom - left_over(third)),
            (right - left_over(third), bottom),
            (right - third, bottom),
        ),
        PathSegment::LineTo(at(x + fourth, bottom)),
        curve((x + left_over(fourth), bottom), (x, bottom - left_over(fourth)), (x, bottom - fourth)),
        PathSegment::LineTo(at(x, y + first)),
        curve((x, y + left_over(first)), (x + left_over(first), y), (x + first, y)),
        PathSegment::Close,
    ])
}

pub(super) fn ellipse(x: f32, y: f32, across: f32, down: f32) -> Shape {
    let at = Point::from_xy;
    let (reach, drop) = (across * QUARTER, down * QUARTER);
    let quarter = |sx: f32, sy: f32, tx: f32, ty: f32, ex: f32, ey: f32| {
        PathSegment::CubicTo(at(x + sx, y + sy), at(x + tx, y + ty), at(x + ex, y + ey))
    };
    Shape(vec![
        PathSegment::MoveTo(at(x + across, y)),
        quarter(across, drop, reach, down, 0.0, down),
        quarter(-reach, down, -across, drop, -across, 0.0),
        quarter(-across, -drop, -reach, -down, 0.0, -down),
        quarter(reach, -down, across, -drop, across, 0.0),
        PathSegment::Close,
    ])
}

pub(super) fn circle(x: f32, y: f32, radius: f32) -> Shape {
    ellipse(x, y, radius, radius)
}

/// An open line through these points.
pub(super) fn line(points: &[(f32, f32)]) -> Shape {
    let point = |&(x, y): &(f32, f32)| Point::from_xy(x, y);
    let start = points.first().map(|first| PathSegment::MoveTo(point(first)));
    let rest = points.iter().skip(1).map(|next| PathSegment::LineTo(point(next)));
    Shape(start.into_iter().chain(rest).collect())
}

/// A closed outline through these points.
pub(super) fn polygon(points: &[(f32, f32)]) -> Shape {
    let mut shape = line(points);
    shape.0.push(PathSegment::Close);
    shape
}

/// An outline written as in SVG with absolute `M`, `L`, `Q`, `C` and `Z`, all parts between spaces.
pub(super) fn traced(text: &str) -> Shape {
    let mut segments = Vec::new();
    let mut verb = "M";
    let mut numbers: Vec<f32> = Vec::new();
    for part in text.split_whitespace() {
        match part.parse() {
            Ok(number) => numbers.push(number),
            Err(_) if part == "Z" => segments.push(PathSegment::Close),
            Err(_) => verb = part,
        }
        let segment = match (verb, numbers.as_slice()) {
            ("M", &[x, y]) => PathSegment::MoveTo(Point::from_xy(x, y)),
            ("L", &[x, y]) => PathSegment::LineTo(Point::from_xy(x, y)),
            ("Q", &[cx, cy, x, y]) => PathSegment::QuadTo(Point::from_xy(cx, cy), Point::from_xy(x, y)),
            ("C", &[cx, cy, dx, dy, x, y]) => {
                PathSegment::CubicTo(Point::from_xy(cx, cy), Point::from_xy(dx, dy), Point::from_xy(x, y))
            }
            _ => continue,
        };
        segments.push(segment);
        numbers.clear();
    }
    Shape(segments)
}

impl Shape {
    /// Both outlines in one; filled together, the one inside the other makes a hole.
    pub(super) fn and(mut self, other: Shape) -> Shape {
        self.0.extend(other.0);
        self
    }

    pub(super) fn moved(&self, right: f32, down: f32) -> Shape {
        self.mapped(|x, y| (x + right, y + down))
    }

    /// The same outline with every point put elsewhere.
    pub(super) fn mapped(&self, place: impl Fn(f32, f32) -> (f32, f32)) -> Shape {
        let put = |point: Point| Point::from(place(point.x, point.y));
        let bend = |segment: &PathSegment| match *segment {
            PathSegment::MoveTo(to) => PathSegment::MoveTo(put(to)),
            PathSegment::LineTo(to) => PathSegment::LineTo(put(to)),
            PathSegment::QuadTo(handle, to) => PathSegment::QuadTo(put(handle), put(to)),
            PathSegment::CubicTo(from, into, to) => PathSegment::CubicTo(put(from), put(into), put(to)),
            PathSegment::Close => PathSegment::Close,
        };
        Shape(self.0.iter().map(bend).collect())
    }

    /// The finished path; none where there is nothing to draw.
    pub(super) fn path(&self) -> Option<Path> {
        let mut builder = PathBuilder::new();
        for segment in &self.0 {
            match *segment {
                PathSegment::MoveTo(to) => builder.move_to(to.x, to.y),
                PathSegment::LineTo(to) => builder.line_to(to.x, to.y),
                PathSegment::QuadTo(handle, to) => builder.quad_to(handle.x, handle.y, to.x, to.y),
                PathSegment::CubicTo(from, into, to) => {
                    builder.cubic_to(from.x, from.y, into.x, into.y, to.x, to.y);
                }
                PathSegment::Close => builder.close(),
            }
        }
        builder.finish()
    }
}
