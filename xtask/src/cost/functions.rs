//! Functions such as people annotate, with the attribute and without.
//!
//! The shapes are in `shapes.rs`, and are repeated under other names. Of the text they are made of, only the attributes
//! differ.

/// What all functions use.
const PRELUDE: &str = include_str!("prelude.rs");
const SHAPES: &str = include_str!("shapes.rs");

/// Whether functions bear the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    With,
    Without,
}

impl Form {
    pub(super) const BOTH: [Form; 2] = [Form::Without, Form::With];

    /// As part of a crate's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Form::With => "with",
            Form::Without => "without",
        }
    }
}

/// Several functions.
pub(super) struct Functions {
    pub(super) text: String,
    pub(super) names: Vec<String>,
    pub(super) loops: usize,
}

impl Functions {
    /// So many of them, the shapes in turn.
    pub(super) fn new(count: usize, form: Form) -> Self {
        let shapes: Vec<&str> = SHAPES.trim().split("\n\n").collect();
        let mut functions = Self { text: PRELUDE.to_owned(), names: vec![], loops: 0 };
        for (number, shape) in shapes.iter().cycle().take(count).enumerate() {
            let (_, rest) = shape.split_once("pub fn ").expect("each shape is a function");
            let (old, _) = rest.split_once('(').expect("a function has parameters");
            let name = format!("{old}_{number}");
            functions.loops += shape.matches("#[parallel").count().max(1);
            functions.text.push('\n');
            for line in shape.lines() {
                if form == Form::With || !is_mark(line) {
                    functions.text += &line.replace(&format!("pub fn {old}("), &format!("pub fn {name}("));
                    functions.text.push('\n');
                }
            }
            functions.names.push(name);
        }
        functions
    }

    /// A statement that keeps all of them in the program.
    pub(super) fn kept(&self) -> String {
        let pointers: Vec<String> =
            self.names.iter().map(|name| format!("functions::{name} as *const ()")).collect();
        format!("    std::hint::black_box([{}]);\n", pointers.join(", "))
    }
}

/// Whether the line is an attribute of dlp's.
fn is_mark(line: &str) -> bool {
    ["#[dlp::parallel", "#[parallel", "#[serial]"].iter().any(|mark| line.trim_start().starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_differ_by_the_attributes_only() {
        let (with, without) = (Functions::new(30, Form::With), Functions::new(30, Form::Without));
        assert_eq!((with.names.len(), &with.names), (30, &without.names));
        assert_eq!(with.loops, 32, "one shape has two loops, and comes twice");
        assert!(!without.text.contains("dlp") && !without.text.contains("serial"));
        assert_eq!(with.text.matches("#[dlp::parallel").count(), 30);
        let kept: Vec<&str> = with.text.lines().filter(|line| !is_mark(line)).collect();
        assert_eq!(kept, without.text.lines().collect::<Vec<_>>());
    }
}
