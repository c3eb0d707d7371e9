//! Text.

use crate::generated::grammar::Generator;
use crate::generated::tree::{Tree, group};
use crate::generated::types::Ty;

impl Generator {
    pub(in crate::generated::grammar) fn char(&mut self, depth: usize) -> Tree {
        match self.random.below(if self.scope.quiet { 1 } else { 3 }) {
            0 => group!["((", self.value(&Ty::int("u8"), depth), " % 26 + 65) as char)"],
            1 => group![self.text(depth), ".chars().next().unwrap_or('?')"],
            _ => group!["char::from(b'a' + ", self.value(&Ty::int("u8"), depth), " % 20)"],
        }
    }

    /// Text that lives as long as the input.
    pub(in crate::generated::grammar) fn kept_text(&mut self, depth: usize) -> Tree {
        let index = |it: &mut Self| it.quiet(&Ty::int("usize"), depth.min(1));
        match self.random.below(if self.scope.quiet { 2 } else { 5 }) {
            0 => self.literal(&Ty::Str),
            1 => group!["[\"p\", \"qq\", \"\"][", index(self), " % 3]"],
            2 => group!["from.words.get(", index(self), ").map_or(\"none\", |word| word.as_str())"],
            3 => match self.any_named(|ty| matches!(ty, Ty::Array(of, _) if **of == Ty::Str)) {
                Some(table) => group![format!("{table}["), index(self), " % 3]"],
                None => group!["from.text.split(' ').nth(", index(self), " % 4).unwrap_or(\"few\")"],
            },
            _ => group!["from.text.trim()"],
        }
    }

    pub(in crate::generated::grammar) fn string(&mut self, depth: usize) -> Tree {
        if self.scope.quiet {
            return group!["(", self.value(&Ty::Str, depth), ").to_string()"];
        }
        match self.random.below(8) {
            0 | 1 => group!["format!(", self.format(depth), ")"],
            2 => {
                let ty = self.int_type();
                group!["(", self.value(&ty, depth), ").to_string()"]
            }
            3 => group![self.text(depth), ".to_uppercase()"],
            4 => group![self.text(depth), ".repeat(", self.value(&Ty::int("usize"), depth), " % 3)"],
            5 => group!["label(", self.value(&Ty::int("u64"), depth), ")"],
            6 => group!["(", self.value(&Ty::String, depth), " + ", self.text(depth), ")"],
            _ => group![self.text(depth), ".chars().rev().collect::<String>()"],
        }
    }

    /// A format string with its arguments.
    pub(in crate::generated::grammar) fn format(&mut self, depth: usize) -> Tree {
        let named = self.named(|ty| matches!(ty, Ty::Int(_) | Ty::String | Ty::Str | Ty::Bool | Ty::Char));
        let mut text = self.random.pick(&["", "<", "x=", "{{"]).to_owned();
        for _ in 0..self.random.below(3) {
            if !named.is_empty() {
                let name = &named[self.random.below(named.len())];
                let spec = self.random.pick(&["", ":?", ":>4"]);
                text += &format!("{{{name}{spec}}} ");
            }
        }
        let mut arguments = Vec::new();
        for number in 0..self.random.below(3) {
            let ty = self.value_type(1);
            let ty = if matches!(ty, Ty::Point | Ty::Kind) { Ty::F64 } else { ty };
            let value = self.repeated(|it| it.value(&ty, depth));
            if self.random.chance(25) {
                text += &format!("{{named{number}:?}}");
                arguments.push(group![format!(", named{number} = "), value]);
            } else {
                text += "{:?}";
                arguments.push(group![", ", value]);
            }
        }
        // Arguments with names come last.
        arguments.sort_by_key(|argument| {
            matches!(argument, Tree::Group(parts) if matches!(&parts[0], Tree::Text(text) if text.len() > 2))
        });
        group![format!("\"{text}\""), Tree::Group(arguments)]
    }

    /// Something that is a `&str` here.
    pub(in crate::generated::grammar) fn text(&mut self, depth: usize) -> Tree {
        let named = self.named(|ty| matches!(ty, Ty::String | Ty::Str));
        if self.scope.light {
            return match named.first() {
                Some(name) => format!("{name}.trim()").into(),
                None => self.literal(&Ty::Str),
            };
        }
        match self.random.below(5) {
            0 => self.literal(&Ty::Str),
            1 if depth > 0 => group!["(&", self.repeated(|it| it.value(&Ty::String, depth - 1)), ")"],
            _ if named.is_empty() => group!["(&", self.repeated(|it| it.value(&Ty::String, 0)), ")"],
            2 => format!("{}.trim()", named[self.random.below(named.len())]).into(),
            3 => format!("(&{}[..])", named[self.random.below(named.len())]).into(),
            _ => format!("{}.trim_end_matches('x')", named[self.random.below(named.len())]).into(),
        }
    }
}
