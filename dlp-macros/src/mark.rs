//! Marks: where the analysis has taken something out of the user's code, for the expansion to put its own there.
//!
//! A mark is three tokens that no Rust program holds, so that it survives in an expression as well as among the
//! tokens of a macro call.

use proc_macro2::{Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::Expr;

/// What was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// In the function: the loop that is split.
    Loop,
    /// In the parallel part: the effect of this number.
    Site(usize),
    /// In the parallel part: `continue` of the loop that is split.
    Next,
    /// In the statement of an effect: the accumulator of this number.
    Place(usize),
    /// In the statement of an effect: the value of this number.
    Hole(usize),
}

const PREFIX: &str = "__dlp_";

impl Mark {
    /// The mark as an expression.
    pub(crate) fn expr(self) -> Expr {
        let (name, number) = match self {
            Self::Loop => ("loop", 0),
            Self::Site(number) => ("site", number),
            Self::Next => ("next", 0),
            Self::Place(number) => ("place", number),
            Self::Hole(number) => ("hole", number),
        };
        let tokens: [TokenTree; 3] = [
            Punct::new('@', Spacing::Alone).into(),
            Ident::new(&format!("{PREFIX}{name}"), Span::mixed_site()).into(),
            Literal::usize_unsuffixed(number).into(),
        ];
        Expr::Verbatim(tokens.into_iter().collect())
    }

    /// The mark that an expression is.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        let Expr::Verbatim(tokens) = expr else { return None };
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        Self::read(&tokens)
    }

    /// The mark at the start of `tokens`.
    fn read(tokens: &[TokenTree]) -> Option<Self> {
        let [TokenTree::Punct(at), TokenTree::Ident(name), TokenTree::Literal(number), ..] = tokens else {
            return None;
        };
        if at.as_char() != '@' {
            return None;
        }
        let number = number.to_string().parse().ok()?;
        match name.to_string().strip_prefix(PREFIX)? {
            "loop" => Some(Self::Loop),
            "site" => Some(Self::Site(number)),
            "next" => Some(Self::Next),
            "place" => Some(Self::Place(number)),
            "hole" => Some(Self::Hole(number)),
            _ => None,
        }
    }
}

/// `tokens` with every mark replaced by what `fill` gives for it.
pub(crate) fn fill(tokens: TokenStream, fill: &mut dyn FnMut(Mark) -> TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut filled = TokenStream::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(mark) = Mark::read(&tokens[at..]) {
            filled.extend(fill(mark));
            at += 3;
            continue;
        }
        match &tokens[at] {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), self::fill(group.stream(), fill));
                inner.set_span(group.span());
                filled.extend([TokenTree::Group(inner)]);
            }
            other => filled.extend([other.clone()]),
        }
        at += 1;
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::{ToTokens, quote};

    #[test]
    fn marks_are_found_again_in_groups_and_macros() {
        let (site, hole) = (Mark::Site(3).expr(), Mark::Hole(0).expr());
        assert_eq!(Mark::of(&site), Some(Mark::Site(3)));
        assert_eq!(Mark::of(&syn::parse_quote!(x)), None);
        let tokens = quote!(if a { #site } else { vec![1, #hole] });
        let mut seen = vec![];
        let filled = fill(tokens, &mut |mark| {
            seen.push(mark);
            Mark::Next.expr().to_token_stream()
        });
        assert_eq!(seen, [Mark::Site(3), Mark::Hole(0)]);
        assert_eq!(filled.to_string().matches("__dlp_next").count(), 2);
    }
}
