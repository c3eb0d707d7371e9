//! Expressions of a given type.

mod number;
mod text;

use super::Generator;
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
                // Not the name of an accumulator: a condition that this is in would be taken for one on that.
                let name = self.fresh();
                self.scope.bind(&name, ty.clone(), crate::generated::scope::Role::Own, false);
                let second = self.value(ty, depth);
                self.scope.leave(mark);
                group!["({ let ", name, " = ", first, "; ", second, " })"]
            }
        }
    }
}
