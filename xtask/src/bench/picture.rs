//! The table as bars.

use std::fmt::Write as _;

use super::measure::Measured;
use super::rows::{Row, SYSTEMS};

/// One colour a column: Okabe and Ito's, which people who do not see all colours can tell apart.
const COLOURS: [&str; 7] = ["#999999", "#0072B2", "#D55E00", "#E69F00", "#009E73", "#56B4E9", "#CC79A7"];

/// Lengths in pixels: of the longest bar, of a bar's height, and where bars begin.
const LONGEST: f64 = 420.0;
const HEIGHT: f64 = 12.0;
const LEFT: f64 = 320.0;

/// The rows as an SVG that stands alone. In each row the longest bar is its greatest figure, on a scale of its own;
/// logarithmic where less is better, for there the peers differ by orders of magnitude.
pub(super) fn draw(rows: &[Row], measured: &Measured) -> String {
    let (mut body, mut y) = (String::new(), 40.0);
    for row in rows {
        let values = row.values(measured);
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        let most = known.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let least = known.iter().copied().fold(most, f64::min).max(most * 1e-6);
        let scale = |value: f64| {
            if row.less_is_better {
                let decades = (most / (least / 3.0)).log10();
                (value.max(least / 3.0) / (least / 3.0)).log10() / decades
            } else {
                value / most
            }
        };
        let middle = y + HEIGHT * known.len() as f64 / 2.0;
        let _ = writeln!(
            body,
            r#"<text x="{}" y="{middle:.0}" text-anchor="end" dominant-baseline="middle">{}, {} ranks</text>"#,
            LEFT - 10.0,
            row.name.replace('<', "&lt;"),
            row.ranks
        );
        for (at, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let length = (LONGEST * scale(*value)).max(1.0);
            let _ = writeln!(
                body,
                r#"<rect x="{LEFT}" y="{y:.0}" width="{length:.1}" height="{:.0}" fill="{}"><title>{}</title></rect><text x="{:.0}" y="{:.0}" dominant-baseline="middle" font-size="10">{value:.3} {}</text>"#,
                HEIGHT - 1.0,
                COLOURS[at],
                SYSTEMS[at],
                LEFT + length + 4.0,
                y + HEIGHT / 2.0,
                row.unit
            );
            y += HEIGHT;
        }
        y += 10.0;
    }
    let mut key = String::new();
    for (at, system) in SYSTEMS.iter().enumerate() {
        let x = 10.0 + 110.0 * at as f64;
        let _ = writeln!(
            key,
            r#"<rect x="{x}" y="10" width="12" height="12" fill="{}"/><text x="{}" y="20">{system}</text>"#,
            COLOURS[at],
            x + 16.0
        );
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="860" height="{y:.0}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
{key}{body}</svg>
"##
    )
}
