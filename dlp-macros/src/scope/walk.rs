//! A walk through expressions that keeps the scopes.

use syn::visit_mut::{self, VisitMut};
use syn::{Arm, Block, Expr, ExprClosure, Local, Pat};

use super::{Known, Origin, Scopes};

/// A walk that knows which variable each name stands for.
pub(crate) trait Walk: VisitMut {
    fn scopes(&mut self) -> &mut Scopes;
    /// Where what is declared now is declared.
    fn origin(&self) -> Origin;
}

/// Declares what `pattern` binds, after a walk through the expressions in it.
pub(crate) fn bind(walk: &mut impl Walk, pattern: &mut Pat, known: Known<'_>) {
    let origin = walk.origin();
    walk.scopes().bind(pattern, known, origin);
    walk.visit_pat_mut(pattern);
}

/// Walks through the parts of an expression, each in its scope.
pub(crate) fn walk_expr<W: Walk>(walk: &mut W, expr: &mut Expr) {
    match expr {
        Expr::If(branch) => {
            walk.scopes().push();
            walk.visit_expr_mut(&mut branch.cond);
            walk.visit_block_mut(&mut branch.then_branch);
            walk.scopes().pop();
            if let Some((_, other)) = &mut branch.else_branch {
                walk.visit_expr_mut(other);
            }
        }
        Expr::While(each) => {
            walk.scopes().push();
            walk.visit_expr_mut(&mut each.cond);
            walk.visit_block_mut(&mut each.body);
            walk.scopes().pop();
        }
        Expr::ForLoop(each) => {
            walk.visit_expr_mut(&mut each.expr);
            walk.scopes().push();
            bind(walk, &mut each.pat, Known::Part(&each.expr));
            walk.visit_block_mut(&mut each.body);
            walk.scopes().pop();
        }
        Expr::Match(choice) => {
            walk.visit_expr_mut(&mut choice.expr);
            let of = Known::Part(&choice.expr);
            choice.arms.iter_mut().for_each(|arm| walk_arm(walk, arm, of, W::visit_expr_mut));
        }
        Expr::Closure(closure) => walk_closure(walk, closure, W::visit_expr_mut),
        Expr::Let(condition) => {
            walk.visit_expr_mut(&mut condition.expr);
            bind(walk, &mut condition.pat, Known::Part(&condition.expr));
        }
        _ => visit_mut::visit_expr_mut(walk, expr),
    }
}

pub(crate) fn walk_arm<W: Walk>(
    walk: &mut W,
    arm: &mut Arm,
    of: Known<'_>,
    body: impl FnOnce(&mut W, &mut Expr),
) {
    walk.scopes().push();
    bind(walk, &mut arm.pat, of);
    body(walk, &mut arm.body);
    walk.scopes().pop();
}

pub(crate) fn walk_closure<W: Walk>(
    walk: &mut W,
    closure: &mut ExprClosure,
    body: impl FnOnce(&mut W, &mut Expr),
) {
    walk.scopes().push();
    closure.inputs.iter_mut().for_each(|input| bind(walk, input, Known::Nothing));
    body(walk, &mut closure.body);
    walk.scopes().pop();
}

/// Walks through the statements of a block in a scope of their own.
pub(crate) fn walk_block<W: Walk>(walk: &mut W, block: &mut Block) {
    walk.scopes().push();
    block.stmts.iter_mut().for_each(|stmt| walk.visit_stmt_mut(stmt));
    walk.scopes().pop();
}

/// Walks through a `let`: what it binds is in scope after it.
pub(crate) fn walk_local<W: Walk>(walk: &mut W, local: &mut Local) {
    if let Some(init) = &mut local.init {
        walk.visit_expr_mut(&mut init.expr);
        if let Some((_, other)) = &mut init.diverge {
            walk.visit_expr_mut(other);
        }
    }
    let origin = walk.origin();
    walk.scopes().bind(&local.pat, Known::of(local), origin);
    walk.visit_pat_mut(&mut local.pat);
}
