//! Blocks and statements: where values are not used, and what is inside.

use proc_macro2::Span;
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, ExprBlock, ExprClosure, ExprUnsafe, Item, Pat, Stmt, Token};

use super::{Analyzer, Target, Unused};
use crate::model::What;
use crate::scope::{self, Known};

impl Analyzer {
    /// Takes the items out of the body, for both parts to see.
    pub(super) fn hoist(&mut self, body: &mut Block) -> Vec<Item> {
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
            self.note(&defined.mac.path, What::LocalMacro);
        }
    }

    /// The statements of a block; `unused` says why the value of its last expression is not used.
    pub(super) fn block(&mut self, block: &mut Block, unused: Option<Unused>) {
        self.scopes.push();
        let items = block.stmts.iter().filter_map(|stmt| match stmt {
            Stmt::Item(item) => Some(item.clone()),
            _ => None,
        });
        let items: Vec<Item> = items.collect();
        for item in &items {
            if let Item::Static(item) = item {
                self.note(&item.static_token, What::LocalStatic);
            }
        }
        self.blocks.push(items);
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
        if self.serial_statement(stmt) {
            return;
        }
        match stmt {
            Stmt::Local(local) => {
                let pattern = match &local.pat {
                    Pat::Type(typed) => &typed.pat,
                    pattern => pattern,
                };
                if matches!(pattern, Pat::Wild(_))
                    && let Some(init) = &mut local.init
                    && init.diverge.is_none()
                    && self.effect(&mut init.expr, Unused::Discarded)
                {
                    *stmt = Stmt::Expr((*init.expr).clone(), Some(local.semi_token));
                } else {
                    self.visit_local_mut(local);
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
    pub(super) fn unused(&mut self, expr: &mut Expr, unused: Unused) {
        self.unfold_way_out(expr);
        if self.piece.is_none() && Self::take_serial(expr).is_some() {
            return self.take_piece(expr);
        }
        if unused == Unused::Discarded && self.kept.is_none() {
            if self.piece.is_some() {
                if self.guard(expr) {
                    return;
                }
            } else if let Some(accumulator) = self.decided(expr) {
                self.check_light(&accumulator, expr);
                return self.take_piece(expr);
            }
        }
        if self.effect(expr, unused) {
            return;
        }
        if let Expr::Try(question) = expr {
            settle(&mut question.expr);
        }
        let before = self.effects.len();
        match expr {
            Expr::Assign(assign) if matches!(*assign.left, Expr::Infer(_)) => {
                if self.effect(&mut assign.right, Unused::Discarded) {
                    *expr = (*assign.right).clone();
                } else {
                    self.visit_expr_mut(&mut assign.right);
                }
            }
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
                let of = Known::Part(&choice.expr);
                for arm in &mut choice.arms {
                    scope::walk_arm(self, arm, of, |walk, body| walk.unused(body, unused));
                }
            }
            Expr::Block(inner) => self.labelled(inner, Some(unused)),
            Expr::Unsafe(inner) => self.unsafe_block(inner, Some(unused)),
            _ => self.visit_expr_mut(expr),
        }
        if unused == Unused::Discarded && self.effects.len() > before {
            discard(expr);
        }
    }

    pub(super) fn labelled(&mut self, block: &mut ExprBlock, unused: Option<Unused>) {
        let label = block.label.as_ref().map(|label| label.name.clone());
        let depth = self.targets.len();
        self.targets.extend(label.map(Target::Block));
        self.block(&mut block.block, unused);
        self.targets.truncate(depth);
    }

    pub(super) fn unsafe_block(&mut self, inner: &mut ExprUnsafe, unused: Option<Unused>) {
        self.unsafe_blocks += 1;
        self.block(&mut inner.block, unused);
        self.unsafe_blocks -= 1;
    }

    /// A loop inside the body.
    pub(super) fn inner_loop(&mut self, expr: &mut Expr) {
        let label = match expr {
            Expr::ForLoop(each) => &each.label,
            Expr::While(each) => &each.label,
            Expr::Loop(each) => &each.label,
            _ => unreachable!("called with loops only"),
        };
        let target = Target::Loop(label.as_ref().map(|label| label.name.clone()));
        self.rounds.push((self.scopes.next(), self.uses.len()));
        self.scopes.push();
        let body = match expr {
            Expr::ForLoop(each) => {
                self.visit_expr_mut(&mut each.expr);
                scope::bind(self, &mut each.pat, Known::Part(&each.expr));
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
        self.rounds.pop();
    }

    /// A closure; `expected` where it must have the value `()`.
    pub(super) fn closure(&mut self, closure: &mut ExprClosure, expected: bool) {
        self.targets.push(Target::Function { awaits: closure.asyncness.is_some() });
        scope::walk_closure(self, closure, |walk, body| walk.unused(body, Unused::Unit { expected }));
        self.targets.pop();
    }
}

/// `Err(..)?;` says nothing of the value that it never has: `()`, as the compiler takes it.
fn settle(expr: &mut Expr) {
    if let Expr::Call(call) = expr
        && let Expr::Path(path) = &mut *call.func
        && let Some(last) = path.path.segments.last_mut()
        && last.ident == "Err"
        && last.arguments.is_empty()
    {
        last.arguments = syn::PathArguments::AngleBracketed(syn::parse_quote!(::<(), _>));
    }
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
