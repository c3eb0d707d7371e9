//! `gather = "root"`: after the loop only the root goes on, and the return type says so.

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Item, ItemFn, ReturnType, Stmt, Type, parse_quote};

use crate::returns::Returns;
use crate::scope::fresh;

/// Has the ranks other than the root leave after the statement of this number, and wraps what is returned.
pub(super) fn on_root(function: &mut ItemFn, dlp: &TokenStream, statement: usize) {
    let returns = Returns::of(&function.sig.output);
    let mut wrap = Wrap::new(&function.sig.output);
    wrap.visit_block_mut(&mut function.block);
    wrap.tail(&mut function.block);
    if let ReturnType::Type(_, ty) = &mut function.sig.output {
        match returns {
            Returns::Nothing | Returns::ResultOfNothing => {}
            Returns::Value | Returns::Option => **ty = parse_quote!(::core::option::Option<#ty>),
            Returns::Result => in_option(ty),
        }
    }
    if statement + 1 < function.block.stmts.len() {
        let none = wrap.nothing();
        let (stay, allow) = (fresh("stay"), super::allow());
        let leave = parse_quote! {
            #allow
            let #stay = match #dlp::stay() {
                ::core::option::Option::Some(stay) => stay,
                ::core::option::Option::None => return #none,
            };
        };
        function.block.stmts.insert(statement + 1, leave);
    }
}

/// The return type, where the type of a variable can be spelt so.
fn returned(output: &ReturnType) -> Option<Type> {
    struct Opaque(bool);
    impl<'ast> syn::visit::Visit<'ast> for Opaque {
        fn visit_type_impl_trait(&mut self, _: &'ast syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let ReturnType::Type(_, ty) = output else { return None };
    let mut opaque = Opaque(false);
    syn::visit::Visit::visit_type(&mut opaque, ty);
    (!opaque.0).then(|| (**ty).clone())
}

/// `Result<T, E>` to `Result<Option<T>, E>`.
fn in_option(ty: &mut Type) {
    if let Type::Group(syn::TypeGroup { elem, .. }) | Type::Paren(syn::TypeParen { elem, .. }) = ty {
        in_option(elem);
    } else if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last_mut()
        && let syn::PathArguments::AngleBracketed(arguments) = &mut last.arguments
        && let Some(syn::GenericArgument::Type(value)) = arguments.args.first_mut()
    {
        *value = parse_quote!(::core::option::Option<#value>);
    }
}

/// Wraps what the function returns: a value `v` is `Some(v)`.
#[derive(Clone)]
pub(super) struct Wrap {
    returns: Returns,
    ty: Option<Type>,
}

impl Wrap {
    pub(super) fn new(output: &ReturnType) -> Self {
        Self { returns: Returns::of(output), ty: returned(output) }
    }

    /// What a rank returns that has no result.
    pub(super) fn nothing(&self) -> TokenStream {
        match self.returns {
            Returns::Nothing => quote!(),
            Returns::ResultOfNothing => quote!(::core::result::Result::Ok(())),
            Returns::Result => quote!(::core::result::Result::Ok(::core::option::Option::None)),
            Returns::Option | Returns::Value => quote!(::core::option::Option::None),
        }
    }

    /// A value that is returned, wrapped.
    pub(super) fn wrapped(&self, value: TokenStream) -> Expr {
        let mut value = syn::parse2(value.clone()).unwrap_or(Expr::Verbatim(value));
        self.clone().value(&mut value);
        value
    }

    /// Whether what `?` does has to be wrapped.
    pub(super) fn is_option(&self) -> bool {
        self.returns == Returns::Option
    }

    fn tail(&mut self, block: &mut Block) {
        if let Some(Stmt::Expr(value, None)) = block.stmts.last_mut() {
            self.value(value);
        }
    }

    fn value(&mut self, value: &mut Expr) {
        if diverges(value) {
            return;
        }
        match self.returns {
            Returns::Nothing | Returns::ResultOfNothing => {}
            Returns::Value | Returns::Option => *value = parse_quote!(::core::option::Option::Some(#value)),
            Returns::Result => self.result(value),
        }
    }

    /// Where the value is known to be `Ok` or `Err`, the compiler knows as much as before.
    fn result(&mut self, value: &mut Expr) {
        match value {
            Expr::Paren(inner) => self.value(&mut inner.expr),
            Expr::Block(inner) if inner.label.is_none() => self.tail(&mut inner.block),
            Expr::Unsafe(inner) => self.tail(&mut inner.block),
            Expr::If(branch) => {
                self.tail(&mut branch.then_branch);
                if let Some((_, other)) = &mut branch.else_branch {
                    self.value(other);
                }
            }
            Expr::Match(choice) => choice.arms.iter_mut().for_each(|arm| self.value(&mut arm.body)),
            Expr::Call(call) if is_variant(&call.func, "Ok") && call.args.len() == 1 => {
                let inner = call.args.first_mut().expect("there is one");
                *inner = parse_quote!(::core::option::Option::Some(#inner));
            }
            Expr::Call(call) if is_variant(&call.func, "Err") => {}
            _ => {
                let result = fresh("result");
                let ty = self.ty.iter();
                *value = parse_quote!({
                    let #result #(: #ty)* = #value;
                    ::core::result::Result::map(#result, ::core::option::Option::Some)
                });
            }
        }
    }
}

impl VisitMut for Wrap {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            Expr::Return(jump) => {
                if let Some(value) = &mut jump.expr {
                    self.value(value);
                }
            }
            Expr::Try(question) if self.returns == Returns::Option => {
                let (value, kept) = (&question.expr, fresh("value"));
                *expr = parse_quote! {
                    match #value {
                        ::core::option::Option::Some(#kept) => #kept,
                        ::core::option::Option::None => {
                            return ::core::option::Option::Some(::core::option::Option::None)
                        }
                    }
                };
            }
            _ => {}
        }
    }

    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}

    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

fn is_variant(path: &Expr, name: &str) -> bool {
    matches!(path, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// Whether an expression is known to have no value, so that none is wrapped.
fn diverges(expr: &Expr) -> bool {
    match expr {
        Expr::Return(_) => true,
        Expr::Macro(call) => call.mac.path.segments.last().is_some_and(|last| {
            ["panic", "todo", "unimplemented", "unreachable"].iter().any(|name| last.ident == name)
        }),
        _ => false,
    }
}
