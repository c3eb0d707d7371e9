//! Marks: where the analysis has taken something out of the user's code, for the expansion to put its own there.
//!
//! A mark is three tokens that no Rust program holds, so that it survives in an expression as well as among the
//! tokens of a macro call. Some stand around code that is still the user's: that follows in braces.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

/// What was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// In the function: the loop of this number, which is split.
    Loop(usize),
    /// In the parallel part: the effect of this number.
    Site(usize),
    /// In the parallel part: `continue` of the loop that is split.
    Next,
    /// In the statement of an effect: the accumulator of this number.
    Place(usize),
    /// In the statement of an effect: the value of this number.
    Hole(usize),
    /// The way out of this number, taken here.
    Leave(usize),
    /// Around what a `?` stands on, which is the way out of this number.
    Try(usize),
    /// Around a statement on the place of this number, which may be in the world outside the program.
    Guard(usize),
    /// Before the call of this number, which must not change what the iteration shares.
    Alias(usize),
}

const PREFIX: &str = "__dlp_";

impl Mark {
    /// The mark as an expression.
    pub(crate) fn expr(self) -> Expr {
        Expr::Verbatim(self.tokens())
    }

    /// The mark around `inner`.
    pub(crate) fn around(self, inner: &dyn ToTokens) -> Expr {
        let mut tokens = self.tokens();
        tokens.extend([TokenTree::Group(Group::new(Delimiter::Brace, inner.to_token_stream()))]);
        Expr::Verbatim(tokens)
    }

    fn tokens(self) -> TokenStream {
        let (name, number) = match self {
            Self::Loop(number) => ("loop", number),
            Self::Site(number) => ("site", number),
            Self::Next => ("next", 0),
            Self::Place(number) => ("place", number),
            Self::Hole(number) => ("hole", number),
            Self::Leave(number) => ("leave", number),
            Self::Try(number) => ("try", number),
            Self::Guard(number) => ("guard", number),
            Self::Alias(number) => ("alias", number),
        };
        let tokens: [TokenTree; 3] = [
            Punct::new('@', Spacing::Alone).into(),
            Ident::new(&format!("{PREFIX}{name}"), Span::mixed_site()).into(),
            Literal::usize_unsuffixed(number).into(),
        ];
        tokens.into_iter().collect()
    }

    /// The mark that an expression is.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        let Expr::Verbatim(tokens) = expr else { return None };
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        Self::read(&tokens)
    }

    /// The mark at the start of `tokens`.
    pub(crate) fn read(tokens: &[TokenTree]) -> Option<Self> {
        let [TokenTree::Punct(at), TokenTree::Ident(name), TokenTree::Literal(number), ..] = tokens else {
            return None;
        };
        if at.as_char() != '@' {
            return None;
        }
        let number = number.to_string().parse().ok()?;
        Some(match name.to_string().strip_prefix(PREFIX)? {
            "loop" => Self::Loop(number),
            "site" => Self::Site(number),
            "next" => Self::Next,
            "place" => Self::Place(number),
            "hole" => Self::Hole(number),
            "leave" => Self::Leave(number),
            "try" => Self::Try(number),
            "guard" => Self::Guard(number),
            "alias" => Self::Alias(number),
            _ => return None,
        })
    }

    /// Whether code of the user's follows it.
    fn is_around(self) -> bool {
        matches!(self, Self::Try(_) | Self::Guard(_))
    }
}

/// `tokens` with every mark replaced by what `fill` gives for it, and for what it stands around, where marks are
/// replaced already.
pub(crate) fn fill(
    tokens: TokenStream,
    fill: &mut dyn FnMut(Mark, TokenStream) -> TokenStream,
) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut filled = TokenStream::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(mark) = Mark::read(&tokens[at..]) {
            let inner = match tokens.get(at + 3) {
                Some(TokenTree::Group(group)) if mark.is_around() => self::fill(group.stream(), fill),
                _ => TokenStream::new(),
            };
            filled.extend(fill(mark, inner));
            at += if mark.is_around() { 4 } else { 3 };
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
    use quote::quote;

    #[test]
    fn marks_are_found_again_in_groups_and_macros() {
        let (site, hole) = (Mark::Site(3).expr(), Mark::Hole(0).expr());
        assert_eq!(Mark::of(&site), Some(Mark::Site(3)));
        assert_eq!(Mark::of(&syn::parse_quote!(x)), None);
        let question = Mark::Try(2).around(&quote!(f(#hole)));
        let tokens = quote!(if a { #site } else { vec![1, #question] });
        let mut seen = vec![];
        let filled = fill(tokens, &mut |mark, inner| {
            seen.push(mark);
            match mark {
                Mark::Try(_) => quote!(again(#inner)),
                _ => Mark::Next.expr().to_token_stream(),
            }
        });
        assert_eq!(seen, [Mark::Site(3), Mark::Hole(0), Mark::Try(2)]);
        assert_eq!(filled.to_string().matches("__dlp_next").count(), 2);
        assert!(filled.to_string().contains("again (f (@"));
    }
}
