//! Takes a loop apart: from the user's syntax to the model.
//!
//! A walk through the body that knows what each name stands for. It takes the effects out and leaves marks, and
//! notes what the checks have to judge. Writes no code and no messages.

mod alias;
mod closure;
mod effect;
mod exit;
mod format;
mod lift;
mod light;
mod piece;
mod source;
mod statement;
mod value;
pub(crate) mod words;

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprForLoop, Ident, Item, Lifetime, Local, Token};

use self::closure::Kept;
use self::lift::Draft;
use self::piece::{Change, Piece};
use crate::mark::Mark;
use crate::model::{Alias, Call, Effect, Exit, Finding, How, Leaving, Read, Split, What};
use crate::place::Place;
use crate::scope::{self, Known, Origin, Scopes, Walk};
use crate::scratch::Buffer;

/// Takes apart the loop `written`, where `scopes` are in scope. Of the variables `scratch` each iteration has its own.
pub(crate) fn analyze(written: &ExprForLoop, scopes: &Scopes, scratch: &[Buffer]) -> Split {
    // Once to see what is written, and once more when that is known.
    let first = pass(written, scopes.clone(), scratch, Vec::new());
    let accumulators = first.accumulators();
    pass(written, scopes.clone(), scratch, accumulators)
}

fn pass(written: &ExprForLoop, mut scopes: Scopes, scratch: &[Buffer], accumulators: Vec<Place>) -> Split {
    let mut body = written.body.clone();
    let written_items = source::writes(&written.expr, &scopes).then(|| {
        let names = scope::bindings(&written.pat, false);
        names.into_iter().map(|binding| (binding.ident, binding.changes)).collect()
    });
    scopes.push();
    for Buffer { variable, .. } in scratch {
        scopes.declare(variable.ident.clone(), true, false, true, Origin::Local);
    }
    // What is written to is not the same wherever the item is.
    let origin = if written_items.is_some() { Origin::Local } else { Origin::Item };
    scopes.bind(&written.pat, Known::Nothing, origin);
    let mut analyzer = Analyzer {
        scopes,
        label: written.label.as_ref().map(|label| label.name.clone()),
        accumulators,
        targets: Vec::new(),
        blocks: Vec::new(),
        unsafe_blocks: 0,
        effects: Vec::new(),
        exits: Vec::new(),
        tentative: false,
        aliases: Vec::new(),
        findings: Vec::new(),
        reads: Vec::new(),
        uses: Vec::new(),
        rounds: Vec::new(),
        kept: None,
        piece: None,
        changed: Vec::new(),
    };
    let items = analyzer.hoist(&mut body);
    analyzer.block(&mut body, Some(Unused::Discarded));
    analyzer.check_changes();
    let Analyzer { effects, exits, tentative, aliases, findings, reads, .. } = analyzer;
    let (original, written) = (written.clone(), written.clone());
    let scratch = scratch.to_vec();
    Split {
        original,
        written,
        items,
        body,
        effects,
        exits,
        written_items,
        scratch,
        repeated: false,
        tentative,
        aliases,
        findings,
        reads,
    }
}

struct Analyzer {
    scopes: Scopes,
    /// The label of the loop that is split.
    label: Option<Lifetime>,
    /// The places outside the loop that it writes, as far as they are known yet.
    accumulators: Vec<Place>,
    /// What `break`, `continue`, `return` and `?` can refer to inside the body, innermost last.
    targets: Vec<Target>,
    /// The items of the inner blocks around.
    blocks: Vec<Vec<Item>>,
    /// How many `unsafe` blocks are around.
    unsafe_blocks: usize,
    effects: Vec<Effect>,
    exits: Vec<Exit>,
    tentative: bool,
    aliases: Vec<Alias>,
    findings: Vec<Finding>,
    reads: Vec<Read>,
    /// Where names of the iteration's own are used.
    uses: Vec<Use>,
    /// The loops inside the body around: the id of the next variable, and the number of uses, where each begins.
    rounds: Vec<(usize, usize)>,
    /// Inside a closure that stays in the statement of an effect.
    kept: Option<Kept>,
    /// Inside a piece that is run in loop order as it stands.
    piece: Option<Piece>,
    /// The variables of the iteration's own that such pieces change.
    changed: Vec<Change>,
}

/// A use of a variable of the iteration's own.
struct Use {
    ident: Ident,
    id: usize,
    origin: Origin,
    /// In a piece that is run in loop order.
    in_order: bool,
}

enum Target {
    Loop(Option<Lifetime>),
    Block(Lifetime),
    /// A closure or an `async` block.
    Function {
        awaits: bool,
    },
}

/// Why the value of an expression is not used.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Unused {
    /// It is a statement, or may as well be one.
    Discarded,
    /// It is the value of a closure, which may be `()`; `expected` where the closure must have no other.
    Unit { expected: bool },
}

/// Where a `break` or `continue` goes.
enum Aim {
    Inside,
    /// The loop that is split.
    Ours,
    Outside(Lifetime),
}

impl Analyzer {
    fn note(&mut self, tokens: &dyn ToTokens, what: What) {
        self.findings.push(Finding { tokens: tokens.to_token_stream(), what });
    }

    fn in_function(&self) -> bool {
        self.targets.iter().any(|target| matches!(target, Target::Function { .. }))
    }

    fn may_await(&self) -> bool {
        self.targets.iter().any(|target| matches!(target, Target::Function { awaits: true }))
    }

    fn aim(&self, label: Option<&Lifetime>) -> Aim {
        for target in self.targets.iter().rev() {
            match (target, label) {
                (Target::Function { .. }, _) | (Target::Loop(_), None) => return Aim::Inside,
                (Target::Loop(Some(name)) | Target::Block(name), Some(label)) if name == label => {
                    return Aim::Inside;
                }
                _ => {}
            }
        }
        match label {
            Some(label) if self.label.as_ref() != Some(label) => Aim::Outside(label.clone()),
            _ => Aim::Ours,
        }
    }

    /// The arguments of a call of `method`.
    fn arguments(&mut self, method: &Ident, arguments: &mut Punctuated<Expr, Token![,]>) {
        for argument in arguments {
            match argument {
                Expr::Closure(closure) => self.closure(closure, words::consumes_unit(method)),
                _ => self.visit_expr_mut(argument),
            }
        }
    }

    /// A method call whose value is used.
    fn method(&mut self, call: &mut syn::ExprMethodCall) {
        let method = &call.method;
        let place = Place::of(effect::base(&call.receiver), &self.scopes);
        if let Some(kept) = &mut self.kept {
            let changes = |place: &Place| place.is_mutable() && words::mutates(method);
            kept.changes.extend(place.filter(changes));
            self.visit_expr_mut(&mut call.receiver);
            return self.arguments(&call.method, &mut call.args);
        }
        if self.piece.is_some() {
            return self.method_in_piece(call);
        }
        match place {
            // Statics are looked at under a lock, more often than not; what counts them up changes them.
            Some(place) if words::hands_out(method) && (!place.is_static() || words::counts(method)) => {
                self.note(method, What::HandedOut { place, method: method.clone() });
            }
            Some(place) if place.is_mutable() && words::surely_mutates(method) => {
                self.note(method, What::ValueUsed { place, call: Call::Method(method.clone()) });
            }
            _ => match Place::of(&call.receiver, &self.scopes) {
                Some(place) => {
                    let tokens = call.receiver.to_token_stream();
                    self.read(place, tokens, How::Method(method.clone()));
                }
                None => self.visit_expr_mut(&mut call.receiver),
            },
        }
        self.arguments(&call.method, &mut call.args);
    }

    /// A variable, or a field of one.
    fn name(&mut self, expr: &mut Expr) {
        if let Some(place) = Place::of(expr, &self.scopes) {
            let kept = self.kept.iter().flat_map(|kept| &kept.accumulators);
            match kept.into_iter().find(|(accumulator, _)| *accumulator == place) {
                Some((_, number)) => *expr = Mark::Place(*number).expr(),
                None => self.read(place, expr.to_token_stream(), How::Plainly),
            }
            return;
        }
        match expr {
            Expr::Path(path) => {
                if let Some(name) = path.path.get_ident() {
                    self.used(&name.clone());
                }
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    /// A place outside the loop is read. In a piece that is run in loop order, it may be.
    fn read(&mut self, place: Place, tokens: proc_macro2::TokenStream, how: How) {
        match &mut self.piece {
            Some(piece) if self.kept.is_none() => {
                piece.draft.number(place);
            }
            piece => {
                let parallel = piece.is_none() && self.kept.is_none();
                self.reads.push(Read { place, tokens, how, parallel });
            }
        }
    }

    /// `name` is used, and is no place outside the loop.
    fn used(&mut self, name: &Ident) {
        if let Some(variable) = self.scopes.resolve(name)
            && variable.origin != Origin::Outer
        {
            let (ident, id, origin) = (variable.ident.clone(), variable.id, variable.origin);
            self.uses.push(Use { ident, id, origin, in_order: self.piece.is_some() });
        }
    }

    /// An assignment or a `&mut` that is no effect.
    fn changed(&mut self, target: &Expr, tokens: &dyn ToTokens) {
        let base = effect::base(target);
        if self.piece.is_some() && self.kept.is_none() {
            return self.changed_in_piece(base, false);
        }
        match (Place::of(base, &self.scopes), &mut self.kept) {
            (Some(place), Some(kept)) => kept.changes.push(place),
            (Some(place), None) => self.note(tokens, What::Borrowed(place)),
            (None, Some(kept)) => {
                let captured = kept.captured;
                let own = |name: &&Ident| self.scopes.resolve(name).is_some_and(|known| known.id < captured);
                if let Some(name) = effect::root(base).filter(own) {
                    self.note(name, What::ClosureChanges(name.clone()));
                }
            }
            (None, None) => {}
        }
    }
}

impl Walk for Analyzer {
    fn scopes(&mut self) -> &mut Scopes {
        &mut self.scopes
    }

    fn origin(&self) -> Origin {
        Origin::Local
    }
}

impl VisitMut for Analyzer {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        self.unfold_way_out(expr);
        if let Some(attribute) = Self::take_serial(expr).filter(|_| self.piece.is_none()) {
            self.note(&attribute, What::SerialValue);
            return self.pass_over(expr);
        }
        match expr {
            Expr::Continue(jump) => match self.aim(jump.label.as_ref()) {
                Aim::Inside => {}
                Aim::Ours => {
                    // What the iteration does after that was done, and must not count.
                    self.tentative |= self.piece.is_some();
                    *expr = Mark::Next.expr();
                }
                Aim::Outside(label) => self.note(&label.clone(), What::Jump(label)),
            },
            Expr::Break(jump) => {
                visit_mut::visit_expr_break_mut(self, jump);
                match self.aim(jump.label.as_ref()) {
                    Aim::Inside => {}
                    Aim::Ours => *expr = self.leave(jump.break_token.span, Leaving::Break, Draft::default()),
                    Aim::Outside(label) => self.note(&label.clone(), What::Jump(label)),
                }
            }
            Expr::Return(jump) if self.in_function() => visit_mut::visit_expr_return_mut(self, jump),
            Expr::Return(jump) => {
                let (span, mut value, mut draft) =
                    (jump.return_token.span, jump.expr.take(), Draft::default());
                if let Some(value) = &mut value {
                    self.exit_value(value, &mut draft);
                }
                *expr = self.leave(span, Leaving::Return(value), draft);
            }
            Expr::Try(question) if self.in_function() => self.visit_expr_mut(&mut question.expr),
            Expr::Try(question) => {
                let span = question.question_token.span;
                self.visit_expr_mut(&mut question.expr);
                let inner = question.expr.to_token_stream();
                *expr = self.question(span, &inner);
            }
            Expr::Await(wait) => {
                if !self.may_await() {
                    self.note(&wait.await_token, What::Await);
                }
                self.visit_expr_mut(&mut wait.base);
            }
            Expr::Async(inner) => {
                self.targets.push(Target::Function { awaits: true });
                self.block(&mut inner.block, None);
                self.targets.pop();
            }
            Expr::Closure(closure) => self.closure(closure, false),
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => self.inner_loop(expr),
            Expr::Block(inner) => self.labelled(inner, None),
            Expr::Unsafe(inner) => self.unsafe_block(inner, None),
            Expr::Macro(_) => {
                // Printing has the value `()`, so it may stand anywhere.
                if !self.print(expr) {
                    let Expr::Macro(call) = expr else { unreachable!("left as it was") };
                    self.macro_call(&mut call.mac);
                }
            }
            Expr::Assign(_) | Expr::Binary(_) if effect::is_assignment(expr) => {
                // The value of an assignment is `()`, so it may stand anywhere.
                if !self.effect(expr, Unused::Discarded) {
                    if let Expr::Assign(syn::ExprAssign { left, .. })
                    | Expr::Binary(syn::ExprBinary { left, .. }) = &*expr
                        && (self.kept.is_some() || self.piece.is_some())
                    {
                        self.changed(left, left);
                    }
                    visit_mut::visit_expr_mut(self, expr);
                }
            }
            Expr::MethodCall(call) => {
                let alias = self.alias(call);
                self.method(call);
                if let Some(alias) = alias {
                    self.beside(alias, expr);
                }
            }
            Expr::Call(call) => {
                let alias = self.alias_called(call);
                let called = Place::of(&call.func, &self.scopes).filter(Place::is_mutable);
                match (&mut self.kept, &mut self.piece) {
                    (Some(kept), _) => kept.changes.extend(called),
                    (None, Some(piece)) => piece.written.extend(called),
                    (None, None) => {}
                }
                visit_mut::visit_expr_mut(self, expr);
                if let Some(alias) = alias {
                    self.beside(alias, expr);
                }
            }
            Expr::Reference(reference) if reference.mutability.is_some() => {
                self.changed(&reference.expr, reference);
                let stays = self.kept.is_some() || self.piece.is_some();
                if stays || Place::of(effect::base(&reference.expr), &self.scopes).is_none() {
                    self.visit_expr_mut(&mut reference.expr);
                }
            }
            Expr::Path(_) | Expr::Field(_) => self.name(expr),
            _ => scope::walk_expr(self, expr),
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.block(block, None);
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        self.check_guard(local);
        scope::walk_local(self, local);
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

#[cfg(test)]
mod tests;
