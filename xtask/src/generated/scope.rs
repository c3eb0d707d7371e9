//! The names that a generated program may use where it stands.

use super::types::Ty;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Declared before the loop, and never written.
    Plain,
    /// The iteration's own.
    Own,
    /// The accumulator of this number.
    Accumulator(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Var {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) role: Role,
    pub(super) mutable: bool,
    /// A reference that ends with the iteration.
    pub(super) short: bool,
    /// How many inner loops and closures were around its declaration: from within more, it cannot be moved.
    pub(super) level: usize,
    pub(super) moved: bool,
    /// An accumulator that can be read by its name, where that is allowed.
    pub(super) open: bool,
    /// A `&mut`, of whose target it has the type of a `&`.
    pub(super) exclusive: bool,
    /// How many borrows of it are alive.
    pub(super) borrowed: usize,
}

#[derive(Debug, Default)]
pub(super) struct Scope {
    vars: Vec<Var>,
    /// How many inner loops and closures are around.
    pub(super) level: usize,
    /// Inside a closure that lives on: it may use only what can be copied and does not change.
    pub(super) kept: bool,
    /// Nothing may be done that could be noticed, nor moved.
    pub(super) quiet: bool,
    /// What stands here is run in loop order: accumulators may be read.
    pub(super) ordered: bool,
    /// Only what is so little that every rank may do it.
    pub(super) light: bool,
}

impl Scope {
    pub(super) fn bind(&mut self, name: &str, ty: Ty, role: Role, mutable: bool) -> usize {
        let name = name.to_owned();
        self.vars.push(Var {
            name,
            ty,
            role,
            mutable,
            short: false,
            level: self.level,
            moved: false,
            open: false,
            exclusive: false,
            borrowed: 0,
        });
        self.vars.len() - 1
    }

    pub(super) fn open(&mut self, at: usize) {
        self.vars[at].open = true;
    }

    /// It is a `&mut`.
    pub(super) fn exclude(&mut self, at: usize) {
        let var = &mut self.vars[at];
        (var.exclusive, var.short, var.mutable) = (true, true, true);
    }

    /// It is declared outside the loop, and cannot be moved out of.
    pub(super) fn keep(&mut self, at: usize) {
        self.vars[at].level = usize::MAX;
    }

    /// An accumulator that is an input of what follows.
    pub(super) fn settle(&mut self, at: usize) {
        self.vars[at].role = Role::Plain;
    }

    pub(super) fn unsettle(&mut self, at: usize, number: usize) {
        self.vars[at].role = Role::Accumulator(number);
    }

    pub(super) fn shorten(&mut self, at: usize) {
        self.vars[at].short = true;
    }

    pub(super) fn mark(&self) -> usize {
        self.vars.len()
    }

    pub(super) fn leave(&mut self, mark: usize) {
        self.vars.truncate(mark);
    }

    pub(super) fn var(&self, at: usize) -> &Var {
        &self.vars[at]
    }

    pub(super) fn borrow(&mut self, at: usize) {
        self.vars[at].borrowed += 1;
    }

    pub(super) fn release(&mut self, at: usize) {
        self.vars[at].borrowed -= 1;
    }

    pub(super) fn move_out(&mut self, at: usize) {
        self.vars[at].moved = true;
    }

    /// The places of the names that can be seen here, whatever they stand for.
    pub(super) fn visible(&self) -> Vec<usize> {
        (0..self.vars.len())
            .filter(|&at| self.vars[at + 1..].iter().all(|later| later.name != self.vars[at].name))
            .collect()
    }

    /// Those of variables that may be read.
    pub(super) fn readable(&self) -> Vec<usize> {
        let can = |var: &Var| {
            let given = match var.role {
                Role::Accumulator(_) => self.ordered && var.open && var.borrowed == 0,
                _ => true,
            };
            given && !var.moved && (!self.kept || (var.ty.is_copy() && !var.mutable))
        };
        self.visible().into_iter().filter(|&at| can(&self.vars[at])).collect()
    }

    /// Those of the iteration's own variables that may be changed.
    pub(super) fn changeable(&self) -> Vec<usize> {
        let can = |var: &Var| var.role == Role::Own && var.mutable && !var.moved && var.borrowed == 0;
        self.visible().into_iter().filter(|&at| can(&self.vars[at])).collect()
    }

    pub(super) fn can_move(&self, at: usize) -> bool {
        let var = &self.vars[at];
        var.role == Role::Own && var.level == self.level && var.borrowed == 0 && !self.quiet && !self.kept
    }

    /// The numbers of the accumulators that are not shadowed.
    pub(super) fn accumulators(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self
            .visible()
            .into_iter()
            .filter_map(|at| match self.vars[at].role {
                Role::Accumulator(number) if self.vars[at].borrowed == 0 => Some(number),
                _ => None,
            })
            .collect();
        all.sort_unstable();
        all
    }
}
