//! Statements of the loop's body.

use super::Generator;
use crate::generated::program::Returns;
use crate::generated::scope::Role;
use crate::generated::tree::{Tree, group, statement};
use crate::generated::types::Ty;

impl Generator {
    /// The body of the loop.
    pub(super) fn body(&mut self) -> Tree {
        let mut all = Vec::new();
        if self.random.chance(6) {
            all.push(statement!["const STEP: i64 = 3;"]);
            self.scope.bind("STEP", Ty::int("i64"), Role::Plain, false);
        }
        if self.random.chance(60) {
            let text = self.value(&Ty::int("u64"), 1);
            all.push(statement!["pause(", text, ");"]);
        }
        let mark = self.scope.mark();
        for _ in 0..2 {
            if self.scope.changeable().iter().any(|&at| self.scope.var(at).exclusive) {
                all.extend(self.assignment());
            }
        }
        let count = 2 + self.random.below(6);
        for _ in 0..count {
            self.statement(3, &mut all);
        }
        // Something of what there is to write is written.
        for _ in 0..2 {
            if let Some(effect) = self.effect() {
                all.push(effect);
            }
        }
        self.scope.leave(mark);
        Tree::Block(all)
    }

    /// One or more statements.
    pub(super) fn statement(&mut self, depth: usize, into: &mut Vec<Tree>) {
        if self.fuel == 0 {
            into.extend(self.effect());
            return;
        }
        self.fuel -= 1;
        let nested = if depth > 0 { 1 } else { 0 };
        let weights = [
            12,
            9,
            3,
            5 * nested,
            3 * nested,
            3 * nested,
            4 * nested,
            2 * nested,
            2 * nested,
            3,
            2,
            2,
            nested,
            nested,
        ];
        match self.random.weighted(&weights) {
            0 => into.extend(self.effect()),
            1 => into.push(self.local()),
            2 => into.extend(self.assignment()),
            3 => into.push(self.branch(depth - 1)),
            4 => into.push(self.matching(depth - 1)),
            5 => into.push(self.if_let(depth - 1)),
            6 => into.push(self.inner_for(depth - 1)),
            7 => into.push(self.inner_while(depth - 1)),
            8 => into.push(self.for_each(depth - 1)),
            9 => into.push(self.skip(depth)),
            10 => into.extend(self.let_else()),
            11 => {
                let x = self.value(&Ty::int("u64"), 2);
                into.push(statement!["pause(", x, ");"]);
            }
            12 => {
                let count = 1 + self.random.below(3);
                into.push(statement!["{", self.block(count, depth - 1), "}"]);
            }
            13 => into.push(self.labelled(depth - 1)),
            14 => into.push(self.serial(depth - 1)),
            _ => into.push(self.grouped()),
        }
    }

    /// What is run in loop order because it says so.
    fn serial(&mut self, depth: usize) -> Tree {
        let mark = Tree::Either { serial: String::new(), split: "#[serial] ".to_owned() };
        // What is the iteration's own is not changed there.
        let own = self.scope.changeable();
        own.iter().for_each(|&at| self.scope.borrow(at));
        let blocks = std::mem::take(&mut self.blocks);
        self.scope.ordered = true;
        let tree = if self.random.chance(25) && !self.scope.accumulators().is_empty() {
            group![mark, self.effect().expect("there are accumulators")]
        } else {
            let count = 1 + self.random.below(4);
            statement![mark, "{", self.block(count, depth), "}"]
        };
        self.scope.ordered = false;
        self.blocks = blocks;
        own.iter().for_each(|&at| self.scope.release(at));
        match tree {
            tree @ Tree::Statement(_) => tree,
            other => statement![other],
        }
    }

    /// A statement that an accumulator decides on, or goes into.
    fn grouped(&mut self) -> Tree {
        let numbers = self.open_accumulators(|ty| matches!(ty, Ty::Int(_) | Ty::F64));
        let sets = self.open_accumulators(|ty| matches!(ty, Ty::Set(_)));
        let pick = self.random.below(5);
        let (name, first, test) = match pick {
            0 if !numbers.is_empty() => {
                let (_, best, ty) = numbers[self.random.below(numbers.len())].clone();
                let (value, name) = (self.value(&ty, 2), self.fresh());
                self.scope.bind(&name, ty, Role::Own, false);
                let operator = self.random.pick(&[">", "<", "!="]);
                let update = statement![format!("{best} = {name};")];
                (
                    group![format!("let {name} = "), value, "; "],
                    Some(update),
                    group![format!("{name} {operator} {best}")],
                )
            }
            1 if !sets.is_empty() => {
                let (_, seen, ty) = sets[self.random.below(sets.len())].clone();
                let Ty::Set(of) = ty else { unreachable!("asked for") };
                let (value, name) = (self.value(&of, 2), self.fresh());
                let given = if of.is_copy() { name.clone() } else { format!("{name}.clone()") };
                self.scope.bind(&name, *of, Role::Own, false);
                (
                    group![format!("let {name} = "), value, "; "],
                    None,
                    group![format!("{seen}.insert({given})")],
                )
            }
            2 | 3 => {
                let test = self.in_order(|it| it.quiet(&Ty::Bool, 2));
                (Tree::Optional(vec![]), None, test)
            }
            _ => {
                let effect = self.in_order(Self::effect);
                return statement![Tree::Optional(effect.into_iter().collect())];
            }
        };
        let mark = self.scope.mark();
        let mut inner: Vec<Tree> = first.into_iter().collect();
        for _ in 0..1 + self.random.below(2) {
            inner.extend(self.in_order(Self::effect));
        }
        let other = match self.random.below(3) {
            0 => Tree::Optional(vec![
                " else {".into(),
                Tree::Block(self.in_order(Self::effect).into_iter().collect()),
                "}".into(),
            ]),
            _ => Tree::Optional(vec![]),
        };
        self.scope.leave(mark);
        statement![name, "if ", test, " {", Tree::Block(inner), "}", other]
    }

    /// Something little that may read accumulators.
    fn in_order<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.scope.ordered, self.scope.light, self.scope.quiet);
        (self.scope.ordered, self.scope.light, self.scope.quiet) = (true, true, true);
        let made = make(self);
        (self.scope.ordered, self.scope.light, self.scope.quiet) = before;
        made
    }

    /// A variable of the iteration's own.
    fn local(&mut self) -> Tree {
        let ty = self.value_type(2);
        if let Ty::Tuple(of) = &ty
            && self.random.chance(60)
        {
            let of = of.clone();
            let value = self.value(&ty, 2);
            let mut names = Vec::new();
            for _ in &of {
                names.push(self.fresh());
            }
            for (name, ty) in names.iter().zip(of) {
                self.scope.bind(name, ty, Role::Own, false);
            }
            return statement![format!("let ({}) = ", names.join(", ")), value, ";"];
        }
        let value = self.value(&ty, 3);
        let name = self.local_name();
        let mutable = self.random.chance(40);
        let typed = if self.random.chance(30) { format!(": {}", ty.name()) } else { String::new() };
        self.scope.bind(&name, ty, Role::Own, mutable);
        let mutable = if mutable { "mut " } else { "" };
        statement![format!("let {mutable}{name}{typed} = "), value, ";"]
    }

    /// A change of a variable of the iteration's own.
    fn assignment(&mut self) -> Option<Tree> {
        let all = self.scope.changeable();
        if all.is_empty() {
            return self.effect();
        }
        let at = all[self.random.below(all.len())];
        let (name, ty) = (self.scope.var(at).name.clone(), self.scope.var(at).ty.clone());
        if self.scope.var(at).exclusive {
            let Ty::Ref(of) = ty else { unreachable!("it has that of a reference") };
            return Some(match &*of {
                Ty::Int(_) => {
                    let operator = self.random.pick(&[" ^= ", " |= ", " = "]);
                    statement!["*", name, operator, self.value(&of, 2), ";"]
                }
                Ty::F64 => {
                    let operator = self.random.pick(&[" += ", " *= ", " = "]);
                    statement!["*", name, operator, self.value(&of, 2), ";"]
                }
                Ty::String => statement![name, ".push_str(", group!["&", self.value_without(at, &of)], ");"],
                Ty::Point if self.random.chance(50) => {
                    statement![name, ".x ^= ", self.value(&Ty::int("i64"), 2), ";"]
                }
                _ => statement!["*", name, " = ", self.value_without(at, &of), ";"],
            });
        }
        Some(match &ty {
            Ty::Int(_) => {
                let operator = self.random.pick(&[" ^= ", " |= ", " = "]);
                statement![name, operator, self.value(&ty, 2), ";"]
            }
            Ty::F64 => statement![name, " += ", self.value(&ty, 2), ";"],
            Ty::String => statement![name, ".push_str(", group!["&", self.value_without(at, &ty)], ");"],
            Ty::Vec(of) => statement![name, ".push(", self.value_without(at, of), ");"],
            _ => statement![name, " = ", self.value_without(at, &ty), ";"],
        })
    }

    /// A value that does not move the variable at `at`, which is being changed.
    fn value_without(&mut self, at: usize, ty: &Ty) -> Tree {
        self.scope.borrow(at);
        let value = self.value(ty, 2);
        self.scope.release(at);
        value
    }

    fn branch(&mut self, depth: usize) -> Tree {
        let condition = self.value(&Ty::Bool, 2);
        let count = 1 + self.random.below(3);
        let then = self.block(count, depth);
        let other = match self.random.below(4) {
            0 | 1 => Tree::Optional(vec![]),
            2 => Tree::Optional(vec![" else {".into(), self.block(1, depth), "}".into()]),
            _ => {
                let condition = self.value(&Ty::Bool, 1);
                let then = self.block(1, depth);
                Tree::Optional(vec![
                    " else if ".into(),
                    condition,
                    " {".into(),
                    then,
                    "} ".into(),
                    Tree::Optional(vec!["else {".into(), self.block(1, depth), "}".into()]),
                ])
            }
        };
        statement!["if ", condition, " {", then, "}", other]
    }

    fn matching(&mut self, depth: usize) -> Tree {
        let kinds = self.named(|ty| *ty == Ty::Kind);
        if !kinds.is_empty() && self.random.chance(50) {
            let name = kinds[self.random.below(kinds.len())].clone();
            return self.match_kind(&name, depth);
        }
        let selector = self.value(&Ty::int("u64"), 2);
        let mut parts = vec!["match ".into(), selector, " % 4 {".into()];
        for arm in 0..1 + self.random.below(3) {
            let pattern = match (arm, self.random.below(4)) {
                (0, 0) => "0 | 3".to_owned(),
                (_, 1) => format!("{arm} if from.n > 2"),
                _ => arm.to_string(),
            };
            let block = self.block(1, depth);
            parts.push(Tree::Optional(vec![pattern.into(), " => {".into(), block, "}".into()]));
        }
        if self.random.chance(50) {
            let name = self.local_name();
            let mark = self.scope.mark();
            self.scope.bind(&name, Ty::int("u64"), Role::Own, false);
            let block = self.block(1, depth);
            self.scope.leave(mark);
            parts.extend([format!("{name} => {{").into(), block, "}".into()]);
        } else {
            parts.extend(["_ => {".into(), self.block(1, depth), "}".into()]);
        }
        parts.push("}".into());
        Tree::Statement(parts)
    }

    fn match_kind(&mut self, name: &str, depth: usize) -> Tree {
        let by_reference = self.random.chance(50);
        let at = self
            .scope
            .visible()
            .into_iter()
            .find(|&at| self.scope.var(at).name == name)
            .expect("it was found");
        self.scope.borrow(at);
        let mut parts = vec![
            if by_reference { format!("match &{name} {{") } else { format!("match {name}.clone() {{") }
                .into(),
        ];
        let made = |ty: Ty| if by_reference { Ty::reference(ty) } else { ty };
        let first = self.block(1, depth);
        parts.push(Tree::Optional(vec!["Kind::Empty => {".into(), first, "}".into()]));
        let mark = self.scope.mark();
        let (number, text) = (self.fresh(), self.fresh());
        let bound = self.scope.bind(&number, made(Ty::int("i64")), Role::Own, false);
        self.scope.shorten(bound);
        let second = self.block(2, depth);
        self.scope.leave(mark);
        parts.push(Tree::Optional(vec![format!("Kind::Number({number}) => {{").into(), second, "}".into()]));
        let bound = self.scope.bind("at", made(Ty::int("u32")), Role::Own, false);
        self.scope.shorten(bound);
        let bound = self.scope.bind(&text, made(Ty::String), Role::Own, false);
        self.scope.shorten(bound);
        let third = self.block(2, depth);
        self.scope.leave(mark);
        parts.push(Tree::Optional(vec![
            format!("Kind::Named {{ name: {text}, at }} => {{").into(),
            third,
            "}".into(),
        ]));
        parts.push("_ => {} }".into());
        self.scope.release(at);
        Tree::Statement(parts)
    }

    fn if_let(&mut self, depth: usize) -> Tree {
        let (ty, value) = match self.random.below(3) {
            0 => (Ty::int("i64"), group!["read(", self.text(1), ")"]),
            _ => {
                let ty = self.value_type(1);
                (ty.clone(), self.value(&Ty::option(ty), 2))
            }
        };
        let constructor = if matches!(&value, Tree::Group(_)) { "Ok" } else { "Some" };
        let name = self.local_name();
        let mark = self.scope.mark();
        self.scope.bind(&name, ty, Role::Own, false);
        let then = self.block(2, depth);
        self.scope.leave(mark);
        let other = match self.random.below(2) {
            0 => Tree::Optional(vec![]),
            _ => Tree::Optional(vec![" else {".into(), self.block(1, depth), "}".into()]),
        };
        statement![format!("if let {constructor}({name}) = "), value, " {", then, "}", other]
    }

    fn let_else(&mut self) -> Option<Tree> {
        if self.closures > 0 {
            return self.effect();
        }
        let ty = self.value_type(1);
        let value = self.value(&Ty::option(ty.clone()), 2);
        let mark = self.scope.mark();
        let effect = if self.random.chance(50) { self.effect() } else { None };
        self.scope.leave(mark);
        let jump = self.jump();
        let name = self.local_name();
        self.scope.bind(&name, ty, Role::Own, false);
        Some(statement![
            format!("let Some({name}) = "),
            value,
            " else {",
            Tree::Block(effect.into_iter().collect()),
            jump,
            "};"
        ])
    }

    /// What leaves the iteration, or one of an inner loop, or the loop.
    fn jump(&mut self) -> Tree {
        if self.has("exits") && self.random.chance(40) {
            return self.exit();
        }
        let mut all = vec![];
        match self.loops.last() {
            // Within a block with a label, every jump needs one.
            _ if !self.blocks.is_empty() => {
                all.extend(self.blocks.iter().map(|label| format!("break {label};")));
            }
            Some(label) => {
                all.extend(["continue;".to_owned(), "break;".to_owned()]);
                all.extend(label.iter().map(|label| format!("break {label};")));
            }
            None => all.push("continue;".to_owned()),
        }
        all.extend(self.loops.iter().flatten().map(|label| format!("continue {label};")));
        all.extend(self.label.map(|label| format!("continue {label};")));
        all.swap_remove(self.random.below(all.len())).into()
    }

    /// Whether no accumulator is hidden by a variable of the same name.
    fn sees_result(&self) -> bool {
        let own = |at: &usize| self.scope.var(*at).role == Role::Own;
        let hidden: Vec<usize> = self.scope.visible().into_iter().filter(own).collect();
        self.accumulators.iter().all(|acc| hidden.iter().all(|&at| self.scope.var(at).name != acc.name))
    }

    /// What leaves the loop.
    fn exit(&mut self) -> Tree {
        let text = |it: &mut Self| it.value(&Ty::String, 2);
        match (self.random.below(6), self.returns) {
            (0 | 1, _) if self.loops.is_empty() && self.blocks.is_empty() => "break;".into(),
            (0 | 1, _) if self.label.is_some() => "break 'items;".into(),
            (2, _) if self.sees_result() => group!["return ", Tree::Result, ";"],
            (_, Returns::Plain) if self.label.is_some() => "break 'items;".into(),
            (_, Returns::Plain) if self.sees_result() => group!["return ", Tree::Result, ";"],
            (_, Returns::Plain) => "panic!(\"hidden\");".into(),
            // An error is returned on every rank, and an accumulator that it may be made of has its value on the root.
            (_, Returns::Result(_)) if self.root && self.scope.ordered => "continue;".into(),
            (_, Returns::Option) => "return None;".into(),
            (_, Returns::Result("String")) => group!["return Err(", text(self), ");"],
            (_, Returns::Result("std::num::ParseIntError")) => match self.random.below(2) {
                0 => group!["return Err(\"no number\".parse::<i64>().unwrap_err());"],
                _ => group!["return Err(read(&(", text(self), " + \"?\")).unwrap_err());"],
            },
            (_, Returns::Result("Trouble")) => match self.random.below(3) {
                0 => "return Err(Trouble::Missing);".into(),
                1 => group!["return Err(", text(self), ".into());"],
                _ => group!["return Err(Trouble::At(", self.value(&Ty::int("u64"), 2), "));"],
            },
            (_, Returns::Result(_)) => group!["return Err(", text(self), ".into());"],
        }
    }

    /// `if .. { continue; }`
    fn skip(&mut self, depth: usize) -> Tree {
        let condition = self.value(&Ty::Bool, 2);
        // Not too often, or nothing would be left of the iterations.
        let rarely = group!["(", condition, ") && ", self.quiet(&Ty::int("u64"), 0), " % 3 == 1"];
        if self.closures > 0 {
            let effect = self.block(1, depth.saturating_sub(1));
            return statement!["if ", rarely, " {", effect, "}"];
        }
        let mark = self.scope.mark();
        let mut inner = Vec::new();
        if self.random.chance(40) {
            inner.extend(self.effect());
        }
        self.scope.leave(mark);
        let jump = self.jump();
        statement!["if ", rarely, " {", Tree::Block(inner), jump, "}"]
    }

    /// What is inside a loop of the body.
    fn inside<T>(&mut self, label: Option<String>, make: impl FnOnce(&mut Self) -> T) -> T {
        self.loops.push(label);
        let blocks = std::mem::take(&mut self.blocks);
        self.scope.level += 1;
        let made = make(self);
        self.scope.level -= 1;
        self.blocks = blocks;
        self.loops.pop();
        made
    }

    fn inner_label(&mut self) -> Option<String> {
        self.random.chance(30).then(|| {
            self.names += 1;
            format!("'inner{}", self.names)
        })
    }

    fn inner_for(&mut self, depth: usize) -> Tree {
        let label = self.inner_label();
        let head = label.as_ref().map(|label| format!("{label}: ")).unwrap_or_default();
        let texts = self.named(|ty| matches!(ty, Ty::String | Ty::Str));
        let (source, ty, held) = match self.random.below(5) {
            0 if !texts.is_empty() => {
                let name = texts[self.random.below(texts.len())].clone();
                (format!("{name}.chars().take(4)").into(), Ty::Char, Some(name))
            }
            1 => {
                let ty = self.value_type(1);
                (group!["[", self.value(&ty, 1), ", ", self.value(&ty, 1), "]"], ty, None)
            }
            2 => (group!["0..", self.value(&Ty::int("u64"), 1), " % 4"], Ty::int("u64"), None),
            3 => {
                let ty = self.value_type(1);
                (self.value(&Ty::vec(ty.clone()), 1), ty, None)
            }
            _ => (format!("0..{}_usize", self.random.below(4)).into(), Ty::int("usize"), None),
        };
        let held = held
            .and_then(|held| self.scope.visible().into_iter().find(|&at| self.scope.var(at).name == held));
        held.into_iter().for_each(|at| self.scope.borrow(at));
        let mark = self.scope.mark();
        let name = self.local_name();
        let count = 1 + self.random.below(3);
        let block = self.inside(label, |it| {
            it.scope.bind(&name, ty, Role::Own, false);
            it.block(count, depth)
        });
        self.scope.leave(mark);
        held.into_iter().for_each(|at| self.scope.release(at));
        statement![head, format!("for {name} in "), source, " {", block, "}"]
    }

    fn inner_while(&mut self, depth: usize) -> Tree {
        let label = self.inner_label();
        let head = label.as_ref().map(|label| format!("{label}: ")).unwrap_or_default();
        let start = self.value(&Ty::int("u64"), 1);
        let name = self.fresh();
        let mark = self.scope.mark();
        let at = self.scope.bind(&name, Ty::int("u64"), Role::Own, true);
        self.scope.borrow(at);
        let count = 1 + self.random.below(2);
        let block = self.inside(label, |it| it.block(count, depth));
        self.scope.leave(mark);
        let (open, close) = match self.random.below(3) {
            0 => (format!("{head}loop {{ if {name} == 0 {{ break; }} {name} -= 1;"), "}"),
            1 => (format!("{head}while let Some(less) = {name}.checked_sub(1) {{ {name} = less;"), "}"),
            _ => (format!("{head}while {name} > 0 {{ {name} -= 1;"), "}"),
        };
        statement!["{ ", format!("let mut {name} = "), start, " % 4;", open, block, close, "}"]
    }

    /// A closure that is called for each of some.
    fn for_each(&mut self, depth: usize) -> Tree {
        let (source, ty) = match self.random.below(3) {
            0 => {
                let ty = self.value_type(1);
                (group!["(", self.value(&Ty::option(ty.clone()), 1), ").into_iter()"], ty)
            }
            1 => {
                let ty = self.value_type(1);
                (group!["(", self.value(&Ty::vec(ty.clone()), 1), ").into_iter()"], ty)
            }
            _ => (format!("(0..{}_u64)", self.random.below(4)).into(), Ty::int("u64")),
        };
        let mark = self.scope.mark();
        let name = self.local_name();
        self.closures += 1;
        let (loops, blocks) = (std::mem::take(&mut self.loops), std::mem::take(&mut self.blocks));
        self.scope.level += 1;
        self.scope.bind(&name, ty, Role::Own, false);
        let block = self.block(2, depth);
        self.scope.level -= 1;
        (self.loops, self.blocks) = (loops, blocks);
        self.closures -= 1;
        self.scope.leave(mark);
        statement![source, format!(".for_each(|{name}| {{"), block, "});"]
    }

    fn labelled(&mut self, depth: usize) -> Tree {
        self.names += 1;
        let label = format!("'block{}", self.names);
        let condition = self.value(&Ty::Bool, 1);
        self.blocks.push(label.clone());
        let first = self.block(1, depth);
        let second = self.block(2, depth);
        self.blocks.pop();
        statement![
            format!("{label}: {{ {{"),
            first,
            "} if ",
            condition,
            format!(" {{ break {label}; }}"),
            second,
            "}"
        ]
    }
}
