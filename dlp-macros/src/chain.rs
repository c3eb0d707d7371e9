//! Iterator chains as loops: `xs.iter().map(f).filter(g).collect()` is the same loop written as a chain.
//!
//! A chain at the end of a function without loops, or in a `let` that is marked, is written out as a `for` loop with the mark;
//! the adapters that do work at the end of a marked loop's source become part of its body. Knows the names of the
//! iterator's methods, and nothing of what is done with the loop.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{Expr, ExprClosure, ExprForLoop, ExprMethodCall, Ident, ItemFn, Stmt, parse_quote};

use crate::check::mark;
use crate::scope::fresh;

/// Writes out the chains of a function that are to be split.
pub(crate) fn write_out(function: &mut ItemFn, dlp: &TokenStream) {
    let mut stmts = Vec::new();
    let has_loops = holds_loop(function);
    let last = function.block.stmts.len();
    for (at, stmt) in std::mem::take(&mut function.block.stmts).into_iter().enumerate() {
        match stmt {
            Stmt::Local(mut local) => {
                let marked = local.attrs.iter().position(|attribute| mark(attribute) == Some("parallel"));
                let chain = local.init.as_ref().and_then(|init| Chain::of(&init.expr));
                let (Some(marked), Some(chain), Some(init)) = (marked, chain, &mut local.init) else {
                    stmts.push(Stmt::Local(local));
                    continue;
                };
                let attribute = local.attrs.remove(marked);
                let Some(Written { before, each, value }) = chain.written(dlp, false) else {
                    local.attrs.insert(marked, attribute);
                    stmts.push(Stmt::Local(local));
                    continue;
                };
                stmts.extend(before);
                stmts.push(marked_loop(each, attribute));
                *init.expr = value;
                stmts.push(Stmt::Local(local));
            }
            Stmt::Expr(expr, None) if at + 1 == last && !has_loops => {
                let written = Chain::of(&expr).and_then(|chain| chain.written(dlp, true));
                let Some(Written { before, each, value }) = written else {
                    stmts.push(Stmt::Expr(expr, None));
                    continue;
                };
                // One rank alone runs the chain as it was written.
                stmts.push(parse_quote!(if #dlp::alone() { return #expr; }));
                stmts.extend(before);
                stmts.push(marked_loop(each, parse_quote!(#[parallel])));
                stmts.push(Stmt::Expr(value, None));
            }
            other => stmts.push(other),
        }
    }
    function.block.stmts = stmts;
}

fn marked_loop(mut each: ExprForLoop, attribute: syn::Attribute) -> Stmt {
    each.attrs.push(attribute);
    Stmt::Expr(Expr::ForLoop(each), None)
}

fn holds_loop(function: &ItemFn) -> bool {
    struct Holds(bool);
    impl<'ast> Visit<'ast> for Holds {
        fn visit_expr_for_loop(&mut self, _: &'ast ExprForLoop) {
            self.0 = true;
        }

        fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
            self.0 |= mark(attribute) == Some("parallel");
        }

        fn visit_item(&mut self, _: &'ast syn::Item) {}
    }
    let mut holds = Holds(false);
    visit::visit_block(&mut holds, &function.block);
    holds.0
}

/// A chain of calls that ends in one that uses the iterator up.
struct Chain {
    source: Expr,
    adapters: Vec<ExprMethodCall>,
    consumer: ExprMethodCall,
}

/// A chain as a loop.
struct Written {
    before: Vec<Stmt>,
    each: ExprForLoop,
    value: Expr,
}

/// Writes what is done with an item of this name.
type ForItem<'a> = Box<dyn Fn(&Ident) -> TokenStream + 'a>;

/// Consumers that are applied to the items when all of them are there.
const OF_ALL: &str =
    "collect fold last max max_by max_by_key min min_by min_by_key partition product reduce sum unzip";

impl Chain {
    fn of(expr: &Expr) -> Option<Self> {
        let Expr::MethodCall(consumer) = expr else { return None };
        let name = consumer.method.to_string();
        let known = OF_ALL.split(' ').any(|known| known == name)
            || ["all", "any", "count", "find", "find_map", "for_each", "position", "try_for_each"]
                .contains(&&*name);
        if !known {
            return None;
        }
        let (source, adapters) = peeled(&consumer.receiver, |_| true);
        // Something that gives items: a call, or a range.
        let gives = matches!(&source, Expr::MethodCall(_) | Expr::Call(_) | Expr::Range(_));
        gives.then(|| Self { source, adapters, consumer: consumer.clone() })
    }

    /// The loop that it is. `tail`: its value is what the function returns.
    fn written(&self, dlp: &TokenStream, tail: bool) -> Option<Written> {
        let name = self.consumer.method.to_string();
        let (turbofish, arguments) = (&self.consumer.turbofish, &self.consumer.args);
        let method = &self.consumer.method;
        let argument = arguments.first();
        let (all, found) = (fresh("all"), fresh("found"));
        let apply = |item: &Ident, argument: Option<&Expr>| quote!(#dlp::apply(#item, #argument));
        let (before, inner, value): (TokenStream, ForItem<'_>, TokenStream) = match &*name {
            "count" => (quote!(let mut #all = 0_usize;), Box::new(|_| quote!(#all += 1;)), quote!(#all)),
            "for_each" => {
                let body: ForItem<'_> = match argument {
                    Some(Expr::Closure(closure)) if in_line(closure) => {
                        let (pattern, body) = (&closure.inputs[0], &closure.body);
                        Box::new(move |item| quote!(let #pattern = #item; #body;))
                    }
                    _ => Box::new(move |item| {
                        let call = apply(item, argument);
                        quote!(#call;)
                    }),
                };
                (quote!(), body, quote!(()))
            }
            "any" => (
                quote!(let mut #found = false;),
                Box::new(|item| {
                    let call = apply(item, argument);
                    quote!(if #call { #found = true; break; })
                }),
                quote!(#found),
            ),
            "all" => (
                quote!(let mut #found = true;),
                Box::new(|item| {
                    let call = apply(item, argument);
                    quote!(if !#call { #found = false; break; })
                }),
                quote!(#found),
            ),
            "find" => (
                quote!(let mut #found = ::core::option::Option::None;),
                Box::new(
                    |item| quote!(if #dlp::test(&#item, #argument) { #found = ::core::option::Option::Some(#item); break; }),
                ),
                quote!(#found),
            ),
            "find_map" => (
                quote!(let mut #found = ::core::option::Option::None;),
                Box::new(|item| {
                    let call = apply(item, argument);
                    let value = fresh("value");
                    quote! {
                        if let ::core::option::Option::Some(#value) = #call {
                            #found = ::core::option::Option::Some(#value);
                            break;
                        }
                    }
                }),
                quote!(#found),
            ),
            "position" => (
                quote!(let mut #all = 0_usize; let mut #found = false;),
                Box::new(|item| {
                    let call = apply(item, argument);
                    quote!(if #call { #found = true; break; } #all += 1;)
                }),
                quote!(if #found { ::core::option::Option::Some(#all) } else { ::core::option::Option::None }),
            ),
            "try_for_each" if tail => (
                quote!(),
                Box::new(|item| {
                    let call = apply(item, argument);
                    quote!(#call?;)
                }),
                quote!(#dlp::Done::done()),
            ),
            "try_for_each" => return None,
            _ => (
                quote!(let mut #all = ::std::vec::Vec::new();),
                Box::new(|item| quote!(#all.push(#item);)),
                quote!(::core::iter::IntoIterator::into_iter(#all).#method #turbofish (#arguments)),
            ),
        };
        let item = fresh("item_0");
        let body = adapted(&self.adapters, 0, dlp, &item, &*inner);
        let source = &self.source;
        let before: syn::Block = parse_quote!({ #before });
        Some(Written {
            before: before.stmts,
            each: parse_quote!(for #item in #source { #body }),
            value: parse_quote!(#value),
        })
    }
}

/// Whether a closure's body may stand where the closure is called.
fn in_line(closure: &ExprClosure) -> bool {
    struct Returns(bool);
    impl<'ast> Visit<'ast> for Returns {
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }

        fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
            self.0 = true;
        }
    }
    let mut returns = Returns(false);
    returns.visit_expr(&closure.body);
    closure.inputs.len() == 1 && !returns.0
}

/// The adapters at the end of a source, in the order of their work, and what is before them.
fn peeled(source: &Expr, wanted: impl Fn(&ExprMethodCall) -> bool) -> (Expr, Vec<ExprMethodCall>) {
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
fn adapted(
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
