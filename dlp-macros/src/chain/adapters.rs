//! The adapters of a chain, as the statements that do their work in a loop's body.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{Expr, ExprForLoop, ExprMethodCall, Ident, parse_quote};

use crate::scope::fresh;

/// The adapters at the end of a source, in the order of their work, and what is before them.
pub(super) fn peeled(source: &Expr, wanted: impl Fn(&ExprMethodCall) -> bool) -> (Expr, Vec<ExprMethodCall>) {
    const ADAPTERS: [&str; 6] = ["filter", "filter_map", "flat_map", "flatten", "inspect", "map"];
    let (mut at, mut adapters) = (source, Vec::new());
    while let Expr::MethodCall(call) = at {
        if !ADAPTERS.iter().any(|known| call.method == known) || !wanted(call) {
            break;
        }
        adapters.insert(0, call.clone());
        at = &call.receiver;
    }
    // `(0..n)` needs its parentheses no more.
    while let Expr::Paren(inner) = at {
        at = &inner.expr;
    }
    (at.clone(), adapters)
}

/// The body of a loop over `item`: the adapters from number `at` on, and then `inner`.
pub(super) fn adapted(
    adapters: &[ExprMethodCall],
    at: usize,
    dlp: &TokenStream,
    item: &Ident,
    inner: &dyn Fn(&Ident) -> TokenStream,
) -> TokenStream {
    let Some(adapter) = adapters.get(at) else { return inner(item) };
    let (next, argument) = (fresh(&format!("item_{}", at + 1)), adapter.args.first());
    let rest = |item: &Ident| adapted(adapters, at + 1, dlp, item, inner);
    match &*adapter.method.to_string() {
        "filter" => {
            let rest = rest(item);
            quote!(if !#dlp::test(&#item, #argument) { continue; } #rest)
        }
        "inspect" => {
            let rest = rest(item);
            quote!(#dlp::show(&#item, #argument); #rest)
        }
        "filter_map" => {
            let rest = rest(&next);
            quote! {
                let #next = match #dlp::apply(#item, #argument) {
                    ::core::option::Option::Some(value) => value,
                    ::core::option::Option::None => continue,
                };
                #rest
            }
        }
        "flat_map" => {
            let rest = rest(&next);
            quote!(for #next in #dlp::apply(#item, #argument) { #rest })
        }
        "flatten" => {
            let rest = rest(&next);
            quote!(for #next in #item { #rest })
        }
        _ => {
            let rest = rest(&next);
            quote!(let #next = #dlp::apply(#item, #argument); #rest)
        }
    }
}

/// A loop with the adapters that do work at the end of its source in its body, so that they run where the iteration does;
/// `None` if there are none.
pub(crate) fn with_work_inside(written: &ExprForLoop, dlp: &TokenStream) -> Option<ExprForLoop> {
    let works = |call: &ExprMethodCall| {
        let name = call.method.to_string();
        ["filter", "filter_map", "inspect", "map"].contains(&&*name)
            && call.args.first().is_some_and(|argument| !is_light(argument))
    };
    let (source, adapters) = peeled(&written.expr, works);
    if adapters.is_empty() {
        return None;
    }
    let (pattern, stmts) = (&written.pat, &written.body.stmts);
    let item = fresh("item_0");
    let body = adapted(&adapters, 0, dlp, &item, &|item| quote!(let #pattern = #item; #(#stmts)*));
    let label = &written.label;
    let mut inside: ExprForLoop = parse_quote!(#label for #item in #source { #body });
    inside.for_token = written.for_token;
    Some(inside)
}

/// Whether an adapter does so little that every rank may do it for every item: it takes parts, compares, or reckons.
fn is_light(argument: &Expr) -> bool {
    struct Work(bool);
    impl<'ast> Visit<'ast> for Work {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            self.0 |= match expr {
                Expr::Call(call) => !matches!(&*call.func, Expr::Path(path)
                    if path.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))),
                Expr::MethodCall(call) => {
                    let name = call.method.to_string();
                    const LIGHT: &str = "abs as_bytes as_path as_ref as_slice as_str clone cloned contains copied ends_with eq \
                        get is_empty is_none is_some iter len max min ne starts_with to_owned trim unwrap";
                    !LIGHT.split_whitespace().any(|known| known == name)
                }
                Expr::Block(_) | Expr::Macro(_) | Expr::If(_) | Expr::Match(_) => true,
                _ => false,
            };
            visit::visit_expr(self, expr);
        }
    }
    match argument {
        Expr::Closure(closure) => {
            let mut work = Work(false);
            work.visit_expr(&closure.body);
            !work.0
        }
        // A function by its name: only of a few it is known what they do.
        Expr::Path(path) => {
            let name = path.to_token_stream().to_string().replace(' ', "");
            let last = name.rsplit("::").next().unwrap_or_default();
            const PARTS: &str =
                "as_bytes as_path as_ref as_slice as_str clone from into len new Some to_owned";
            PARTS.split(' ').any(|known| known == last)
        }
        _ => false,
    }
}
