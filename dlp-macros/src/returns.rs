//! What a function returns, as far as `gather = "root"` changes it.

use syn::visit::{self, Visit};
use syn::{Expr, GenericArgument, Item, ItemFn, PathArguments, ReturnType, Stmt, Token, Type};

use crate::diagnostics::Diagnostics;
use crate::mark::Mark;

/// How a function's return type says who has the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    /// `()`: every rank returns it.
    Nothing,
    /// `Result<(), E>`: every rank returns one.
    ResultOfNothing,
    /// `Result<T, E>`: becomes `Result<Option<T>, E>`.
    Result,
    /// `Option<T>`: becomes `Option<Option<T>>`.
    Option,
    /// `T`: becomes `Option<T>`.
    Value,
}

impl Returns {
    pub(crate) fn of(output: &ReturnType) -> Self {
        let ReturnType::Type(_, ty) = output else { return Self::Nothing };
        Self::of_type(ty)
    }

    fn of_type(ty: &Type) -> Self {
        match ty {
            Type::Group(inner) => Self::of_type(&inner.elem),
            Type::Paren(inner) => Self::of_type(&inner.elem),
            Type::Tuple(tuple) if tuple.elems.is_empty() => Self::Nothing,
            Type::Path(path) => match path.path.segments.last() {
                Some(last) if last.ident == "Result" => match &last.arguments {
                    PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                        Some(GenericArgument::Type(Type::Tuple(tuple))) if tuple.elems.is_empty() => {
                            Self::ResultOfNothing
                        }
                        _ => Self::Result,
                    },
                    // `fmt::Result` and its like.
                    _ => Self::ResultOfNothing,
                },
                Some(last) if last.ident == "Option" => Self::Option,
                _ => Self::Value,
            },
            _ => Self::Value,
        }
    }
}

/// Reports what `gather = "root"` cannot do with a function whose loop is in the statement of this number.
pub(crate) fn check(function: &ItemFn, statement: usize, diagnostics: &mut Diagnostics) {
    let returns = Returns::of(&function.sig.output);
    let ReturnType::Type(_, output) = &function.sig.output else {
        return ends(function, statement, returns, diagnostics);
    };
    if function.sig.ident == "main" && !matches!(returns, Returns::Nothing | Returns::ResultOfNothing) {
        diagnostics.over(
            output,
            "with `gather = \"root\"` only the root has a result, and every rank needs one to end the program: let `main` \
             return `()` or `Result<(), E>`, or move the loop into a function",
        );
    }
    if returns == Returns::Value {
        for question in questions(function) {
            diagnostics.pair(
                &question,
                "`gather = \"root\"` makes an `Option` of what this function returns, and does not see what `?` does there: \
                 spell the return type as `Result<.., ..>` or `Option<..>`",
                output,
                "this type is not spelt so",
            );
        }
    }
    ends(function, statement, returns, diagnostics);
}

/// Reports what follows the loop inside the statement of this number.
fn ends(function: &ItemFn, statement: usize, returns: Returns, diagnostics: &mut Diagnostics) {
    let stmts = &function.block.stmts;
    let last = statement + 1 == stmts.len();
    let is_value = last && matches!(stmts[statement], Stmt::Expr(_, None)) && returns != Returns::Nothing;
    if is_value || !ends_with_loop(&stmts[statement]) {
        diagnostics.at(
            function.sig.ident.span(),
            "with `gather = \"root\"` the other ranks leave the function after its loop, but here something follows the \
             loop inside an inner block: put what follows after that block",
        );
    }
}

/// The `?`s of the function itself.
fn questions(function: &ItemFn) -> Vec<Token![?]> {
    struct Questions(Vec<Token![?]>);
    impl<'ast> Visit<'ast> for Questions {
        fn visit_expr_try(&mut self, question: &'ast syn::ExprTry) {
            self.0.push(question.question_token);
            visit::visit_expr_try(self, question);
        }

        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

        fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}

        fn visit_item(&mut self, _: &'ast Item) {}
    }
    let mut questions = Questions(Vec::new());
    questions.visit_block(&function.block);
    questions.0
}

/// Whether nothing of the statement is done after its loop.
fn ends_with_loop(stmt: &Stmt) -> bool {
    fn block(block: &syn::Block) -> bool {
        let holding = block.stmts.iter().position(holds_loop);
        holding.is_none_or(|at| at + 1 == block.stmts.len() && ends_with_loop(&block.stmts[at]))
    }
    fn value(expr: &Expr) -> bool {
        match expr {
            Expr::Block(inner) => block(&inner.block),
            Expr::Unsafe(inner) => block(&inner.block),
            Expr::If(branch) => {
                block(&branch.then_branch)
                    && branch.else_branch.as_ref().is_none_or(|(_, other)| value(other))
            }
            Expr::Match(choice) => choice.arms.iter().all(|arm| value(&arm.body)),
            Expr::Paren(inner) => value(&inner.expr),
            Expr::Group(inner) => value(&inner.expr),
            // Every round of it is everybody's.
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => true,
            other => Mark::of(other).is_some() || !holds(|finder| finder.visit_expr(other)),
        }
    }
    match stmt {
        Stmt::Expr(inner, _) => value(inner),
        other => !holds_loop(other),
    }
}

fn holds_loop(stmt: &Stmt) -> bool {
    holds(|finder| finder.visit_stmt(stmt))
}

fn holds(visit: impl FnOnce(&mut Holds)) -> bool {
    let mut holds = Holds(false);
    visit(&mut holds);
    holds.0
}

struct Holds(bool);

impl<'ast> Visit<'ast> for Holds {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.0 |= matches!(Mark::of(expr), Some(Mark::Loop(_)));
        visit::visit_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn return_types_are_told_apart_by_their_spelling() {
        let of = |output: ReturnType| Returns::of(&output);
        assert_eq!(of(parse_quote!()), Returns::Nothing);
        assert_eq!(of(parse_quote!(-> ())), Returns::Nothing);
        assert_eq!(of(parse_quote!(-> io::Result<()>)), Returns::ResultOfNothing);
        assert_eq!(of(parse_quote!(-> fmt::Result)), Returns::ResultOfNothing);
        assert_eq!(of(parse_quote!(-> anyhow::Result<Vec<u8>>)), Returns::Result);
        assert_eq!(of(parse_quote!(-> Option<u8>)), Returns::Option);
        assert_eq!(of(parse_quote!(-> impl Iterator<Item = u8>)), Returns::Value);
    }

    #[test]
    fn what_follows_the_loop_inside_a_block_is_noticed() {
        let ends = |stmt: Stmt| {
            let mut function: ItemFn = parse_quote!(fn f() { #stmt });
            crate::find::take(&mut function);
            ends_with_loop(&function.block.stmts[0])
        };
        assert!(ends(parse_quote!({ for x in xs {} })));
        assert!(ends(parse_quote!(if a {
            f();
            for x in xs {}
        } else {
            g()
        })));
        assert!(ends(parse_quote!(match a {
            0 => {
                for x in xs {}
            }
            _ => {}
        })));
        assert!(!ends(parse_quote!({
            for x in xs {}
            f();
        })));
        assert!(!ends(parse_quote!(if a {
            if b {
                for x in xs {}
            }
            g();
        })));
    }
}
