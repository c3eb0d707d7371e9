//! Which variable a name stands for.
//!
//! Knows Rust's rules of scope, and nothing of loops that are split.

mod pattern;
mod walk;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{Expr, Ident, Pat};

pub(crate) use self::pattern::{Known, bindings, is_exclusive};
pub(crate) use self::walk::{Walk, bind, walk_arm, walk_block, walk_closure, walk_expr, walk_local};

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
    /// It is another one on each rank, as far as the text tells, and meant to be.
    pub(crate) by_rank: bool,
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
        let by_rank = known.value().is_some_and(|value| self.is_by_rank(value.to_token_stream()));
        for binding in bindings(pattern, known.is_irrefutable()) {
            let origin = if origin == Origin::Item && binding.changes { Origin::Local } else { origin };
            self.declare(binding.ident, binding.changes || exclusive, exclusive, known.initialised(), origin);
            let frame = self.frames.last_mut().expect("just declared in it");
            let variable = frame.last_mut().expect("just declared");
            variable.reaches = reaches;
            variable.by_rank |= by_rank;
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
        let by_rank = tells_ranks_apart(&ident);
        frame.push(Variable {
            ident,
            context,
            id,
            origin,
            mutable,
            exclusive,
            initialised,
            reaches: true,
            by_rank,
        });
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
            fn tokens(&mut self, tokens: TokenStream) {
                for token in tokens {
                    match token {
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        TokenTree::Ident(name) => self.visit_ident(&name),
                        _ => {}
                    }
                }
            }
        }
        let mut reaches = Reaches { scopes: self, wrapped: false, found: false };
        reaches.visit_expr(value);
        reaches.found
    }

    /// Whether a value is made of what is another one on each rank.
    fn is_by_rank(&self, value: TokenStream) -> bool {
        value.into_iter().any(|token| match token {
            TokenTree::Group(group) => self.is_by_rank(group.stream()),
            TokenTree::Ident(name) => match self.resolve(&name) {
                Some(variable) => variable.by_rank,
                None => tells_ranks_apart(&name),
            },
            _ => false,
        })
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

/// Whether what has this name is another one on each rank.
fn tells_ranks_apart(name: &Ident) -> bool {
    [
        "gethostname",
        "host",
        "hostname",
        "is_root",
        "local_rank",
        "my_rank",
        "pid",
        "process",
        "rank",
        "world_rank",
    ]
    .iter()
    .any(|known| name == known)
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
    fn what_is_made_of_the_rank_is_another_one_on_each() {
        let mut scopes = Scopes::default();
        let mut by_rank = |local: syn::Stmt| {
            let syn::Stmt::Local(local) = local else { unreachable!() };
            scopes.bind(&local.pat, Known::of(&local), Origin::Outer);
            scopes.frames.last().unwrap().last().unwrap().by_rank
        };
        assert!(by_rank(parse_quote!(let me = dlp::rank();)));
        assert!(by_rank(parse_quote!(let folder = format!("/scratch/{}", me);)));
        assert!(by_rank(parse_quote!(let log = open(&folder, "w")?;)));
        assert!(!by_rank(parse_quote!(let me = 3;)));
        assert!(!by_rank(parse_quote!(let seed = me + now();)));
        assert!(by_rank(parse_quote!(let scratch = std::process::id().to_string();)));
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
