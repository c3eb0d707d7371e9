//! Places outside the loop: a variable (or a static), with the fields that lead from it.
//!
//! Knows nothing of what is done to them.

use quote::ToTokens;
use syn::{Expr, ExprPath, Member};

use crate::scope::{Origin, Scopes, Variable, is_loud};

/// A place that outlives the iterations of the loop.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    root: Root,
    fields: Vec<Member>,
    /// As it was written.
    pub(crate) expr: Expr,
}

#[derive(Clone, Debug, PartialEq)]
enum Root {
    Variable(Variable),
    /// By its path, a static.
    Static(String),
    /// The standard output, as in `io::stdout()`.
    Output,
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        (&self.root, &self.fields) == (&other.root, &other.fields)
    }
}

impl Place {
    /// The place that `expr` is, as a whole.
    pub(crate) fn of(expr: &Expr, scopes: &Scopes) -> Option<Self> {
        let mut fields = Vec::new();
        let mut at = expr;
        loop {
            at = match at {
                Expr::Field(field) => {
                    fields.insert(0, field.member.clone());
                    &field.base
                }
                Expr::Paren(inner) => &inner.expr,
                Expr::Group(inner) => &inner.expr,
                Expr::Path(path) => {
                    let root = Root::of(path, scopes)?;
                    return Some(Self { root, fields, expr: expr.clone() });
                }
                Expr::Call(call) if call.args.is_empty() => {
                    let Expr::Path(path) = &*call.func else { return None };
                    let is_output = path.path.segments.last()?.ident == "stdout";
                    return is_output.then(|| Self { root: Root::Output, fields, expr: expr.clone() });
                }
                _ => return None,
            }
        }
    }

    /// The variable at its root, unless it is a static.
    pub(crate) fn variable(&self) -> Option<&Variable> {
        match &self.root {
            Root::Variable(variable) => Some(variable),
            Root::Static(_) | Root::Output => None,
        }
    }

    /// Whether it is declared `mut`, or known to be behind a `&mut`.
    pub(crate) fn is_mutable(&self) -> bool {
        self.variable().is_some_and(|variable| variable.mutable)
    }

    /// Whether it is known to be a `&mut`, or no variable.
    pub(crate) fn is_behind(&self) -> bool {
        self.variable().is_none_or(|variable| variable.exclusive)
    }

    /// Whether it is a static, which the whole program shares.
    pub(crate) fn is_static(&self) -> bool {
        matches!(self.root, Root::Static(_))
    }

    /// Whether what is done to one of the two can be seen through the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let shared = self.fields.len().min(other.fields.len());
        self.root == other.root && self.fields[..shared] == other.fields[..shared]
    }

    /// As it was written, without spaces.
    pub(crate) fn name(&self) -> String {
        let mut name = match &self.root {
            Root::Variable(variable) => variable.ident.to_string(),
            Root::Static(path) => path.clone(),
            Root::Output => "stdout()".to_owned(),
        };
        for field in &self.fields {
            name.push('.');
            name.push_str(&field.to_token_stream().to_string());
        }
        name
    }
}

impl Root {
    fn of(path: &ExprPath, scopes: &Scopes) -> Option<Self> {
        if path.qself.is_some() {
            return None;
        }
        if let Some(name) = path.path.get_ident()
            && let Some(variable) = scopes.resolve(name)
        {
            return (variable.origin == Origin::Outer).then(|| Self::Variable(variable.clone()));
        }
        is_loud(&path.path.segments.last()?.ident)
            .then(|| Self::Static(path.path.to_token_stream().to_string().replace(' ', "")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Known;
    use syn::parse_quote;

    fn scopes() -> Scopes {
        let mut scopes = Scopes::default();
        scopes.bind(&parse_quote!((a, b)), Known::Nothing, Origin::Outer);
        scopes.bind(&parse_quote!(local), Known::Nothing, Origin::Local);
        scopes
    }

    fn place(expr: &Expr) -> Option<Place> {
        Place::of(expr, &scopes())
    }

    #[test]
    fn a_place_is_a_variable_and_its_fields() {
        assert_eq!(place(&parse_quote!(a.x.0)).unwrap().name(), "a.x.0");
        assert_eq!(place(&parse_quote!((a).x)).unwrap().name(), "a.x");
        assert_eq!(place(&parse_quote!(crate::TOTAL)).unwrap().name(), "crate::TOTAL");
        assert!(place(&parse_quote!(local.x)).is_none());
        assert!(place(&parse_quote!(a.len())).is_none());
        assert!(place(&parse_quote!(unknown)).is_none());
    }

    #[test]
    fn places_overlap_where_one_holds_the_other() {
        let overlap = |x: Expr, y: Expr| place(&x).unwrap().overlaps(&place(&y).unwrap());
        assert!(overlap(parse_quote!(a), parse_quote!(a.x)));
        assert!(overlap(parse_quote!(a.x.y), parse_quote!(a.x)));
        assert!(!overlap(parse_quote!(a.x), parse_quote!(a.y)));
        assert!(!overlap(parse_quote!(a), parse_quote!(b)));
    }
}
