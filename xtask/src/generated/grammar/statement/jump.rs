//! Ways out of an iteration, of an inner loop, and of the loop.

use crate::generated::grammar::Generator;
use crate::generated::program::Returns;
use crate::generated::scope::Role;
use crate::generated::tree::{Tree, group, statement};
use crate::generated::types::Ty;

impl Generator {
    pub(in crate::generated::grammar) fn let_else(&mut self) -> Option<Tree> {
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
    pub(in crate::generated::grammar) fn jump(&mut self) -> Tree {
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
    pub(in crate::generated::grammar) fn sees_result(&self) -> bool {
        let own = |at: &usize| self.scope.var(*at).role == Role::Own;
        let hidden: Vec<usize> = self.scope.visible().into_iter().filter(own).collect();
        self.accumulators.iter().all(|acc| hidden.iter().all(|&at| self.scope.var(at).name != acc.name))
    }

    /// What leaves the loop.
    pub(in crate::generated::grammar) fn exit(&mut self) -> Tree {
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
    pub(in crate::generated::grammar) fn skip(&mut self, depth: usize) -> Tree {
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
}
