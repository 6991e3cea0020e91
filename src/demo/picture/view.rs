//! Where a drawing lies in the picture: flat, turned, or seen in perspective.
//!
//! A view is a 3 x 3 matrix, so that lids, desks and circuit boards are drawn flat and tilted afterwards.

/// A way from a drawing's own points to the picture's.
#[derive(Debug, Clone, Copy)]
pub(super) struct View([[f32; 3]; 3]);

/// The view that changes nothing.
pub(super) const FLAT: View = View([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

/// A sheet of this width and height whose corners, clockwise from the upper left, lie at these points.
pub(super) fn tilted(at: [(f32, f32); 4], width: f32, height: f32) -> View {
    let [first, second, third, fourth] = at;
    let slack = (first.0 - second.0 + third.0 - fourth.0, first.1 - second.1 + third.1 - fourth.1);
    let right = (second.0 - third.0, second.1 - third.1);
    let below = (fourth.0 - third.0, fourth.1 - third.1);
    let area = right.0 * below.1 - below.0 * right.1;
    let across = (slack.0 * below.1 - below.0 * slack.1) / area;
    let down = (right.0 * slack.1 - slack.0 * right.1) / area;
    let row = |first: f32, second: f32, fourth: f32| {
        [(second - first + across * second) / width, (fourth - first + down * fourth) / height, first]
    };
    View([
        row(first.0, second.0, fourth.0),
        row(first.1, second.1, fourth.1),
        [across / width, down / height, 1.0],
    ])
}

/// Turned clockwise by this many degrees, and scaled, around a point that stays where it is.
pub(super) fn turned(degrees: f32, scale: f32, around: (f32, f32)) -> View {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (sine, cosine) = (sine * scale, cosine * scale);
    let (x, y) = around;
    View([
        [cosine, -sine, x - cosine * x + sine * y],
        [sine, cosine, y - sine * x - cosine * y],
        [0.0, 0.0, 1.0],
    ])
}

impl View {
    /// The view of a drawing that lies, seen as `inner`, on a sheet seen as this one.
    pub(super) fn on(&self, inner: &View) -> View {
        let product = |row: [f32; 3]| {
            [0, 1, 2].map(|column| row.iter().zip(&inner.0).map(|(part, other)| part * other[column]).sum())
        };
        View(self.0.map(product))
    }

    pub(super) fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let [across, down, depth] = self.0.map(|row| row[0] * x + row[1] * y + row[2]);
        (across / depth, down / depth)
    }

    /// How many of the picture's pixels one unit around a point takes.
    pub(super) fn scale(&self, x: f32, y: f32) -> f32 {
        let origin = self.place(x, y);
        let away = |point: (f32, f32)| (point.0 - origin.0, point.1 - origin.1);
        let (right, below) = (away(self.place(x + 1.0, y)), away(self.place(x, y + 1.0)));
        (right.0 * below.1 - right.1 * below.0).abs().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_a_tilted_sheet_lie_where_they_were_put() {
        let at = [(205.0, 328.0), (595.0, 320.0), (665.0, 430.0), (135.0, 440.0)];
        let view =
            turned(30.0, 1.0, (0.0, 0.0)).on(&turned(-30.0, 1.0, (0.0, 0.0))).on(&tilted(at, 40.0, 20.0));
        for (corner, wanted) in [(0.0, 0.0), (40.0, 0.0), (40.0, 20.0), (0.0, 20.0)].into_iter().zip(at) {
            let (x, y) = view.place(corner.0, corner.1);
            assert!((x - wanted.0).abs() < 0.01 && (y - wanted.1).abs() < 0.01, "{x} {y} for {wanted:?}");
        }
    }
}
