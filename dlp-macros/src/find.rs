//! Finds the loop to split in a function, and what is in scope there.
//!
//! Takes the outermost `for` loops out and leaves a mark; says nothing of whether there are too few or too many.

use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprForLoop, FnArg, Item, ItemFn, Local, ReceiverKind};

use crate::mark::Mark;
use crate::scope::{self, Known, Origin, Scopes, Walk};

/// The loops of a function.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The outermost `for` loops, each with its place.
    pub(crate) loops: Vec<(ExprForLoop, Position)>,
    /// The other loops that stand outside of those, for messages.
    pub(crate) others: Vec<Other>,
}

/// Where a loop stands.
#[derive(Debug)]
pub(crate) struct Position {
    /// The variables in scope.
    pub(crate) scopes: Scopes,
    /// The number of the function's statement that holds it.
    pub(crate) statement: usize,
}

/// A loop that is not split.
#[derive(Debug)]
pub(crate) enum Other {
    /// A `while` or a `loop`.
    Unbounded,
    /// A `for` inside one of those, a closure or an `async` block.
    Inner,
}

/// Takes the outermost `for` loops out of `function`, with [`Mark::Loop`] in their places.
pub(crate) fn take(function: &mut ItemFn) -> Found {
    let mut finder = Finder { scopes: Scopes::default(), found: Found::default(), depth: 0, statement: 0 };
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                let exclusive = match &receiver.kind {
                    ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
                    ReceiverKind::Typed(_, ty) => scope::is_exclusive(ty),
                    _ => false,
                };
                let mutable = exclusive || receiver.mutability.is_some();
                let name = receiver.self_token.into();
                finder.scopes.declare(name, mutable, exclusive, true, Origin::Outer);
            }
            FnArg::Typed(typed) => finder.scopes.bind(&typed.pat, Known::Type(&typed.ty), Origin::Outer),
        }
    }
    finder.scopes.push();
    for (statement, stmt) in function.block.stmts.iter_mut().enumerate() {
        finder.statement = statement;
        finder.visit_stmt_mut(stmt);
    }
    finder.found
}

struct Finder {
    scopes: Scopes,
    found: Found,
    /// How many loops, closures and `async` blocks are around.
    depth: usize,
    statement: usize,
}

impl Finder {
    fn inside(&mut self, expr: &mut Expr) {
        self.depth += 1;
        scope::walk_expr(self, expr);
        self.depth -= 1;
    }
}

impl Walk for Finder {
    fn scopes(&mut self) -> &mut Scopes {
        &mut self.scopes
    }

    fn origin(&self) -> Origin {
        Origin::Outer
    }
}

impl VisitMut for Finder {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::ForLoop(_) if self.depth == 0 => {
                let Expr::ForLoop(taken) = std::mem::replace(expr, Mark::Loop.expr()) else { unreachable!() };
                let position = Position { scopes: self.scopes.clone(), statement: self.statement };
                self.found.loops.push((taken, position));
            }
            Expr::ForLoop(_) => {
                self.found.others.push(Other::Inner);
                self.inside(expr);
            }
            Expr::While(_) | Expr::Loop(_) => {
                self.found.others.push(Other::Unbounded);
                self.inside(expr);
            }
            Expr::Closure(_) | Expr::Async(_) => self.inside(expr),
            Expr::Assign(assign) => {
                if let Expr::Path(path) = &*assign.left
                    && let Some(variable) = path.path.get_ident().and_then(|name| self.scopes.resolve(name))
                {
                    let id = variable.id;
                    self.scopes.initialise(id);
                }
                visit_mut::visit_expr_mut(self, expr);
            }
            _ => scope::walk_expr(self, expr),
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        scope::walk_block(self, block);
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        scope::walk_local(self, local);
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn the_outermost_loops_are_found_wherever_they_stand() {
        let mut function = parse_quote! {
            fn f(a: &mut Vec<u8>, mut b: u8) {
                fn item() { for _ in 0..1 {} }
                let c;
                if let Some(d) = g() {
                    unsafe { for x in 0..3 { for y in 0..x {} } }
                }
                while b > 0 { for _ in 0..2 {} }
                c = || for _ in 0..1 {};
                match b { 0 => for _ in 0..4 {}, _ => {} }
            }
        };
        let found = take(&mut function);
        assert_eq!(found.loops.len(), 2);
        assert_eq!(found.others.len(), 3);
        let names = |at: usize| -> Vec<String> {
            let variables = found.loops[at].1.scopes.visible();
            variables.iter().map(|variable| variable.ident.to_string()).collect()
        };
        assert_eq!(names(0), ["a", "b", "c", "d"]);
        assert_eq!(names(1), ["a", "b", "c"]);
        let variable = |at: usize, name| found.loops[at].1.scopes.resolve(&name).unwrap().clone();
        assert!(!variable(0, parse_quote!(c)).initialised && variable(1, parse_quote!(c)).initialised);
        assert!(variable(0, parse_quote!(a)).exclusive && variable(0, parse_quote!(b)).mutable);
        assert_eq!((found.loops[0].1.statement, found.loops[1].1.statement), (2, 5));
    }
}
