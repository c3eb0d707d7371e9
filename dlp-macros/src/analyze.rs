//! Takes a loop apart: from the user's syntax to the model.
//!
//! A walk through the body that knows what each name stands for. It takes the effects out and leaves marks, and
//! notes what the checks have to judge. Writes no code and no messages.

mod effect;
mod format;
mod lift;
mod words;

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprBlock, ExprClosure, ExprForLoop, Ident, Item, Lifetime, Local, Pat, Stmt, Token};

use crate::mark::Mark;
use crate::model::{Effect, Finding, How, Read, Split};
use crate::place::Place;
use crate::scope::{self, Known, Origin, Scopes, Walk};

/// Takes apart the loop `written`, where `scopes` are in scope.
pub(crate) fn analyze(written: ExprForLoop, mut scopes: Scopes) -> Split {
    let mut body = written.body.clone();
    scopes.push();
    scopes.bind(&written.pat, Known::Nothing, Origin::Item);
    let mut analyzer = Analyzer {
        scopes,
        label: written.label.as_ref().map(|label| label.name.clone()),
        targets: Vec::new(),
        blocks: Vec::new(),
        effects: Vec::new(),
        findings: Vec::new(),
        reads: Vec::new(),
        uses: Vec::new(),
        kept: None,
    };
    let items = analyzer.hoist(&mut body);
    analyzer.block(&mut body, Some(Unused::Discarded));
    let Analyzer { effects, findings, reads, .. } = analyzer;
    Split { written, items, body, effects, findings, reads }
}

struct Analyzer {
    scopes: Scopes,
    /// The label of the loop that is split.
    label: Option<Lifetime>,
    /// What `break`, `continue`, `return` and `?` can refer to inside the body, innermost last.
    targets: Vec<Target>,
    /// The items of the inner blocks around.
    blocks: Vec<Vec<Item>>,
    effects: Vec<Effect>,
    findings: Vec<Finding>,
    reads: Vec<Read>,
    /// Where names of the iteration's own are used.
    uses: Vec<Use>,
    /// Inside a closure that stays in the statement of an effect: variables of a smaller id are captured.
    kept: Option<usize>,
}

/// A use of a variable of the iteration's own.
struct Use {
    ident: Ident,
    id: usize,
    origin: Origin,
}

enum Target {
    Loop(Option<Lifetime>),
    Block(Lifetime),
    /// A closure or an `async` block.
    Function { awaits: bool },
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
    /// Takes the items out of the body, for both parts to see.
    fn hoist(&mut self, body: &mut Block) -> Vec<Item> {
        let mut items = Vec::new();
        body.stmts.retain_mut(|stmt| match stmt {
            Stmt::Item(item) => {
                self.item(item);
                items.push(item.clone());
                false
            }
            _ => true,
        });
        items
    }

    fn item(&mut self, item: &Item) {
        if let Item::Macro(defined) = item
            && defined.ident.is_some()
        {
            self.findings.push(Finding::LocalMacro(defined.mac.path.span()));
        }
    }

    /// The statements of a block; `unused` says why the value of its last expression is not used.
    fn block(&mut self, block: &mut Block, unused: Option<Unused>) {
        self.scopes.push();
        let items = block.stmts.iter().filter_map(|stmt| match stmt {
            Stmt::Item(item) => Some(item.clone()),
            _ => None,
        });
        self.blocks.push(items.collect());
        let last = block.stmts.len().saturating_sub(1);
        for (at, stmt) in block.stmts.iter_mut().enumerate() {
            let unused = if at == last { unused } else { Some(Unused::Discarded) };
            self.stmt(stmt, unused);
        }
        self.blocks.pop();
        self.scopes.pop();
    }

    /// One statement; `unused` is for an expression without a semicolon.
    fn stmt(&mut self, stmt: &mut Stmt, unused: Option<Unused>) {
        match stmt {
            Stmt::Local(local) => {
                if matches!(local.pat, Pat::Wild(_))
                    && let Some(init) = &mut local.init
                    && init.diverge.is_none()
                    && self.effect(&mut init.expr, Unused::Discarded)
                {
                    *stmt = Stmt::Expr((*init.expr).clone(), Some(local.semi_token));
                } else {
                    scope::walk_local(self, local);
                }
            }
            Stmt::Expr(expr, Some(_)) => self.unused(expr, Unused::Discarded),
            Stmt::Expr(expr, None) => match unused {
                Some(unused) => self.unused(expr, unused),
                None => self.visit_expr_mut(expr),
            },
            Stmt::Macro(call) => {
                let mut expr = Expr::Macro(syn::ExprMacro { attrs: Vec::new(), mac: call.mac.clone() });
                self.unused(&mut expr, Unused::Discarded);
                match expr {
                    Expr::Macro(visited) => call.mac = visited.mac,
                    mark => *stmt = Stmt::Expr(mark, call.semi_token),
                }
            }
            Stmt::Item(item) => self.item(item),
        }
    }

    /// An expression whose value is not used: an effect, or something that may end in effects.
    fn unused(&mut self, expr: &mut Expr, unused: Unused) {
        if self.effect(expr, unused) {
            return;
        }
        let before = self.effects.len();
        match expr {
            Expr::Paren(inner) => self.unused(&mut inner.expr, unused),
            Expr::Group(inner) => self.unused(&mut inner.expr, unused),
            Expr::If(branch) => {
                self.scopes.push();
                self.visit_expr_mut(&mut branch.cond);
                self.block(&mut branch.then_branch, Some(unused));
                self.scopes.pop();
                if let Some((_, other)) = &mut branch.else_branch {
                    self.unused(other, unused);
                }
            }
            Expr::Match(choice) => {
                self.visit_expr_mut(&mut choice.expr);
                for arm in &mut choice.arms {
                    scope::walk_arm(self, arm, |walk, body| walk.unused(body, unused));
                }
            }
            Expr::Block(inner) => self.labelled(inner, Some(unused)),
            Expr::Unsafe(inner) => self.block(&mut inner.block, Some(unused)),
            _ => self.visit_expr_mut(expr),
        }
        if unused == Unused::Discarded && self.effects.len() > before {
            discard(expr);
        }
    }

    fn labelled(&mut self, block: &mut ExprBlock, unused: Option<Unused>) {
        let label = block.label.as_ref().map(|label| label.name.clone());
        let depth = self.targets.len();
        self.targets.extend(label.map(Target::Block));
        self.block(&mut block.block, unused);
        self.targets.truncate(depth);
    }

    /// A loop inside the body.
    fn inner_loop(&mut self, expr: &mut Expr) {
        let label = match expr {
            Expr::ForLoop(each) => &each.label,
            Expr::While(each) => &each.label,
            Expr::Loop(each) => &each.label,
            _ => unreachable!("called with loops only"),
        };
        let target = Target::Loop(label.as_ref().map(|label| label.name.clone()));
        self.scopes.push();
        let body = match expr {
            Expr::ForLoop(each) => {
                self.visit_expr_mut(&mut each.expr);
                scope::bind(self, &mut each.pat, Known::Nothing);
                &mut each.body
            }
            Expr::While(each) => {
                self.visit_expr_mut(&mut each.cond);
                &mut each.body
            }
            Expr::Loop(each) => &mut each.body,
            _ => unreachable!("called with loops only"),
        };
        self.targets.push(target);
        self.block(body, Some(Unused::Discarded));
        self.targets.pop();
        self.scopes.pop();
    }

    /// A closure; `expected` where it must have the value `()`.
    fn closure(&mut self, closure: &mut ExprClosure, expected: bool) {
        self.targets.push(Target::Function { awaits: closure.asyncness.is_some() });
        scope::walk_closure(self, closure, |walk, body| walk.unused(body, Unused::Unit { expected }));
        self.targets.pop();
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
        let place = Place::of(effect::base(&call.receiver), &self.scopes);
        let variable = place.as_ref().and_then(|place| Some((place, place.variable()?)));
        if let Some((place, variable)) = variable
            && (words::hands_out(&call.method) || (variable.mutable && words::mutates(&call.method)))
        {
            let (place, method) = (place.clone(), call.method.clone());
            self.findings.push(Finding::ValueUsed { place, method });
        } else if let Some(place) = Place::of(&call.receiver, &self.scopes) {
            let how = How::Method(call.method.clone());
            self.reads.push(Read { span: call.receiver.span(), place, how });
        } else {
            self.visit_expr_mut(&mut call.receiver);
        }
        self.arguments(&call.method, &mut call.args);
    }

    /// A variable, or a field of one.
    fn name(&mut self, expr: &mut Expr) {
        if let Some(place) = Place::of(expr, &self.scopes) {
            self.reads.push(Read { span: expr.span(), place, how: How::Plainly });
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

    /// `name` is used, and is no place outside the loop.
    fn used(&mut self, name: &Ident) {
        if let Some(variable) = self.scopes.resolve(name)
            && variable.origin != Origin::Outer
        {
            self.uses.push(Use { ident: variable.ident.clone(), id: variable.id, origin: variable.origin });
        }
    }

    /// An assignment or a `&mut` that is no effect.
    fn changed(&mut self, target: &Expr, span: Span) {
        let base = effect::base(target);
        if let Some(place) = Place::of(base, &self.scopes) {
            if self.kept.is_none() {
                self.findings.push(Finding::Borrowed { place, span });
            }
        } else if let (Some(captured), Some(variable)) = (self.kept, effect::root(base, &self.scopes))
            && variable.id < captured
        {
            let ident = variable.ident.clone();
            self.findings.push(Finding::ClosureChanges(ident));
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
        match expr {
            Expr::Continue(jump) => match self.aim(jump.label.as_ref()) {
                Aim::Inside => {}
                Aim::Ours => *expr = Mark::Next.expr(),
                Aim::Outside(label) => self.findings.push(Finding::Jump(label)),
            },
            Expr::Break(jump) => {
                match self.aim(jump.label.as_ref()) {
                    Aim::Inside => {}
                    Aim::Ours => self.findings.push(Finding::Break(jump.break_token.span)),
                    Aim::Outside(label) => self.findings.push(Finding::Jump(label)),
                }
                visit_mut::visit_expr_break_mut(self, jump);
            }
            Expr::Return(jump) => {
                if !self.in_function() {
                    self.findings.push(Finding::Return(jump.return_token.span));
                }
                visit_mut::visit_expr_return_mut(self, jump);
            }
            Expr::Try(question) => {
                if !self.in_function() {
                    self.findings.push(Finding::Question(question.question_token.span()));
                    // Whatever is before the `?` is not reported for having a value that is used.
                    return self.unused(&mut question.expr, Unused::Discarded);
                }
                self.visit_expr_mut(&mut question.expr);
            }
            Expr::Await(wait) => {
                if !self.may_await() {
                    self.findings.push(Finding::Await(wait.await_token.span));
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
                    if let Expr::Assign(syn::ExprAssign { left, .. }) | Expr::Binary(syn::ExprBinary { left, .. }) =
                        expr
                        && self.kept.is_some()
                    {
                        let (target, span) = (left.clone(), left.span());
                        self.changed(&target, span);
                    }
                    visit_mut::visit_expr_mut(self, expr);
                }
            }
            Expr::MethodCall(call) => self.method(call),
            Expr::Reference(reference) if reference.mutability.is_some() => {
                let (target, span) = (reference.expr.clone(), reference.span());
                self.changed(&target, span);
                if self.kept.is_some() || Place::of(effect::base(&target), &self.scopes).is_none() {
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
        scope::walk_local(self, local);
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

/// Makes all branches of an expression whose value is not used have the value `()`, as effects do.
fn discard(expr: &mut Expr) {
    match expr {
        Expr::Paren(inner) => discard(&mut inner.expr),
        Expr::Group(inner) => discard(&mut inner.expr),
        Expr::If(branch) => {
            discard_tail(&mut branch.then_branch);
            if let Some((_, other)) = &mut branch.else_branch {
                discard(other);
            }
        }
        Expr::Match(choice) => {
            for arm in &mut choice.arms {
                match &mut *arm.body {
                    Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_) => discard(&mut arm.body),
                    body => {
                        let stmt = Stmt::Expr(body.clone(), Some(Token![;](Span::mixed_site())));
                        let block = Block { brace_token: syn::token::Brace::default(), stmts: vec![stmt] };
                        *body = Expr::Block(ExprBlock { attrs: Vec::new(), label: None, block });
                    }
                }
            }
        }
        Expr::Block(inner) => discard_tail(&mut inner.block),
        Expr::Unsafe(inner) => discard_tail(&mut inner.block),
        _ => {}
    }
}

fn discard_tail(block: &mut Block) {
    if let Some(Stmt::Expr(expr, semi @ None)) = block.stmts.last_mut() {
        match expr {
            Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_) => discard(expr),
            _ => *semi = Some(Token![;](Span::mixed_site())),
        }
    }
}

#[cfg(test)]
mod tests;
