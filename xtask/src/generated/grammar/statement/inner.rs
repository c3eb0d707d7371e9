//! Loops, closures and blocks inside the body.

use crate::generated::grammar::Generator;
use crate::generated::scope::Role;
use crate::generated::tree::{Tree, group, statement};
use crate::generated::types::Ty;

impl Generator {
    /// What is inside a loop of the body.
    pub(in crate::generated::grammar) fn inside<T>(
        &mut self,
        label: Option<String>,
        make: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.loops.push(label);
        let blocks = std::mem::take(&mut self.blocks);
        self.scope.level += 1;
        let made = make(self);
        self.scope.level -= 1;
        self.blocks = blocks;
        self.loops.pop();
        made
    }

    pub(in crate::generated::grammar) fn inner_label(&mut self) -> Option<String> {
        self.random.chance(30).then(|| {
            self.names += 1;
            format!("'inner{}", self.names)
        })
    }

    pub(in crate::generated::grammar) fn inner_for(&mut self, depth: usize) -> Tree {
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

    pub(in crate::generated::grammar) fn inner_while(&mut self, depth: usize) -> Tree {
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
    pub(in crate::generated::grammar) fn for_each(&mut self, depth: usize) -> Tree {
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

    pub(in crate::generated::grammar) fn labelled(&mut self, depth: usize) -> Tree {
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
