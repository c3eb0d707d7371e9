//! What can be seen of the source of a loop.

use syn::Expr;

use crate::scope::Scopes;

/// Whether a source looks as if its items were written to: `xs.iter_mut()`, `&mut xs`, or a variable that is a `&mut`. If it
/// is so and does not look so, the compiler refuses it by type.
pub(super) fn writes(source: &Expr, scopes: &Scopes) -> bool {
    match source {
        Expr::Reference(reference) => reference.mutability.is_some(),
        Expr::Paren(inner) => writes(&inner.expr, scopes),
        Expr::Group(inner) => writes(&inner.expr, scopes),
        Expr::MethodCall(call) => {
            call.method.to_string().ends_with("_mut")
                || writes(&call.receiver, scopes)
                || call.args.iter().any(|argument| writes(argument, scopes))
        }
        Expr::Call(call) => call.args.iter().any(|argument| writes(argument, scopes)),
        Expr::Path(path) => {
            let variable = path.path.get_ident().and_then(|name| scopes.resolve(name));
            variable.is_some_and(|variable| variable.exclusive)
        }
        _ => false,
    }
}
