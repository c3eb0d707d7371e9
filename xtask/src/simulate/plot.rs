//! Curves over the number of ranks, in panels side by side, as an SVG that stands alone.

use std::fmt::Write as _;

/// Okabe and Ito's colours, which people who do not see all colours can tell apart; the first is for what is only there for
/// comparison, and dashed.
const COLOURS: [&str; 6] = ["#777777", "#D55E00", "#E69F00", "#56B4E9", "#CC79A7", "#0072B2"];

/// In pixels: a panel's curves, and what is around them.
const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 170.0;
const LEFT: f64 = 52.0;
const TOP: f64 = 64.0;
const ACROSS: f64 = WIDTH + 60.0;
const DOWN: f64 = HEIGHT + 70.0;
const COLUMNS: usize = 3;

pub(super) struct Line {
    /// Which colour, and which of the plot's names.
    pub(super) colour: usize,
    /// Numbers of ranks, and values.
    pub(super) points: Vec<(f64, f64)>,
}

pub(super) struct Panel {
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
}

pub(super) struct Plot {
    /// What is up.
    pub(super) y: &'static str,
    /// The top of the scale.
    pub(super) most: f64,
    /// One for each colour; none where it is not used.
    pub(super) names: Vec<&'static str>,
    pub(super) panels: Vec<Panel>,
    /// Marked across each panel.
    pub(super) level: Option<f64>,
}

impl Plot {
    pub(super) fn draw(&self) -> String {
        let columns = self.panels.len().min(COLUMNS);
        let rows = self.panels.len().div_ceil(COLUMNS);
        let (width, height) = (ACROSS * columns as f64 + 10.0, TOP - 14.0 + DOWN * rows as f64);
        let mut body = self.key();
        for (at, panel) in self.panels.iter().enumerate() {
            let (x, y) = (LEFT + ACROSS * (at % COLUMNS) as f64, TOP + DOWN * (at / COLUMNS) as f64);
            self.frame(&mut body, panel, x, y);
            panel.lines.iter().for_each(|line| self.line(&mut body, line, panel, x, y));
        }
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#ffffff"/>
{body}</svg>
"##
        )
    }

    fn key(&self) -> String {
        let (mut text, mut x) = (String::new(), LEFT);
        for (name, colour) in self.names.iter().zip(COLOURS).filter(|(name, _)| !name.is_empty()) {
            let dashes = dashes(colour);
            let _ = writeln!(
                text,
                r#"<path d="M{x:.0} 16h22" stroke="{colour}" stroke-width="2.5"{dashes}/><text x="{:.0}" y="20">{name}</text>"#,
                x + 28.0
            );
            x += 48.0 + 6.2 * name.len() as f64;
        }
        text
    }

    fn frame(&self, body: &mut String, panel: &Panel, x: f64, y: f64) {
        let bottom = y + HEIGHT;
        let _ = writeln!(
            body,
            r#"<text x="{x:.0}" y="{:.0}" font-weight="bold">{}</text>"#,
            y - 10.0,
            panel.title
        );
        for step in 0..=4 {
            let part = f64::from(step) / 4.0;
            let at = bottom - HEIGHT * part;
            let _ = writeln!(
                body,
                r##"<path d="M{x:.0} {at:.1}h{WIDTH}" stroke="#dddddd"/><text x="{:.0}" y="{:.1}" text-anchor="end">{:.0} %</text>"##,
                x - 5.0,
                at + 4.0,
                100.0 * self.most * part
            );
        }
        for (ranks, _) in panel.lines.iter().take(1).flat_map(|line| &line.points) {
            let at = x + panel.across(*ranks);
            let _ = writeln!(body, r##"<path d="M{at:.1} {bottom:.0}v4" stroke="#777777"/>"##);
            // The last two would run into one another.
            if *ranks != 65_536.0 {
                let _ = writeln!(
                    body,
                    r#"<text x="{at:.1}" y="{:.0}" text-anchor="middle">{}</text>"#,
                    bottom + 16.0,
                    short(*ranks)
                );
            }
        }
        let _ = writeln!(
            body,
            r##"<path d="M{x:.0} {y:.0}v{HEIGHT}h{WIDTH}" fill="none" stroke="#777777"/><text x="{:.0}" y="{:.0}" text-anchor="middle" fill="#555555">{} by ranks</text>"##,
            x + WIDTH / 2.0,
            bottom + 32.0,
            self.y
        );
        if let Some(level) = self.level {
            let at = bottom - HEIGHT * level / self.most;
            let _ = writeln!(
                body,
                r##"<path d="M{x:.0} {at:.1}h{WIDTH}" stroke="#000000" stroke-dasharray="2 3"/>"##
            );
        }
    }

    fn line(&self, body: &mut String, line: &Line, panel: &Panel, x: f64, y: f64) {
        let colour = COLOURS[line.colour];
        let place = |(ranks, value): &(f64, f64)| {
            let up = HEIGHT * (value / self.most).clamp(0.0, 1.0);
            (x + panel.across(*ranks), y + HEIGHT - up)
        };
        let points: Vec<String> =
            line.points.iter().map(place).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let dashes = dashes(colour);
        let _ = writeln!(
            body,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2.2"{dashes}/>"#,
            points.join(" ")
        );
        for point in line.points.iter().filter(|_| dashes.is_empty()) {
            let (x, y) = place(point);
            let _ = writeln!(
                body,
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="2.6" fill="{colour}"><title>{}, {:.0} ranks: {:.1} %</title></circle>"#,
                self.names[line.colour],
                point.0,
                100.0 * point.1
            );
        }
    }
}

impl Panel {
    /// Where a number of ranks is, from the left.
    fn across(&self, ranks: f64) -> f64 {
        let all = self.lines.iter().flat_map(|line| &line.points).map(|(ranks, _)| ranks.ln());
        let (least, most) = all.fold((f64::MAX, f64::MIN), |(least, most), x| (least.min(x), most.max(x)));
        WIDTH * (ranks.ln() - least) / (most - least).max(f64::MIN_POSITIVE)
    }
}

fn dashes(colour: &str) -> &'static str {
    if colour == COLOURS[0] { r#" stroke-dasharray="5 4""# } else { "" }
}

fn short(ranks: f64) -> String {
    if ranks < 10_000.0 { format!("{ranks}") } else { format!("{:.0}k", ranks / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_all_its_curves_inside() {
        let lines = || vec![Line { colour: 1, points: vec![(64.0, 0.5), (1024.0, 3.0)] }];
        let panels = (0..4).map(|at| Panel { title: format!("panel {at}"), lines: lines() }).collect();
        let plot = Plot { y: "share", most: 1.0, names: vec!["", "curve"], panels, level: None };
        let svg = plot.draw();
        assert_eq!(svg.matches("<polyline").count(), 4);
        assert!(svg.contains(&format!(r#"width="{:.0}""#, ACROSS * 3.0 + 10.0)));
        // What is above the scale is at its top.
        assert!(svg.contains(&format!(
            r#"points="{LEFT:.1},{:.1} {:.1},{TOP:.1}""#,
            TOP + HEIGHT / 2.0,
            LEFT + WIDTH
        )));
    }
}
