//! Numbers and conditions.

use crate::generated::grammar::Generator;
use crate::generated::program::Returns;
use crate::generated::tree::{Tree, group};
use crate::generated::types::Ty;

impl Generator {
    /// An integer that is there, or the loop is left.
    pub(in crate::generated::grammar) fn questionable(&mut self, depth: usize) -> Option<Tree> {
        let i64s = Ty::int("i64");
        if self.closures > 0 || self.scope.quiet || !self.has("exits") {
            return None;
        }
        let function = match self.returns {
            Returns::Plain => return None,
            Returns::Option => "find",
            Returns::Result("String") => "check",
            Returns::Result("std::num::ParseIntError") => "read",
            Returns::Result("Trouble") => self.random.pick(&["examine", "read", "check"]),
            Returns::Result(_) => self.random.pick(&["read", "check"]),
        };
        if function == "read" {
            // Most texts are no numbers.
            return Some(group![
                "read((",
                self.value(&i64s, depth),
                " % 50).to_string().trim_end_matches(\"49\"))?"
            ]);
        }
        Some(group![function, "(", self.value(&i64s, depth), ")?"])
    }

    pub(in crate::generated::grammar) fn int(&mut self, name: &'static str, depth: usize) -> Tree {
        let ty = Ty::Int(name);
        if name == "i64"
            && self.random.chance(12)
            && let Some(value) = self.questionable(depth)
        {
            return value;
        }
        if self.panics && self.random.chance(6) {
            return self.risky(name, depth);
        }
        let kinds = if self.scope.quiet { 6 } else { 19 };
        match self.random.below(kinds) {
            0 => {
                let method = self.random.pick(&["wrapping_add", "wrapping_mul", "wrapping_sub", "max", "min"]);
                group!["(", self.value(&ty, depth), format!(").{method}("), self.value(&ty, depth), ")"]
            }
            1 => group![
                "(",
                self.value(&ty, depth),
                self.random.pick(&[" % ", " / "]),
                self.random.pick(&["3", "5", "10", "64"]),
                ")"
            ],
            2 => {
                let operator = self.random.pick(&[" ^ ", " | ", " & "]);
                group!["(", self.value(&ty, depth), operator, self.value(&ty, depth), ")"]
            }
            3 => {
                let other = self.int_type();
                group!["(", self.value(&other, depth), format!(" as {name})")]
            }
            4 => group!["(", self.value(&ty, depth), " % 50 + ", self.value(&ty, depth), " % 50)"],
            5 => match self.random.below(2) {
                0 => group!["(", self.value(&Ty::F64, depth), format!(" as {name})")],
                _ => group!["(", self.value(&Ty::Bool, depth), format!(" as {name})")],
            },
            6..9 => group!["(work(", self.value(&Ty::int("u64"), depth), format!(") as {name})")],
            9 => match self.any_named(|ty| matches!(ty, Ty::String | Ty::Str | Ty::Vec(_) | Ty::Slice(_))) {
                Some(list) => format!("({list}.len() as {name})").into(),
                None => self.literal(&ty),
            },
            10 => {
                let list = self.any_named(|ty| {
                    matches!(ty, Ty::Vec(of) | Ty::Slice(of) | Ty::Array(of, _) if **of == Ty::Int(name))
                });
                match list {
                    Some(list) => match self.random.below(3) {
                        0 => format!("{list}.iter().fold(1, |a, b| b.wrapping_add(a % 7))").into(),
                        1 => format!("{list}.iter().copied().max().unwrap_or(4)").into(),
                        _ => group![
                            format!("{list}.get("),
                            self.value(&Ty::int("usize"), depth),
                            " % 5).copied().unwrap_or(",
                            self.value(&ty, depth),
                            ")"
                        ],
                    },
                    None => self.literal(&ty),
                }
            }
            11 => group![
                "(",
                self.value(&Ty::option(ty.clone()), depth),
                ").unwrap_or(",
                self.value(&ty, depth),
                ")"
            ],
            12 => group![
                "(",
                self.value(&Ty::option(ty.clone()), depth),
                ").map_or(",
                self.value(&ty, depth),
                ", |v| v ^ ",
                self.lambda(|it| it.quiet(&ty, 0)),
                ")"
            ],
            13 => {
                let argument = self.value(&ty, depth);
                group!["(|v: ", name, "| v.wrapping_add(", self.lambda(|it| it.value(&ty, depth)), "))(", argument, ")"]
            }
            14 => {
                let (count, mark) = (self.random.below(4), self.scope.mark());
                let each = self.lambda(|it| {
                    let role = crate::generated::scope::Role::Own;
                    let name = it.fresh();
                    it.scope.bind(&name, Ty::int("usize"), role, false);
                    (name, it.value(&ty, depth))
                });
                self.scope.leave(mark);
                let (name, each) = each;
                group![
                    format!("(0..{count}_usize).map(|{name}| "),
                    each,
                    format!(").fold({}, |a, b| a.wrapping_add(b))", ty.simplest().unwrap_or_default())
                ]
            }
            15 => group![self.text(depth), format!(".parse::<{name}>().unwrap_or("), self.value(&ty, depth), ")"],
            16 => group!["(hash(", self.text(depth), format!(") as {name})")],
            17 => group![
                "((",
                self.value(&Ty::Char, depth),
                format!(" as u32) as {name})")
            ],
            _ => match self.any_named(|ty| *ty == Ty::Kind) {
                Some(kind) => format!(
                    "(match &{kind} {{ Kind::Number(v) => *v, Kind::Named {{ at, .. }} => i64::from(*at), _ => 3 }} as \
                     {name})"
                )
                .into(),
                None => group!["(", self.value(&ty, depth), ").rotate_left(3)"],
            },
        }
    }

    /// An integer whose computation may panic.
    pub(in crate::generated::grammar) fn risky(&mut self, name: &'static str, depth: usize) -> Tree {
        let ty = Ty::Int(name);
        match self.random.below(if self.scope.quiet { 3 } else { 7 }) {
            0 => group!["(", self.value(&ty, depth), " + ", self.value(&ty, depth), ")"],
            1 => group!["(", self.value(&ty, depth), " / ", self.value(&ty, depth), ")"],
            2 => group!["(", self.value(&ty, depth), " * ", self.value(&ty, depth), ")"],
            3 => group!["(from.xs[", self.value(&Ty::int("usize"), depth), format!("] as {name})")],
            4 => group![self.text(depth), format!(".parse::<{name}>().unwrap()")],
            5 => group!["(", self.value(&Ty::option(ty), depth), ").expect(\"there is one\")"],
            _ => group![
                "(match ",
                self.value(&Ty::int("i64"), depth),
                format!(" {{ 11 => panic!(\"eleven\"), v => v as {name} }})")
            ],
        }
    }

    pub(in crate::generated::grammar) fn float(&mut self, depth: usize) -> Tree {
        let kinds = if self.scope.quiet { 5 } else { 9 };
        match self.random.below(kinds) {
            0 => group!["(", self.value(&Ty::F64, depth), " + ", self.value(&Ty::F64, depth), ")"],
            1 => group!["(", self.value(&Ty::F64, depth), " * ", self.value(&Ty::F64, depth), ")"],
            2 => group!["(", self.value(&Ty::F64, depth), " / 3.0)"],
            3 => {
                let ty = self.int_type();
                group!["(", self.value(&ty, depth), " as f64)"]
            }
            4 => group!["(", self.value(&Ty::F64, depth), ").abs().sqrt()"],
            5 | 6 => group!["weigh(", self.value(&Ty::F64, depth), ")"],
            7 => group!["f64::from(", self.value(&Ty::int("u32"), depth), ")"],
            _ => group!["(", self.value(&Ty::F64, depth), ").min(", self.value(&Ty::F64, depth), ")"],
        }
    }

    pub(in crate::generated::grammar) fn condition(&mut self, depth: usize) -> Tree {
        // In brackets: it may become the operand of something else.
        group!["(", self.bare_condition(depth), ")"]
    }

    pub(in crate::generated::grammar) fn bare_condition(&mut self, depth: usize) -> Tree {
        let kinds = if self.scope.quiet { 4 } else { 10 };
        match self.random.below(kinds) {
            0 | 1 => {
                let ty = self.int_type();
                let operator = self.random.pick(&[" < ", " == ", " >= ", " != "]);
                // In brackets on both sides: `a as u8 < b` is read as the beginning of a type.
                group!["(", self.value(&ty, depth), ")", operator, "(", self.value(&ty, depth), ")"]
            }
            2 => {
                let ty = self.int_type();
                let modulus = self.random.pick(&["2", "3", "4"]);
                group!["(", self.value(&ty, depth), ") % ", modulus, " == ", self.random.pick(&["0", "1"])]
            }
            3 => group!["!(", self.value(&Ty::Bool, depth), ")"],
            4 => group![
                "(",
                self.value(&Ty::Bool, depth),
                ") && (",
                self.repeated(|it| it.value(&Ty::Bool, depth)),
                ")"
            ],
            5 => group![
                "(",
                self.value(&Ty::Bool, depth),
                ") || (",
                self.repeated(|it| it.value(&Ty::Bool, depth)),
                ")"
            ],
            6 => group![
                self.text(depth),
                ".",
                self.random.pick(&["is_empty()", "contains('a')", "ends_with(\"7\")"])
            ],
            7 => {
                let ty = self.int_type();
                let bound = self.random.pick(&["2", "9", "40"]);
                group!["matches!(", self.value(&ty, depth), format!(", v if v > {bound})")]
            }
            8 => match self.any_named(|ty| *ty == Ty::Kind) {
                Some(kind) => format!("matches!({kind}, Kind::Number(_))").into(),
                None => group!["(", self.value(&Ty::F64, depth), ") < (", self.value(&Ty::F64, depth), ")"],
            },
            _ => match self.any_named(|ty| matches!(ty, Ty::Option(_))) {
                Some(option) => format!("{option}.is_some()").into(),
                None => group!["work(", self.value(&Ty::int("u64"), depth), ") > 500"],
            },
        }
    }
}
