//! What was measured, for people and as JSON.

use serde_json::{Value, json};

/// A figure beside the one that it is compared with.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) unit: &'static str,
    /// Without dlp, or without the attribute.
    pub(super) without: Option<f64>,
    pub(super) with: f64,
    /// What each function, or loop, adds: how many there are, what one is called, the unit, and how many of those are in one of
    /// `unit`.
    pub(super) each: Option<Each>,
}

/// How a difference is shared out.
#[derive(Clone, Copy)]
pub(super) struct Each {
    pub(super) count: usize,
    pub(super) unit: &'static str,
    pub(super) scale: f64,
}

impl Row {
    pub(super) fn new(name: impl Into<String>, unit: &'static str, without: Option<f64>, with: f64) -> Self {
        Self { name: name.into(), unit, without, with, each: None }
    }

    pub(super) fn each(self, each: Each) -> Self {
        Self { each: Some(each), ..self }
    }

    fn ratio(&self) -> Option<f64> {
        self.without.filter(|without| *without > 0.0).map(|without| self.with / without)
    }

    fn for_each(&self) -> Option<(f64, &'static str)> {
        let each = self.each?;
        Some(((self.with - self.without.unwrap_or(0.0)) * each.scale / each.count as f64, each.unit))
    }

    pub(super) fn json(&self) -> Value {
        json!({ "name": self.name, "unit": self.unit, "without": self.without, "with": self.with, "ratio": self.ratio(),
            "each": self.for_each().map(|(value, unit)| json!({ "value": value, "unit": unit })) })
    }
}

/// The rows for people.
pub(super) fn print(rows: &[Row]) -> String {
    let mut text =
        format!("{:<52} {:>7} {:>10} {:>10} {:>7}  added\n", "", "", "without", "with dlp", "ratio");
    let number = |value: f64| match value.fract() == 0.0 || value >= 1000.0 {
        true => format!("{value:.0}"),
        false => format!("{value:.3}"),
    };
    for row in rows {
        let without = row.without.map(number).unwrap_or_default();
        let ratio = row.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let each = row.for_each().map(|(value, unit)| format!("{value:.1} {unit}")).unwrap_or_default();
        let line = format!(
            "{:<52} {:>7} {without:>10} {:>10} {ratio:>7}  {each}",
            row.name,
            row.unit,
            number(row.with)
        );
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// The middle one.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_and_shares_are_of_what_was_added() {
        let each = Each { count: 100, unit: "ms", scale: 1000.0 };
        let row = Row::new("check", "s", Some(0.5), 1.5).each(each);
        assert_eq!((row.ratio(), row.for_each()), (Some(3.0), Some((10.0, "ms"))));
        let row = Row::new("crates", "", Some(0.0), 4.0);
        assert_eq!((row.ratio(), row.for_each()), (None, None));
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
