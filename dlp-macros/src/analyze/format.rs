//! The arguments of macro calls: read as expressions where the macro is known, looked through for names where not.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprLit, Ident, Lit, Macro, Pat, Path, Token};

use super::Analyzer;
use crate::model::{Call, How, What};
use crate::place::Place;
use crate::scope::{self, Known as Nothing};

/// A macro of the standard library, by what it does with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// So many expressions, then a format string and its arguments.
    Format { leading: usize },
    /// A place, then a format string and its arguments.
    Write,
    /// Expressions, or one with a count after a semicolon.
    List,
    /// An expression and a pattern.
    Matches,
    /// Nothing is evaluated.
    Constant,
}

/// The name of a macro of the standard library.
pub(super) fn name(path: &Path) -> Option<String> {
    let mut segments = path.segments.iter().map(|segment| segment.ident.to_string());
    match (segments.next(), segments.next(), segments.next()) {
        (Some(name), None, None) => Some(name),
        (Some(krate), Some(name), None) if ["std", "core", "alloc"].contains(&krate.as_str()) => Some(name),
        _ => None,
    }
}

pub(super) fn known(path: &Path) -> Option<Known> {
    Some(match name(path)?.as_str() {
        "format" | "print" | "println" | "eprint" | "eprintln" | "format_args" | "panic" | "todo"
        | "unimplemented" | "unreachable" => Known::Format { leading: 0 },
        "assert" | "debug_assert" => Known::Format { leading: 1 },
        "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => Known::Format { leading: 2 },
        "write" | "writeln" => Known::Write,
        "vec" | "dbg" => Known::List,
        "matches" => Known::Matches,
        "concat" | "stringify" | "include_str" | "include_bytes" | "env" | "option_env" | "line"
        | "column" | "file" | "module_path" | "cfg" | "compile_error" => Known::Constant,
        _ => return None,
    })
}

/// The arguments of a macro that formats.
pub(super) struct Arguments {
    pub(super) leading: Vec<Expr>,
    rest: Vec<Argument>,
}

struct Argument {
    name: Option<(Ident, Token![=])>,
    value: Expr,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let named = input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]);
        let name = if named { Some((input.parse()?, input.parse()?)) } else { None };
        Ok(Self { name, value: input.parse()? })
    }
}

impl Arguments {
    pub(super) fn parse(known: Known, tokens: TokenStream) -> syn::Result<Self> {
        let leading = match known {
            Known::Format { leading } => leading,
            _ => 1,
        };
        let all = Punctuated::<Argument, Token![,]>::parse_terminated.parse2(tokens)?;
        let mut all = all.into_iter();
        let leading: Vec<Expr> = all.by_ref().take(leading).map(|argument| argument.value).collect();
        if known == Known::Write && leading.is_empty() {
            return Err(syn::Error::new(proc_macro2::Span::call_site(), "expected a place to write to"));
        }
        Ok(Self { leading, rest: all.collect() })
    }

    pub(super) fn into_tokens(self) -> TokenStream {
        let leading = self.leading.into_iter().map(|value| Argument { name: None, value });
        let all: Punctuated<TokenStream, Token![,]> = leading
            .chain(self.rest)
            .map(|Argument { name, value }| match name {
                Some((name, equals)) => together(&[&name, &equals, &value]),
                None => value.into_token_stream(),
            })
            .collect();
        all.into_token_stream()
    }
}

impl Analyzer {
    /// The arguments of `format!`, with marks and notes as everywhere; `None` if they are none.
    pub(super) fn text(&mut self, tokens: TokenStream) -> Option<TokenStream> {
        let mut arguments = Arguments::parse(Known::Format { leading: 0 }, tokens).ok()?;
        self.visit_arguments(&mut arguments);
        Some(arguments.into_tokens())
    }

    pub(super) fn visit_arguments(&mut self, arguments: &mut Arguments) {
        arguments.leading.iter_mut().for_each(|value| self.visit_expr_mut(value));
        if let Some(Argument { name: None, value: Expr::Lit(ExprLit { lit: Lit::Str(format), .. }) }) =
            arguments.rest.first()
        {
            for name in captures(&format.value()) {
                let named =
                    |argument: &Argument| argument.name.as_ref().is_some_and(|(known, _)| *known == name);
                if !arguments.rest.iter().any(named) {
                    self.mention(&[Ident::new(&name, format.span()).into()], How::Format);
                }
            }
        }
        arguments.rest.iter_mut().for_each(|argument| self.visit_expr_mut(&mut argument.value));
    }

    /// A macro call that is no effect.
    pub(super) fn macro_call(&mut self, call: &mut Macro) {
        let tokens = call.tokens.clone();
        let parsed = match known(&call.path) {
            Some(Known::Constant) => Some(tokens.clone()),
            Some(Known::List) => self.list(tokens.clone()),
            Some(Known::Matches) => self.matches(tokens.clone()),
            Some(known) => Arguments::parse(known, tokens.clone()).ok().map(|mut arguments| {
                if known == Known::Write && self.piece.is_some() && self.kept.is_none() {
                    self.changed_in_piece(&super::effect::base(&arguments.leading[0]).clone(), false);
                } else if known == Known::Write
                    && self.kept.is_none()
                    && let Some(place) = Place::of(super::effect::base(&arguments.leading[0]), &self.scopes)
                {
                    let name = call.path.segments.last().expect("it has a name").ident.clone();
                    self.note(&name.clone(), What::ValueUsed { place, call: Call::Macro(name) });
                }
                self.visit_arguments(&mut arguments);
                arguments.into_tokens()
            }),
            None => None,
        };
        match parsed {
            Some(tokens) => call.tokens = tokens,
            None => {
                let name = call.path.to_token_stream().to_string().replace(' ', "");
                if is_way_out(&name) && !self.in_function() {
                    self.note(
                        &call.path,
                        What::MacroLeaves { name: name.clone(), token: "return".to_owned() },
                    );
                }
                self.look_through(&name, tokens);
            }
        }
    }

    fn list(&mut self, tokens: TokenStream) -> Option<TokenStream> {
        let repeat = |input: ParseStream<'_>| -> syn::Result<(Expr, Token![;], Expr)> {
            Ok((input.parse()?, input.parse()?, input.parse()?))
        };
        if let Ok((mut value, semi, mut count)) = repeat.parse2(tokens.clone()) {
            self.visit_expr_mut(&mut value);
            self.visit_expr_mut(&mut count);
            return Some(together(&[&value, &semi, &count]));
        }
        let mut values = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens).ok()?;
        values.iter_mut().for_each(|value| self.visit_expr_mut(value));
        Some(values.into_token_stream())
    }

    fn matches(&mut self, tokens: TokenStream) -> Option<TokenStream> {
        let parse = |input: ParseStream<'_>| {
            let (value, comma) = (input.parse::<Expr>()?, input.parse::<Token![,]>()?);
            let pattern = Pat::parse_multi_with_leading_vert(input)?;
            let guard = input.parse::<Option<Token![if]>>()?;
            let guard =
                guard.map(|token| Ok::<_, syn::Error>((token, input.parse::<Expr>()?))).transpose()?;
            input.parse::<Option<Token![,]>>()?;
            Ok((value, comma, pattern, guard))
        };
        let (mut value, comma, mut pattern, mut guard) = parse.parse2(tokens).ok()?;
        self.visit_expr_mut(&mut value);
        self.scopes.push();
        scope::bind(self, &mut pattern, Nothing::Nothing);
        if let Some((_, guard)) = &mut guard {
            self.visit_expr_mut(guard);
        }
        self.scopes.pop();
        let guard = guard.map(|(token, guard)| together(&[&token, &guard]));
        Some(together(&[&value, &comma, &pattern, &guard]))
    }

    /// The tokens of a macro that is not known: they may be anything.
    fn look_through(&mut self, name: &str, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            let after_dot =
                at > 0 && matches!(&tokens[at - 1], TokenTree::Punct(dot) if dot.as_char() == '.');
            match token {
                TokenTree::Group(group) => self.look_through(name, group.stream()),
                TokenTree::Ident(word) if ["break", "continue", "return"].iter().any(|jump| word == jump) => {
                    self.leaves(name, token, &word.to_string());
                }
                TokenTree::Punct(mark) if mark.as_char() == '?' => self.leaves(name, token, "?"),
                TokenTree::Ident(_) if !after_dot => self.mention(&tokens[at..], How::Macro(name.to_owned())),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse2::<syn::LitStr>(literal.to_token_stream()) {
                        for captured in captures(&text.value()) {
                            let word = Ident::new(&captured, text.span());
                            self.mention(&[word.into()], How::Macro(name.to_owned()));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Writes a macro that returns an error, `bail!` or `ensure!`, as a closure that returns it and a `?`.
    pub(super) fn unfold_way_out(&self, expr: &mut Expr) {
        let Expr::Macro(call) = &*expr else { return };
        let last = call.mac.path.segments.last().map(|last| last.ident.to_string());
        if self.in_function() || !matches!(last.as_deref(), Some("bail" | "ensure")) {
            return;
        }
        let span = call.mac.path.span();
        *expr = match last.as_deref() {
            Some("bail") => syn::parse_quote_spanned!(span=> {
                (|| -> ::core::result::Result<(), _> { #call })()?;
                ::core::unreachable!()
            }),
            _ => syn::parse_quote_spanned!(span=> {
                (|| {
                    #call;
                    ::core::result::Result::Ok(())
                })()?
            }),
        };
    }

    fn leaves(&mut self, name: &str, token: &TokenTree, word: &str) {
        if !self.in_function() {
            self.note(token, What::MacroLeaves { name: name.to_owned(), token: word.to_owned() });
        }
    }

    /// `tokens` begin with a name, and maybe fields: what they mean is used.
    fn mention(&mut self, tokens: &[TokenTree], how: How) {
        let Some(TokenTree::Ident(word)) = tokens.first() else { return };
        if self.scopes.resolve(word).is_none() {
            return;
        }
        let mut end = 1;
        while let [TokenTree::Punct(dot), TokenTree::Ident(_) | TokenTree::Literal(_), rest @ ..] =
            &tokens[end..]
            && dot.as_char() == '.'
            && !matches!(rest.first(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
        {
            end += 2;
        }
        let read: TokenStream = tokens[..end].iter().cloned().collect();
        let whole = || syn::parse2::<Expr>(word.to_token_stream()).ok();
        match syn::parse2::<Expr>(read).ok().or_else(whole).and_then(|expr| Place::of(&expr, &self.scopes)) {
            Some(place) => self.read(place, word.to_token_stream(), how),
            None => self.used(word),
        }
    }
}

/// Macros that leave the function from the inside.
fn is_way_out(name: &str) -> bool {
    matches!(name.rsplit("::").next(), Some("ensure_whatever" | "whatever" | "try"))
}

/// The tokens of all, one after the other.
fn together(parts: &[&dyn ToTokens]) -> TokenStream {
    let mut tokens = TokenStream::new();
    parts.iter().for_each(|part| part.to_tokens(&mut tokens));
    tokens
}

/// The names that a format string captures: `a`, `b` and `c` of `{a} {0:b$.c$}`.
pub(super) fn captures(format: &str) -> Vec<String> {
    let mut names = Vec::new();
    let text = format.replace("{{", "").replace("}}", "");
    for piece in text.split('{').skip(1) {
        let inside = piece.split('}').next().unwrap_or_default();
        let (name, spec) = inside.split_once(':').unwrap_or((inside, ""));
        let arguments = spec.split('$').rev().skip(1).map(|before| {
            let start = before.rfind(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            &before[start.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))..]
        });
        for name in std::iter::once(name.trim()).chain(arguments) {
            if syn::parse_str::<Ident>(name).is_ok() && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_names_are_found() {
        assert_eq!(
            captures("{a} {{b}} {0} {:?} {c:>8.3} {d:width$.precision$} {a:?}"),
            ["a", "c", "d", "precision", "width"]
        );
        assert!(captures("no names { ").is_empty());
    }
}
