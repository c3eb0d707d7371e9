//! A number that changes with the text of a loop, and only with it.

use proc_macro2::{TokenStream, TokenTree};

/// The tokens' FNV-1a hash: spaces and comments do not count. Stable from build to build, as journals need it.
pub(super) fn hash(tokens: TokenStream) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.tokens(tokens);
    hash.0
}

struct Fnv(u64);

impl Fnv {
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    self.text(&format!("{:?}", group.delimiter()));
                    self.tokens(group.stream());
                    self.text("end");
                }
                other => self.text(&other.to_string()),
            }
        }
    }

    /// The bytes, and one that is in no token, so that tokens cannot run into each other.
    fn text(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> u64 {
        hash(text.parse().expect("it is Rust"))
    }

    #[test]
    fn only_the_tokens_count() {
        assert_eq!(of("for x in xs { f(x) }"), of("for x in xs {\n    f( x ) // comment\n}"));
        assert_ne!(of("for x in xs { f(x) }"), of("for x in xs { f(y) }"));
        assert_ne!(of("a (b) c"), of("a (b c)"));
        assert_eq!(of("for"), of("for"));
    }
}
