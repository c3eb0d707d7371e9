//! Expressions of a given type.

use super::Generator;
use crate::generated::program::Returns;
use crate::generated::tree::{Tree, group};
use crate::generated::types::Ty;

impl Generator {
    /// An expression of this type that owns its value.
    pub(super) fn value(&mut self, ty: &Ty, depth: usize) -> Tree {
        let inner = self.raw(ty, depth);
        Tree::Value(ty.clone(), vec![inner])
    }

    /// One whose evaluation nobody notices, unless it panics.
    pub(super) fn quiet(&mut self, ty: &Ty, depth: usize) -> Tree {
        let before = std::mem::replace(&mut self.scope.quiet, true);
        let value = self.value(ty, depth);
        self.scope.quiet = before;
        value
    }

    /// One that is evaluated more than once, or under a branch of which only one is taken: nothing is moved.
    fn repeated<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.scope.level += 1;
        let made = make(self);
        self.scope.level -= 1;
        made
    }

    /// The body of a closure.
    pub(super) fn lambda<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.closures += 1;
        let made = self.repeated(make);
        self.closures -= 1;
        made
    }

    /// An integer that is there, or the loop is left.
    fn questionable(&mut self, depth: usize) -> Option<Tree> {
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

    fn raw(&mut self, ty: &Ty, depth: usize) -> Tree {
        if self.random.chance(if depth == 0 { 75 } else { 25 })
            && let Some(read) = self.read(ty)
        {
            return read;
        }
        if depth == 0 {
            return if self.random.chance(15) { self.literal(ty) } else { self.derived(ty) };
        }
        if depth > 1 && !self.scope.quiet && self.random.chance(8) && !matches!(ty, Ty::Ref(_) | Ty::Slice(_))
        {
            return self.chosen(ty, depth - 1);
        }
        match ty {
            Ty::Int(name) => self.int(name, depth - 1),
            Ty::F64 => self.float(depth - 1),
            Ty::Bool => self.condition(depth - 1),
            Ty::Char => self.char(depth - 1),
            Ty::Str => self.kept_text(depth - 1),
            Ty::String => self.string(depth - 1),
            Ty::Tuple(of) => {
                let mut parts = vec!["(".into()];
                for ty in of {
                    parts.extend([self.value(ty, depth - 1), ",".into()]);
                }
                parts.push(")".into());
                Tree::Group(parts)
            }
            Ty::Vec(of) if !self.scope.light => self.list(of, depth - 1),
            Ty::Vec(_) => self.literal(ty),
            Ty::Fixed(of, length) => {
                group!["vec![", self.repeated(|it| it.quiet(of, 0)), format!("; {length}]")]
            }
            Ty::Array(of, length) => {
                let mut parts = vec!["[".into()];
                for _ in 0..*length {
                    parts.extend([self.value(of, 0), ",".into()]);
                }
                parts.push("]".into());
                Tree::Group(parts)
            }
            Ty::Option(of) => self.option(of, depth - 1),
            Ty::Point => match self.random.below(4) {
                0 | 1 if self.scope.light => self.plain_point(),
                0 => group!["Point::new(", self.value(&Ty::int("i64"), depth - 1), ")"],
                1 => group![
                    "Point { x: ",
                    self.value(&Ty::int("i64"), depth - 1),
                    ", ..",
                    self.value(&Ty::Point, 0),
                    "}"
                ],
                _ => {
                    let parts = [
                        (", x: ", self.value(&Ty::int("i64"), depth - 1)),
                        (", y: ", self.value(&Ty::F64, depth - 1)),
                        (", name: ", self.value(&Ty::String, depth - 1)),
                    ];
                    let [(_, x), (_, y), (_, name)] = parts;
                    group!["Point { x: ", x, ", y: ", y, ", name: ", name, " }"]
                }
            },
            Ty::Kind => match self.random.below(5) {
                0 if self.scope.light => "Kind::Number(5)".into(),
                0 => group!["Kind::of(", self.value(&Ty::int("i64"), depth - 1), ")"],
                1 => "Kind::Empty".into(),
                2 => group!["Kind::Number(", self.value(&Ty::int("i64"), depth - 1), ")"],
                _ => group![
                    "Kind::Named { name: ",
                    self.value(&Ty::String, depth - 1),
                    ", at: ",
                    self.value(&Ty::int("u32"), depth - 1),
                    " }"
                ],
            },
            Ty::Ref(to) => self.reference(to, depth - 1),
            Ty::Slice(_) => group!["&from.xs[..from.n / 2]"],
            Ty::Map(..) | Ty::Set(_) | Ty::Deque(_) | Ty::Stats => self.literal(ty),
        }
    }

    fn plain_point(&mut self) -> Tree {
        "Point { x: 4, y: 0.75, name: String::new() }".into()
    }

    /// Something made of a variable, so that it tells one iteration from another; a constant where there is none.
    fn derived(&mut self, ty: &Ty) -> Tree {
        let mut numbers = Vec::new();
        let mut texts = Vec::new();
        for at in self.scope.readable() {
            let var = self.scope.var(at);
            // The iteration's own ones more often.
            let times = if var.role == crate::generated::scope::Role::Own { 4 } else { 1 };
            let (inner, read) = match &var.ty {
                Ty::Ref(inner) => (&**inner, format!("*{}", var.name)),
                ty => (ty, var.name.clone()),
            };
            match inner {
                Ty::Int(_) | Ty::F64 => numbers.extend(std::iter::repeat_n(read, times)),
                Ty::Bool | Ty::Char => numbers.extend(std::iter::repeat_n(format!("({read} as u8)"), times)),
                Ty::Point => numbers.extend(std::iter::repeat_n(format!("{}.x", var.name), times)),
                Ty::String | Ty::Str => texts.extend(std::iter::repeat_n(var.name.clone(), times)),
                _ => {}
            }
        }
        let number = (!numbers.is_empty()).then(|| numbers.swap_remove(self.random.below(numbers.len())));
        let text = (!texts.is_empty()).then(|| texts.swap_remove(self.random.below(texts.len())));
        match (ty, number, text) {
            (Ty::Int(name), Some(number), _) => format!("({number} as {name})").into(),
            (Ty::Int(name), None, Some(text)) => format!("({text}.len() as {name})").into(),
            (Ty::F64, Some(number), _) => format!("({number} as f64)").into(),
            (Ty::Bool, Some(number), _) => format!("({number} as i64 % 2 == 0)").into(),
            (Ty::Char, Some(number), _) => format!("(((({number}) as u8) % 26 + 65) as char)").into(),
            (Ty::String, _, Some(text)) => format!("{text}.to_string()").into(),
            (Ty::String, Some(number), _) => format!("({number} as u64).to_string()").into(),
            (Ty::Str, Some(number), _) => format!("[\"p\", \"qq\", \"\"][{number} as usize % 3]").into(),
            (Ty::Option(of), ..) if matches!(**of, Ty::Int(_) | Ty::String) => {
                group!["Some(", self.derived(of), ")"]
            }
            (Ty::Kind, Some(number), _) => format!("Kind::Number({number} as i64)").into(),
            (Ty::Point, Some(number), _) if !self.scope.light => {
                format!("Point::new({number} as i64)").into()
            }
            _ => self.literal(ty),
        }
    }

    /// A constant.
    pub(super) fn literal(&mut self, ty: &Ty) -> Tree {
        let random = &mut self.random;
        match ty {
            Ty::Int(name) => {
                let number = [0, 1, 2, 3, 5, 7, 9, 13, 20, 31, 63, 100][random.below(12)];
                let sign = if ty.is_signed() && random.chance(20) { "-" } else { "" };
                let text = format!("{sign}{number}_{name}");
                if sign.is_empty() { text.into() } else { format!("({text})").into() }
            }
            Ty::F64 => random
                .pick(&[
                    "0.1_f64",
                    "0.5_f64",
                    "1.0_f64",
                    "3.25_f64",
                    "1e-3_f64",
                    "7.7_f64",
                    "(-0.3_f64)",
                    "0.0_f64",
                ])
                .into(),
            Ty::Bool => random.pick(&["true", "false"]).into(),
            Ty::Char => random.pick(&["'a'", "'z'", "'7'", "'é'", "' '"]).into(),
            Ty::Str => random.pick(&["\"ab\"", "\"\"", "\"12\"", "\"x y\"", "\"ö\""]).into(),
            Ty::String if self.scope.light => random.pick(&["\"q\".to_string()", "String::new()"]).into(),
            Ty::String => random.pick(&["String::from(\"ab\")", "\"q\".to_string()", "String::new()"]).into(),
            Ty::Array(of, length) => {
                let mut parts = vec!["[".into()];
                for _ in 0..*length {
                    parts.extend([self.literal(of), ",".into()]);
                }
                parts.push("]".into());
                Tree::Group(parts)
            }
            Ty::Tuple(of) => {
                let mut parts = vec!["(".into()];
                for ty in of {
                    parts.extend([self.literal(ty), ",".into()]);
                }
                parts.push(")".into());
                Tree::Group(parts)
            }
            Ty::Fixed(of, length) => group!["vec![", self.literal(of), format!("; {length}]")],
            Ty::Option(of) if random.chance(50) => group!["Some(", self.literal(of), ")"],
            Ty::Vec(of) if !self.scope.light && random.chance(40) => {
                group!["vec![", self.literal(of), ", ", self.literal(of), "]"]
            }
            Ty::Kind => random.pick(&["Kind::Empty", "Kind::Number(3)"]).into(),
            Ty::Ref(to) => self.reference(to, 0),
            Ty::Point if self.scope.light => self.plain_point(),
            _ => ty.simplest().unwrap_or_else(|| "&[]".to_owned()).into(),
        }
    }

    /// A variable, or a part of one.
    fn read(&mut self, wanted: &Ty) -> Option<Tree> {
        let mut all: Vec<(String, Option<usize>)> = Vec::new();
        for at in self.scope.readable() {
            let var = self.scope.var(at);
            let name = &var.name;
            let (can_move, short) = (self.scope.can_move(at), var.short);
            let mut offer = |text: String, ty: &Ty, moves: bool| {
                if ty == wanted && !(short && matches!(ty, Ty::Ref(_) | Ty::Str | Ty::Slice(_))) {
                    if ty.is_copy() {
                        all.push((text, None));
                    } else {
                        all.push((format!("{text}.clone()"), None));
                        if moves {
                            all.push((text, Some(at)));
                        }
                    }
                }
            };
            let (inner, through) = match &var.ty {
                Ty::Ref(inner) => (&**inner, true),
                ty => (ty, false),
            };
            offer(name.clone(), &var.ty, can_move);
            if through && inner.is_copy() {
                offer(format!("(*{name})"), inner, false);
            } else if through {
                offer(name.clone(), inner, false);
            }
            match inner {
                Ty::Tuple(of) => {
                    for (number, ty) in of.iter().enumerate() {
                        offer(format!("{name}.{number}"), ty, can_move && !through);
                    }
                }
                Ty::Point => {
                    offer(format!("{name}.x"), &Ty::int("i64"), false);
                    offer(format!("{name}.y"), &Ty::F64, false);
                    offer(format!("{name}.name"), &Ty::String, can_move && !through);
                }
                _ => {}
            }
        }
        if all.is_empty() {
            return None;
        }
        let (text, moved) = all.swap_remove(self.random.below(all.len()));
        if let Some(at) = moved {
            self.scope.move_out(at);
        }
        Some(text.into())
    }

    /// The names of variables of which this holds, with what leads to a value of it.
    pub(super) fn named(&self, fits: impl Fn(&Ty) -> bool) -> Vec<String> {
        let var = |at: usize| self.scope.var(at);
        let fits = |ty: &Ty| match ty {
            Ty::Ref(inner) => fits(inner) || fits(ty),
            ty => fits(ty),
        };
        let readable = self.scope.readable();
        readable.into_iter().filter(|&at| fits(&var(at).ty)).map(|at| var(at).name.clone()).collect()
    }

    fn any_named(&mut self, fits: impl Fn(&Ty) -> bool) -> Option<String> {
        let mut all = self.named(fits);
        (!all.is_empty()).then(|| all.swap_remove(self.random.below(all.len())))
    }

    fn int(&mut self, name: &'static str, depth: usize) -> Tree {
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
    fn risky(&mut self, name: &'static str, depth: usize) -> Tree {
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

    fn float(&mut self, depth: usize) -> Tree {
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

    fn condition(&mut self, depth: usize) -> Tree {
        // In brackets: it may become the operand of something else.
        group!["(", self.bare_condition(depth), ")"]
    }

    fn bare_condition(&mut self, depth: usize) -> Tree {
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

    fn char(&mut self, depth: usize) -> Tree {
        match self.random.below(if self.scope.quiet { 1 } else { 3 }) {
            0 => group!["((", self.value(&Ty::int("u8"), depth), " % 26 + 65) as char)"],
            1 => group![self.text(depth), ".chars().next().unwrap_or('?')"],
            _ => group!["char::from(b'a' + ", self.value(&Ty::int("u8"), depth), " % 20)"],
        }
    }

    /// Text that lives as long as the input.
    fn kept_text(&mut self, depth: usize) -> Tree {
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

    fn reference(&mut self, to: &Ty, depth: usize) -> Tree {
        let index = self.quiet(&Ty::int("usize"), depth.min(1));
        match to {
            Ty::Int("i64") => group!["from.xs.get(", index, ").unwrap_or(&7)"],
            Ty::String => group!["from.words.get(", index, ").unwrap_or(&from.text)"],
            Ty::Point => group!["&from.points[", index, " % from.points.len()]"],
            Ty::Kind => group!["from.kinds.get(", index, ").unwrap_or(&Kind::Empty)"],
            Ty::Tuple(_) => group!["&from.pairs[", index, " % from.pairs.len()]"],
            other => unreachable!("no items are {other:?}"),
        }
    }

    fn string(&mut self, depth: usize) -> Tree {
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
    pub(super) fn format(&mut self, depth: usize) -> Tree {
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
    pub(super) fn text(&mut self, depth: usize) -> Tree {
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

    fn list(&mut self, of: &Ty, depth: usize) -> Tree {
        match self.random.below(if self.scope.quiet { 1 } else { 4 }) {
            0 => group!["vec![", self.value(of, depth), ", ", self.value(of, depth), "]"],
            1 => group![
                "vec![",
                self.repeated(|it| it.value(of, depth)),
                "; ",
                self.value(&Ty::int("usize"), depth),
                " % 4]"
            ],
            2 => {
                let (count, mark) = (self.random.below(4), self.scope.mark());
                let name = self.fresh();
                let each = self.lambda(|it| {
                    it.scope.bind(&name, Ty::int("u64"), crate::generated::scope::Role::Own, false);
                    it.value(of, depth)
                });
                self.scope.leave(mark);
                group![format!("(0..{count}_u64).map(|{name}| "), each, ").collect::<Vec<_>>()"]
            }
            _ => group!["Vec::from([", self.value(of, depth), "])"],
        }
    }

    fn option(&mut self, of: &Ty, depth: usize) -> Tree {
        match self.random.below(if self.scope.quiet { 2 } else { 5 }) {
            0 | 1 => group!["Some(", self.value(of, depth), ")"],
            2 => {
                let condition = self.value(&Ty::Bool, depth);
                group!["(", condition, ").then(|| ", self.lambda(|it| it.value(of, depth)), ")"]
            }
            3 => match of {
                Ty::Int("i64") => group!["find(", self.value(of, depth), ")"],
                Ty::Int(name) => group![self.text(depth), format!(".parse::<{name}>().ok()")],
                Ty::Char => group![self.text(depth), ".chars().last()"],
                _ => format!("None::<{}>", of.name()).into(),
            },
            _ => {
                let inner = self.value(&Ty::option(of.clone()), depth);
                group!["(", inner, ").or(Some(", self.value(of, depth), "))"]
            }
        }
    }

    /// One of several values.
    fn chosen(&mut self, ty: &Ty, depth: usize) -> Tree {
        match self.random.below(3) {
            0 => group![
                "(if ",
                self.value(&Ty::Bool, depth),
                " { ",
                self.repeated(|it| it.value(ty, depth)),
                " } else { ",
                self.repeated(|it| it.value(ty, depth)),
                " })"
            ],
            1 => group![
                "(match ",
                self.value(&Ty::int("u64"), depth),
                " % 3 { 0 => ",
                self.repeated(|it| it.value(ty, depth)),
                ", 1 | 7 => { ",
                self.repeated(|it| it.value(ty, depth)),
                " } _ => ",
                self.repeated(|it| it.value(ty, depth)),
                " })"
            ],
            _ => {
                let mark = self.scope.mark();
                let first = self.value(ty, depth);
                let name = self.local_name();
                self.scope.bind(&name, ty.clone(), crate::generated::scope::Role::Own, false);
                let second = self.value(ty, depth);
                self.scope.leave(mark);
                group!["({ let ", name, " = ", first, "; ", second, " })"]
            }
        }
    }
}
