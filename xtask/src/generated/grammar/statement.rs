//! Statements of the loop's body.

mod inner;
mod jump;
mod ordered;

use super::Generator;
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
}
