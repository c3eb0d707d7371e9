//! Which variable a name stands for: scopes, and a walk through expressions that keeps them.
//!
//! Knows Rust's rules of scope, and nothing of loops that are split.

use proc_macro2::Span;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Arm, Block, Expr, ExprClosure, Ident, Local, Pat, Type};

/// A variable of the annotated function.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) ident: Ident,
    /// The hygiene of its name.
    context: Option<u32>,
    /// In the order of declaration: what is declared later has a greater one.
    pub(crate) id: usize,
    pub(crate) origin: Origin,
    /// Declared `mut`, or known to be a `&mut`.
    pub(crate) mutable: bool,
    /// Known to be a `&mut`.
    pub(crate) exclusive: bool,
    /// False for `let x;` as long as nothing is assigned.
    pub(crate) initialised: bool,
    /// What it holds may be shared with what lives outside the iteration, as far as the text tells.
    pub(crate) reaches: bool,
}

impl PartialEq for Variable {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// Where a variable is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Before the loop that is split.
    Outer,
    /// By the pattern of that loop, and it cannot change.
    Item,
    /// In the body of that loop.
    Local,
}

/// The variables in scope, innermost last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scopes {
    frames: Vec<Vec<Variable>>,
    next: usize,
}

impl Scopes {
    pub(crate) fn push(&mut self) {
        self.frames.push(Vec::new());
    }

    pub(crate) fn pop(&mut self) {
        self.frames.pop();
    }

    /// The id that the next variable will have.
    pub(crate) fn next(&self) -> usize {
        self.next
    }

    /// Declares what `pattern` binds, with a type or a value that may tell what it is.
    pub(crate) fn bind(&mut self, pattern: &Pat, known: Known<'_>, origin: Origin) {
        let exclusive = known.exclusive(pattern);
        let reaches = known.value().is_none_or(|value| self.reaches(value));
        for binding in bindings(pattern, known.is_irrefutable()) {
            let origin = if origin == Origin::Item && binding.changes { Origin::Local } else { origin };
            self.declare(binding.ident, binding.changes || exclusive, exclusive, known.initialised(), origin);
            let frame = self.frames.last_mut().expect("just declared in it");
            frame.last_mut().expect("just declared").reaches = reaches;
        }
    }

    /// Declares one variable.
    pub(crate) fn declare(
        &mut self,
        ident: Ident,
        mutable: bool,
        exclusive: bool,
        initialised: bool,
        origin: Origin,
    ) {
        let id = self.next;
        self.next += 1;
        if self.frames.is_empty() {
            self.push();
        }
        let frame = self.frames.last_mut().expect("just pushed");
        let context = context(&ident);
        frame.push(Variable { ident, context, id, origin, mutable, exclusive, initialised, reaches: true });
    }

    /// Whether a value may share something with what lives outside the iteration: whether it is made of that.
    pub(crate) fn reaches(&self, value: &Expr) -> bool {
        struct Reaches<'a> {
            scopes: &'a Scopes,
            /// In what a wrapper takes over.
            wrapped: bool,
            found: bool,
        }
        impl<'ast> Visit<'ast> for Reaches<'_> {
            fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
                let outer = self.wrapped;
                self.wrapped |= wraps(call);
                syn::visit::visit_expr_call(self, call);
                self.wrapped = outer;
            }

            fn visit_expr_reference(&mut self, reference: &'ast syn::ExprReference) {
                let outer = std::mem::replace(&mut self.wrapped, false);
                syn::visit::visit_expr_reference(self, reference);
                self.wrapped = outer;
            }

            fn visit_ident(&mut self, name: &'ast Ident) {
                self.found |= match self.scopes.resolve(name) {
                    Some(variable) if variable.origin == Origin::Item => !self.wrapped,
                    Some(variable) => variable.origin == Origin::Outer || variable.reaches,
                    None => is_loud(name),
                };
            }

            fn visit_macro(&mut self, call: &'ast syn::Macro) {
                self.tokens(call.tokens.clone());
            }
        }
        impl Reaches<'_> {
            fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
                for token in tokens {
                    match token {
                        proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                        proc_macro2::TokenTree::Ident(name) => self.visit_ident(&name),
                        _ => {}
                    }
                }
            }
        }
        let mut reaches = Reaches { scopes: self, wrapped: false, found: false };
        reaches.visit_expr(value);
        reaches.found
    }

    /// The variable that `name` stands for, if it is one.
    pub(crate) fn resolve(&self, name: &Ident) -> Option<&Variable> {
        let named = || {
            let innermost_first = self.frames.iter().rev().flat_map(|frame| frame.iter().rev());
            innermost_first.filter(|variable| variable.ident == *name)
        };
        let context = context(name);
        named().find(|variable| variable.context == context).or_else(|| named().next())
    }

    /// `let x;` has got a value.
    pub(crate) fn initialise(&mut self, id: usize) {
        for variable in self.frames.iter_mut().flatten().filter(|variable| variable.id == id) {
            variable.initialised = true;
        }
    }

    /// Every name that stands for a variable, with the variable.
    pub(crate) fn visible(&self) -> Vec<&Variable> {
        let all = self.frames.iter().flatten();
        all.filter(|variable| self.resolve(&variable.ident).is_some_and(|found| found.id == variable.id))
            .collect()
    }
}

/// Whether a name is spelt as a static or a constant is: nothing but its spelling tells those from functions and types.
pub(crate) fn is_loud(name: &Ident) -> bool {
    let name = name.to_string();
    name.starts_with(char::is_uppercase) && !name.contains(char::is_lowercase)
}

/// Whether a call puts a value into something new, as `Rc::new(x)` does.
fn wraps(call: &syn::ExprCall) -> bool {
    let Expr::Path(path) = &*call.func else { return false };
    let mut names = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
    names.next().is_some_and(|name| name == "new")
        && names.next().is_some_and(|name| {
            ["Arc", "Box", "Cell", "Mutex", "OnceCell", "Rc", "RefCell", "RwLock"].contains(&&name[..])
        })
}

/// The number of the macro expansion that a name comes from, by which the compiler tells equal names apart. It is to be
/// had in a span's `Debug` form only (`#5 bytes(1..2)`); where that changes, names are told apart by their letters.
fn context(name: &Ident) -> Option<u32> {
    let span = format!("{:?}", name.span());
    let digits = span.strip_prefix('#')?;
    digits.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// What is known of the value that a pattern takes apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    Nothing,
    /// Its type, and the value if there is one.
    Type(&'a Type, Option<&'a Expr>),
    Value(&'a Expr),
    /// It is taken out of this.
    Part(&'a Expr),
    /// `let x;`: there is no value yet.
    Absent,
}

impl<'a> Known<'a> {
    fn of(local: &'a Local) -> Self {
        match (&local.pat, &local.init) {
            (_, None) => Self::Absent,
            (Pat::Type(typed), Some(init)) => Self::Type(&typed.ty, Some(&init.expr)),
            (_, Some(init)) => Self::Value(&init.expr),
        }
    }

    /// What the value is made of.
    fn value(self) -> Option<&'a Expr> {
        match self {
            Self::Nothing | Self::Absent => None,
            Self::Type(_, value) => value,
            Self::Value(value) | Self::Part(value) => Some(value),
        }
    }

    fn exclusive(self, pattern: &Pat) -> bool {
        is_name(pattern)
            && match self {
                Self::Type(ty, _) => is_exclusive(ty),
                Self::Value(Expr::Reference(reference)) => reference.mutability.is_some(),
                _ => false,
            }
    }

    /// A `let` or a parameter.
    fn is_irrefutable(self) -> bool {
        !matches!(self, Self::Nothing | Self::Part(_))
    }

    fn initialised(self) -> bool {
        !matches!(self, Self::Absent)
    }
}

/// Whether a pattern is just a name.
fn is_name(pattern: &Pat) -> bool {
    match pattern {
        Pat::Ident(name) => name.subpat.is_none(),
        Pat::Type(typed) => is_name(&typed.pat),
        _ => false,
    }
}

/// Whether a type is spelt `&mut ..`.
pub(crate) fn is_exclusive(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => reference.mutability.is_some(),
        Type::Paren(inner) => is_exclusive(&inner.elem),
        Type::Group(inner) => is_exclusive(&inner.elem),
        _ => false,
    }
}

/// A name that a pattern binds.
pub(crate) struct Binding {
    pub(crate) ident: Ident,
    /// It is declared `mut` or `ref mut`.
    pub(crate) changes: bool,
}

/// The names that `pattern` binds, each once. Where it is a name and cannot fail to match, that is no constant.
pub(crate) fn bindings(pattern: &Pat, irrefutable: bool) -> Vec<Binding> {
    struct Bindings {
        found: Vec<Binding>,
        irrefutable: bool,
    }
    impl<'ast> Visit<'ast> for Bindings {
        fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
            let plain = pattern.by_ref.is_none() && pattern.mutability.is_none() && pattern.subpat.is_none();
            // `None` or `MAX` in a pattern is a constant; nothing but its spelling tells. `X` is more often a matrix.
            let name = pattern.ident.to_string();
            let constant =
                plain && !self.irrefutable && name.len() > 1 && name.starts_with(char::is_uppercase);
            if !constant && !self.found.iter().any(|binding| binding.ident == pattern.ident) {
                self.found
                    .push(Binding { ident: pattern.ident.clone(), changes: pattern.mutability.is_some() });
            }
            syn::visit::visit_pat_ident(self, pattern);
        }

        fn visit_expr(&mut self, _: &'ast Expr) {}
    }
    let mut bindings = Bindings { found: Vec::new(), irrefutable: irrefutable && is_name(pattern) };
    bindings.visit_pat(pattern);
    bindings.found
}

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

/// An identifier for generated code: no name of the user's can be taken for it, or it for one.
pub(crate) fn fresh(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse::Parser;
    use syn::parse_quote;

    #[test]
    fn patterns_bind_names_and_not_constants() {
        let pattern =
            Pat::parse_multi.parse_str("Some((a, mut b)) | Other { a, b, c: [ref d, .., MAX], e: None }");
        let names: Vec<String> = bindings(&pattern.unwrap(), true)
            .iter()
            .map(|binding| format!("{}{}", if binding.changes { "mut " } else { "" }, binding.ident))
            .collect();
        assert_eq!(names, ["a", "mut b", "d"]);
        assert_eq!(bindings(&parse_quote!(MAX), false).len(), 0);
        assert_eq!(bindings(&parse_quote!(X), false).len(), 1);
        assert_eq!(bindings(&parse_quote!(Xt), true).len(), 1);
    }

    #[test]
    fn the_innermost_variable_wins() {
        let mut scopes = Scopes::default();
        scopes.bind(&parse_quote!(x), Known::Nothing, Origin::Outer);
        scopes.push();
        scopes.bind(&parse_quote!(mut x), Known::Nothing, Origin::Local);
        assert_eq!(scopes.resolve(&parse_quote!(x)).unwrap().origin, Origin::Local);
        assert_eq!(scopes.visible().len(), 1);
        scopes.pop();
        assert_eq!(scopes.resolve(&parse_quote!(x)).unwrap().origin, Origin::Outer);
        assert!(scopes.resolve(&parse_quote!(y)).is_none());
    }

    #[test]
    fn mutable_references_are_known_by_type_or_value() {
        let mut scopes = Scopes::default();
        let local: syn::Stmt = parse_quote!(let a = &mut b;);
        let syn::Stmt::Local(local) = local else { unreachable!() };
        scopes.bind(&local.pat, Known::of(&local), Origin::Outer);
        scopes.bind(&parse_quote!(c), Known::Type(&parse_quote!(&mut Vec<u8>), None), Origin::Outer);
        scopes.bind(&parse_quote!(d), Known::Type(&parse_quote!(&Vec<u8>), None), Origin::Outer);
        let exclusive = |name| scopes.resolve(&name).unwrap().exclusive;
        assert!(exclusive(parse_quote!(a)) && exclusive(parse_quote!(c)) && !exclusive(parse_quote!(d)));
    }
}
