//! Finds the loops to split in a function, and what is in scope there.
//!
//! Takes the marked `for` loops out, or the outermost ones where none is marked, and leaves marks of its own; says nothing
//! of whether there are too few or too many.

use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, ExprForLoop, FnArg, Item, ItemFn, Local, ReceiverKind};

use crate::mark::Mark;
use crate::scope::{self, Known, Origin, Scopes, Walk};

/// The loops of a function.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The loops to split, in the order of the text.
    pub(crate) loops: Vec<Loop>,
    /// The other loops that stand outside of those, for messages.
    pub(crate) others: Vec<Other>,
    /// The marks that do not stand on a loop that can be taken.
    pub(crate) stray: Vec<(Attribute, Stray)>,
    /// Whether there are marks.
    pub(crate) marked: bool,
}

/// A loop to split, with its place.
#[derive(Debug)]
pub(crate) struct Loop {
    pub(crate) written: ExprForLoop,
    pub(crate) position: Position,
    /// The mark on it.
    pub(crate) mark: Option<Attribute>,
}

/// Where a loop stands.
#[derive(Debug)]
pub(crate) struct Position {
    /// The variables in scope.
    pub(crate) scopes: Scopes,
    /// The number of the function's statement that holds it.
    pub(crate) statement: usize,
    /// Where it is inside another loop, which is not split: the first of the variables that are new in each round of the
    /// innermost one.
    pub(crate) round: Option<usize>,
}

impl Position {
    /// Whether it is inside another loop, which is not split.
    pub(crate) fn repeated(&self) -> bool {
        self.round.is_some()
    }
}

/// A loop that is not split.
#[derive(Debug)]
pub(crate) enum Other {
    /// A `while` or a `loop`.
    Unbounded,
    /// A `for` inside one of those, a closure or an `async` block.
    Inner,
}

/// Why a mark stands where it cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stray {
    /// On something that is no `for` loop.
    NoLoop,
    /// On a `while` or a `loop`.
    Unbounded,
    /// In a closure or an `async` block.
    Closure,
    /// In a loop that is marked too.
    Nested,
}

/// Takes the loops to split out of `function`, with [`Mark::Loop`] in their places.
pub(crate) fn take(function: &mut ItemFn) -> Found {
    let mut found = Found { marked: is_marked(function), ..Found::default() };
    found.stray = strays(function);
    let mut finder =
        Finder { scopes: Scopes::default(), found, loops: Vec::new(), closures: 0, statement: 0 };
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
            FnArg::Typed(typed) => {
                finder.scopes.bind(&typed.pat, Known::Type(&typed.ty, None), Origin::Outer);
            }
        }
    }
    finder.scopes.push();
    for (statement, stmt) in function.block.stmts.iter_mut().enumerate() {
        finder.statement = statement;
        finder.visit_stmt_mut(stmt);
    }
    finder.found
}

/// Whether an attribute is the mark of a loop to split.
fn is_mark(attribute: &Attribute) -> bool {
    crate::check::mark(attribute) == Some("parallel")
}

fn is_marked(function: &ItemFn) -> bool {
    struct Marked(bool);
    impl<'ast> Visit<'ast> for Marked {
        fn visit_attribute(&mut self, attribute: &'ast Attribute) {
            self.0 |= is_mark(attribute);
        }

        fn visit_item(&mut self, _: &'ast Item) {}
    }
    let mut marked = Marked(false);
    marked.visit_block(&function.block);
    marked.0
}

/// The marks that stand where they cannot.
fn strays(function: &ItemFn) -> Vec<(Attribute, Stray)> {
    #[derive(Default)]
    struct Strays {
        found: Vec<(Attribute, Stray)>,
        marked: usize,
        closures: usize,
    }
    impl<'ast> Visit<'ast> for Strays {
        fn visit_attribute(&mut self, attribute: &'ast Attribute) {
            if is_mark(attribute) {
                self.found.push((attribute.clone(), Stray::NoLoop));
            }
        }

        fn visit_expr_for_loop(&mut self, each: &'ast ExprForLoop) {
            let mark = each.attrs.iter().find(|attribute| is_mark(attribute));
            if let Some(mark) = mark {
                if self.marked > 0 {
                    self.found.push((mark.clone(), Stray::Nested));
                } else if self.closures > 0 {
                    self.found.push((mark.clone(), Stray::Closure));
                }
            }
            self.marked += usize::from(mark.is_some());
            visit::visit_expr(self, &each.expr);
            visit::visit_block(self, &each.body);
            self.marked -= usize::from(mark.is_some());
        }

        fn visit_expr(&mut self, expr: &'ast Expr) {
            let unbounded = match expr {
                Expr::While(each) => &each.attrs[..],
                Expr::Loop(each) => &each.attrs[..],
                _ => &[],
            };
            if let Some(mark) = unbounded.iter().find(|attribute| is_mark(attribute)) {
                self.found.push((mark.clone(), Stray::Unbounded));
                match expr {
                    Expr::While(each) => visit::visit_block(self, &each.body),
                    Expr::Loop(each) => visit::visit_block(self, &each.body),
                    _ => {}
                }
                return;
            }
            let closure = matches!(expr, Expr::Closure(_) | Expr::Async(_));
            self.closures += usize::from(closure);
            visit::visit_expr(self, expr);
            self.closures -= usize::from(closure);
        }

        fn visit_item(&mut self, _: &'ast Item) {}
    }
    let mut strays = Strays::default();
    strays.visit_block(&function.block);
    strays.found
}

struct Finder {
    scopes: Scopes,
    found: Found,
    /// For each loop around, innermost last, the first variable that is new in each of its rounds.
    loops: Vec<usize>,
    /// How many closures and `async` blocks are around.
    closures: usize,
    statement: usize,
}

impl Finder {
    fn inside(&mut self, expr: &mut Expr) {
        let closure = matches!(expr, Expr::Closure(_) | Expr::Async(_));
        if closure {
            self.closures += 1;
            scope::walk_expr(self, expr);
            self.closures -= 1;
        } else {
            self.loops.push(self.scopes.next());
            scope::walk_expr(self, expr);
            self.loops.pop();
        }
    }

    /// Whether a loop is to be split.
    fn is_ours(&self, each: &ExprForLoop) -> bool {
        let marked = each.attrs.iter().any(is_mark);
        self.closures == 0 && if self.found.marked { marked } else { self.loops.is_empty() }
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
            Expr::ForLoop(each) if self.is_ours(each) => {
                let number = self.found.loops.len();
                let Expr::ForLoop(mut written) = std::mem::replace(expr, Mark::Loop(number).expr()) else {
                    unreachable!("just matched")
                };
                let mark = written.attrs.iter().position(is_mark).map(|at| written.attrs.remove(at));
                let round = self.loops.last().copied();
                let position = Position { scopes: self.scopes.clone(), statement: self.statement, round };
                self.found.loops.push(Loop { written, position, mark });
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
            let variables = found.loops[at].position.scopes.visible();
            variables.iter().map(|variable| variable.ident.to_string()).collect()
        };
        assert_eq!(names(0), ["a", "b", "c", "d"]);
        assert_eq!(names(1), ["a", "b", "c"]);
        let variable = |at: usize, name| found.loops[at].position.scopes.resolve(&name).unwrap().clone();
        assert!(!variable(0, parse_quote!(c)).initialised && variable(1, parse_quote!(c)).initialised);
        assert!(variable(0, parse_quote!(a)).exclusive && variable(0, parse_quote!(b)).mutable);
        assert_eq!((found.loops[0].position.statement, found.loops[1].position.statement), (2, 5));
    }
    #[test]
    fn marked_loops_are_found_at_any_depth() {
        let mut function = parse_quote! {
            fn f() {
                for epoch in 0..3 {
                    #[parallel(chunk = 2)]
                    for x in 0..epoch {
                        #[dlp::parallel]
                        for y in 0..x {}
                    }
                }
                #[parallel]
                for z in 0..3 {}
                || { #[parallel] for z in 0..3 {} };
                #[parallel]
                while true {}
                #[parallel]
                f();
            }
        };
        let found = take(&mut function);
        assert_eq!(
            found.loops.iter().map(|found| found.position.repeated()).collect::<Vec<_>>(),
            [true, false]
        );
        assert!(found.loops.iter().all(|found| found.mark.is_some()));
        let strays: Vec<Stray> = found.stray.iter().map(|(_, stray)| *stray).collect();
        assert_eq!(strays, [Stray::Nested, Stray::Closure, Stray::Unbounded, Stray::NoLoop]);
    }
}
