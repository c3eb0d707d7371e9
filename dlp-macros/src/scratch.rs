//! Scratch buffers: variables outside the loop that every iteration begins by resetting, and that nobody looks at after the
//! loop, as in `buffer.clear(); .. buffer ..`. Each iteration may have its own.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Ident, ItemFn, Stmt};

use crate::find::Position;
use crate::mark::Mark;
use crate::scope::Variable;

/// A variable of which each iteration may have its own.
#[derive(Clone, Debug)]
pub(crate) struct Buffer {
    pub(crate) variable: Variable,
    pub(crate) reset: Reset,
}

/// How every iteration begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reset {
    /// It is emptied: what it has of memory may serve the next iteration.
    Emptied,
    /// It gets a new value.
    Assigned,
}

/// The scratch buffers of a loop, which stands in `function` as the mark of this number.
pub(crate) fn buffers(
    function: &ItemFn,
    number: usize,
    position: &Position,
    each: &syn::ExprForLoop,
) -> Vec<Buffer> {
    let buffer = |variable: &Variable| {
        // What is behind a reference, the caller can look at.
        let own = variable.mutable && !variable.exclusive && variable.initialised && variable.ident != "self";
        let reset = own.then(|| reset(&each.body.stmts, &variable.ident)).flatten()?;
        let private = !mentions(each.expr.to_token_stream(), &variable.ident)
            && is_dead(function, number, position, variable);
        private.then(|| Buffer { variable: variable.clone(), reset })
    };
    position.scopes.visible().into_iter().filter_map(buffer).collect()
}

/// How a body resets a name, if that is the first that it does with it.
fn reset(stmts: &[Stmt], name: &Ident) -> Option<Reset> {
    let first = stmts.iter().find(|stmt| mentions(stmt.to_token_stream(), name));
    let is = |expr: &Expr| matches!(expr, Expr::Path(path) if path.path.is_ident(name));
    match first {
        Some(Stmt::Expr(Expr::MethodCall(call), Some(_))) => {
            let resets = match call.args.first() {
                None => call.method == "clear",
                Some(Expr::Lit(_)) => {
                    call.method == "fill" || call.method == "truncate" && is_zero(&call.args[0])
                }
                Some(_) => false,
            };
            (resets && is(&call.receiver)).then_some(Reset::Emptied)
        }
        Some(Stmt::Expr(Expr::Assign(assign), Some(_))) => {
            // An empty one: another value is the last iteration's, which somebody may want.
            let empty = matches!(&*assign.right, Expr::Call(call) if call.args.is_empty())
                || matches!(&*assign.right, Expr::Macro(call) if call.mac.tokens.is_empty());
            (empty && is(&assign.left)).then_some(Reset::Assigned)
        }
        _ => None,
    }
}

fn is_zero(expr: &Expr) -> bool {
    expr.to_token_stream().to_string() == "0"
}

/// Whether nobody looks at a variable after the loop.
fn is_dead(function: &ItemFn, number: usize, position: &Position, variable: &Variable) -> bool {
    let name = &variable.ident;
    let statement = &function.block.stmts[position.statement];
    let lives_on = position.round.is_some_and(|round| variable.id < round);
    if lives_on && mentions(statement.to_token_stream(), name) {
        return false;
    }
    let mut passed = false;
    !mentioned_after(function.block.to_token_stream(), Mark::Loop(number), name, &mut passed) && passed
}

/// Whether a name is among the tokens that follow a mark, wherever that is.
fn mentioned_after(tokens: TokenStream, mark: Mark, name: &Ident, passed: &mut bool) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| {
        *passed |= Mark::read(&tokens[at..]) == Some(mark);
        match token {
            TokenTree::Group(group) if !*passed => mentioned_after(group.stream(), mark, name, passed),
            token => *passed && mentions(token.clone().into(), name),
        }
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).filter(|word| !word.is_empty())
}

/// Whether a name is among the tokens, those of format strings included.
fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(word) => word == *name,
        TokenTree::Literal(literal) => words(&literal.to_string()).any(|word| *name == word),
        TokenTree::Punct(_) => false,
    })
}
