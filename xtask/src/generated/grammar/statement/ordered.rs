//! What is run in loop order: pieces that say so, and statements that accumulators decide on.

use crate::generated::grammar::Generator;
use crate::generated::scope::Role;
use crate::generated::tree::{Tree, group, statement};
use crate::generated::types::Ty;

impl Generator {
    /// What is run in loop order because it says so.
    pub(in crate::generated::grammar) fn serial(&mut self, depth: usize) -> Tree {
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
    pub(in crate::generated::grammar) fn grouped(&mut self) -> Tree {
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
    pub(in crate::generated::grammar) fn in_order<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.scope.ordered, self.scope.light, self.scope.quiet);
        (self.scope.ordered, self.scope.light, self.scope.quiet) = (true, true, true);
        let made = make(self);
        (self.scope.ordered, self.scope.light, self.scope.quiet) = before;
        made
    }
}
