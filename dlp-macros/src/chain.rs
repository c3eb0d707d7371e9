//! Iterator chains as loops: `xs.iter().map(f).filter(g).collect()` is the same loop written as a chain.
//!
//! A chain at the end of a function without loops, or in a `let` that is marked, is written out as a `for` loop with the mark;
//! the adapters that do work at the end of a marked loop's source become part of its body. Knows the names of the
//! iterator's methods, and nothing of what is done with the loop.

mod adapters;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::visit::{self, Visit};
use syn::{
    Expr, ExprClosure, ExprForLoop, ExprMethodCall, GenericArgument, Ident, ItemFn, PathArguments,
    ReturnType, Stmt, Type, parse_quote,
};

pub(crate) use self::adapters::with_work_inside;
use self::adapters::{adapted, peeled};
use crate::args::Args;
use crate::check::mark;
use crate::scope::fresh;

/// Writes out the chains of a function that are to be split.
pub(crate) fn write_out(function: &mut ItemFn, args: &Args, dlp: &TokenStream) {
    let mut stmts = Vec::new();
    let has_loops = holds_loop(function);
    let last = function.block.stmts.len();
    for (at, stmt) in std::mem::take(&mut function.block.stmts).into_iter().enumerate() {
        match stmt {
            Stmt::Local(mut local) => {
                let marked = local.attrs.iter().position(|attribute| mark(attribute) == Some("parallel"));
                let chain = local.init.as_ref().and_then(|init| Chain::of_let(&init.expr));
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
                let chain = Chain::of_tail(&expr, &function.sig.output);
                let written = chain.and_then(|chain| chain.written(dlp, true));
                let Some(Written { before, each, value }) = written else {
                    stmts.push(Stmt::Expr(expr, None));
                    continue;
                };
                // One rank alone runs the chain as it was written, where nothing may have to be undone.
                let as_written = if args.undoes() { quote!(false) } else { quote!(#dlp::alone()) };
                stmts.push(parse_quote!(if #as_written { return #expr; }));
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
    /// The first item that is an `Err` or a `None` ends it, and the function.
    fallible: bool,
    /// A `?` stands on it.
    question: bool,
    /// What is put around its value.
    around: Option<Ident>,
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
        gives.then(|| Self {
            source,
            adapters,
            consumer: consumer.clone(),
            fallible: false,
            question: false,
            around: None,
        })
    }

    /// The chain that a `let` has as its value, maybe with a `?`.
    fn of_let(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Try(question) => Self::of(&question.expr).map(Self::with_question),
            _ => Self::of(expr),
        }
    }

    /// The chain, with a `?` on it.
    fn with_question(self) -> Self {
        let fallible =
            self.gathers() && self.consumer.turbofish.is_some() && self.inner_turbofish().is_some();
        Self { fallible, question: !fallible, ..self }
    }

    /// Whether it can put what its items hold into one thing.
    fn gathers(&self) -> bool {
        ["collect", "product", "sum"].iter().any(|name| self.consumer.method == name)
    }

    /// The chain at the end of a function that returns this.
    fn of_tail(expr: &Expr, output: &ReturnType) -> Option<Self> {
        let returned = match output {
            ReturnType::Type(_, ty) => match &**ty {
                Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
                _ => None,
            },
            ReturnType::Default => None,
        };
        let constructor = match returned.as_deref() {
            Some("Result") => Some(Ident::new("Ok", Span::mixed_site())),
            Some("Option") => Some(Ident::new("Some", Span::mixed_site())),
            _ => None,
        };
        if let Expr::Call(call) = expr
            && let (Expr::Path(path), Some(Expr::Try(question))) = (&*call.func, call.args.first())
            && let Some(around) = path.path.get_ident().filter(|name| constructor.as_ref() == Some(*name))
        {
            let chain = Self::of(&question.expr)?.with_question();
            return Some(Self { around: Some(around.clone()), ..chain });
        }
        let chain = Self::of(expr)?;
        match constructor {
            Some(around) if chain.gathers() && chain.inner_turbofish().is_some() => {
                Some(Self { fallible: true, around: Some(around), ..chain })
            }
            _ => Some(chain),
        }
    }

    /// The type arguments of what the items are put into, out of those of the `Result` or the `Option` of it.
    fn inner_turbofish(&self) -> Option<TokenStream> {
        let Some(turbofish) = &self.consumer.turbofish else { return Some(quote!()) };
        let Some(GenericArgument::Type(Type::Path(path))) = turbofish.args.first() else { return None };
        let last =
            path.path.segments.last().filter(|last| last.ident == "Result" || last.ident == "Option")?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        let inner = arguments.args.first()?;
        Some(quote!(::<#inner>))
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
            _ if self.fallible => {
                let (turbofish, plain, all) = (self.inner_turbofish()?, fresh("plain"), &all);
                (
                    quote!(let mut #all = ::std::vec::Vec::new();),
                    Box::new(move |item| quote!(let #plain = #item?; #all.push(#plain);)),
                    quote!(::core::iter::IntoIterator::into_iter(#all).#method #turbofish ()),
                )
            }
            _ => (
                quote!(let mut #all = ::std::vec::Vec::new();),
                Box::new(|item| quote!(#all.push(#item);)),
                quote!(::core::iter::IntoIterator::into_iter(#all).#method #turbofish (#arguments)),
            ),
        };
        let question = self.question.then(|| quote!(?));
        let value = match &self.around {
            None => quote!(#value #question),
            Some(around) if around == "Ok" => quote!(::core::result::Result::Ok(#value #question)),
            Some(_) => quote!(::core::option::Option::Some(#value #question)),
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
