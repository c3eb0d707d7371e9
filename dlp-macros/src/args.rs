//! The options of `#[dlp::parallel(..)]`: from tokens to a checked form.
//!
//! A wrong option is reported and left at its default, so that one mistake gives one error. Knows nothing of the
//! function that the attribute stands on.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Meta, Path, Token};

use crate::diagnostics::Diagnostics;
use crate::guess::{listed, unknown};

/// What was asked for a loop, or stands by default.
#[derive(Clone, Debug)]
pub(crate) struct Args {
    pub(crate) strategy: Strategy,
    pub(crate) chunk: Chunk,
    pub(crate) gather: Gather,
    pub(crate) manager: Manager,
    pub(crate) check: Check,
    pub(crate) on_error: OnError,
    /// How often a failing iteration is tried again: an expression of type `u32`.
    pub(crate) retry: Option<Expr>,
    /// Floats need not be added up in the serial order.
    pub(crate) reorder: bool,
    /// The path of the crate `dlp`.
    pub(crate) krate: Path,
}

impl Default for Args {
    fn default() -> Self {
        Self {
            strategy: Strategy::Managed,
            chunk: Chunk::Auto,
            gather: Gather::All,
            manager: Manager::Working,
            check: Check::Sample,
            on_error: OnError::Stop,
            retry: None,
            reorder: false,
            krate: syn::parse_quote!(::dlp),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Strategy {
    Managed,
    RoundRobin,
    Block,
    Serial,
    Guided,
    Factoring,
    Trapezoid,
    Shared,
    /// An expression of type `dlp::Strategy`, for the compiler to judge.
    Const(Box<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Chunk {
    Auto,
    Fixed(LitInt),
    /// An expression of type `u64`, for the compiler to judge.
    Const(Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gather {
    All,
    Root,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manager {
    Working,
    Dedicated,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Check {
    Sample,
    Full,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum OnError {
    Stop,
    Skip,
}

const OPTIONS: [&str; 9] =
    ["strategy", "chunk", "gather", "manager", "check", "on_error", "retry", "reorder", "crate"];
/// A mark cannot say for the whole function who has the result, nor where the crate is.
const OPTIONS_OF_MARKS: [&str; 7] = ["strategy", "chunk", "manager", "check", "on_error", "retry", "reorder"];
const STRATEGIES: [(&str, Strategy); 8] = [
    ("managed", Strategy::Managed),
    ("round_robin", Strategy::RoundRobin),
    ("block", Strategy::Block),
    ("serial", Strategy::Serial),
    ("guided", Strategy::Guided),
    ("factoring", Strategy::Factoring),
    ("trapezoid", Strategy::Trapezoid),
    ("shared", Strategy::Shared),
];
const GATHERS: [(&str, Gather); 3] = [("all", Gather::All), ("root", Gather::Root), ("none", Gather::None)];
const MANAGERS: [(&str, Manager); 2] = [("working", Manager::Working), ("dedicated", Manager::Dedicated)];
const ON_ERRORS: [(&str, OnError); 2] = [("stop", OnError::Stop), ("skip", OnError::Skip)];
const CHECKS: [(&str, Check); 3] = [("sample", Check::Sample), ("full", Check::Full), ("off", Check::Off)];

/// One `name = value` as it was written.
struct Setting {
    name: Ident,
    value: Option<Expr>,
}

impl Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any).map_err(|error| {
            syn::Error::new(error.span(), r#"expected an option with its name, as in `strategy = "managed"`"#)
        })?;
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(Self { name, value: None });
        }
        if !input.peek(Token![=]) {
            let message = format!("expected `{name} = ..`: the value of an option follows a `=`");
            return Err(syn::Error::new(input.span(), message));
        }
        input.parse::<Token![=]>()?;
        Ok(Self { name, value: Some(input.parse()?) })
    }

    fn span(&self) -> Span {
        self.value.as_ref().map_or(self.name.span(), Spanned::span)
    }
}

/// Reads the options. Whatever is wrong is reported, and stays at its default.
pub(crate) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Args {
    let mut args = Args::default();
    args.read(tokens, &OPTIONS, diagnostics);
    args
}

impl Args {
    /// Whether what a failing iteration did may have to be undone.
    pub(crate) fn undoes(&self) -> bool {
        self.on_error == OnError::Skip || self.retry.is_some()
    }

    /// Reads the options of a mark, which override those of the function.
    pub(crate) fn overridden(&mut self, mark: &Attribute, diagnostics: &mut Diagnostics) {
        match &mark.meta {
            Meta::Path(_) => {}
            Meta::List(list) => self.read(list.tokens.clone(), &OPTIONS_OF_MARKS, diagnostics),
            Meta::NameValue(pair) => diagnostics.over(
                pair,
                "the options of a mark stand in parentheses, as in `#[parallel(strategy = \"block\")]`",
            ),
        }
    }

    fn read(&mut self, tokens: TokenStream, known: &[&str], diagnostics: &mut Diagnostics) {
        let parser =
            |input: ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, Setting::parse);
        let settings = match parser.parse2(tokens) {
            Ok(settings) => settings,
            Err(error) => return diagnostics.push(error),
        };
        let mut seen: Vec<Ident> = Vec::new();
        let mut chunk_at = None;
        for setting in settings {
            let name = setting.name.to_string();
            if let Some(first) = seen.iter().find(|first| **first == name) {
                let message = format!("`{name}` is given twice: leave one of them out");
                diagnostics.pair(&setting.name, &message, first, "it is given here first");
                continue;
            }
            if ["crate", "gather"].contains(&name.as_str()) && !known.contains(&name.as_str()) {
                let message = format!(
                    "`{name}` is an option of the whole function: write it in `#[dlp::parallel({name} = ..)]`"
                );
                diagnostics.at(setting.name.span(), &message);
                continue;
            }
            if !known.contains(&name.as_str()) {
                diagnostics.at(setting.name.span(), &unknown("option", &name, known, "`"));
                continue;
            }
            seen.push(setting.name.clone());
            let Some(value) = &setting.value else {
                let message = format!("`{name}` needs a value: {}", example(&name));
                diagnostics.at(setting.name.span(), &message);
                continue;
            };
            if name == "chunk" {
                chunk_at = Some(setting.span());
            }
            if let Err(error) = self.set(&name, value) {
                diagnostics.push(error);
            }
        }
        self.check_chunk(chunk_at, diagnostics);
    }

    /// Reports a chunk that is given and means nothing.
    fn check_chunk(&self, chunk_at: Option<Span>, diagnostics: &mut Diagnostics) {
        if let Some(span) = chunk_at.filter(|_| self.chunk != Chunk::Auto) {
            match self.strategy {
            Strategy::Block => diagnostics.at(
                span,
                "`chunk` has no meaning with `strategy = \"block\"`, where every rank gets one contiguous share: \
                 leave it out, or write `strategy = \"round_robin\"` for blocks of this many iterations in turn",
            ),
            Strategy::Serial => diagnostics.at(
                span,
                "`chunk` has no meaning with `strategy = \"serial\"`, where the root runs every iteration and \
                 nothing is handed out: leave it out",
            ),
            _ => {}
        }
        }
    }

    fn set(&mut self, name: &str, value: &Expr) -> syn::Result<()> {
        match name {
            "strategy" => self.strategy = strategy(value)?,
            "chunk" => self.chunk = chunk(value)?,
            "gather" => self.gather = named(name, value, &GATHERS)?,
            "manager" => self.manager = named(name, value, &MANAGERS)?,
            "check" => self.check = named(name, value, &CHECKS)?,
            "on_error" => self.on_error = named(name, value, &ON_ERRORS)?,
            "retry" => self.retry = retry(value)?,
            "reorder" => self.reorder = reorder(value)?,
            _ => self.krate = krate(value)?,
        }
        Ok(())
    }
}

fn strategy(value: &Expr) -> syn::Result<Strategy> {
    match literal(value) {
        Some(_) => named("strategy", value, &STRATEGIES),
        None => Ok(Strategy::Const(Box::new(value.clone()))),
    }
}

fn chunk(value: &Expr) -> syn::Result<Chunk> {
    const EXPECTED: &str = "expected a number of iterations, or \"auto\"";
    match literal(value) {
        Some(Lit::Int(number)) => match number.base10_parse::<u64>() {
            Ok(0) => {
                let message =
                    "a `chunk` of 0 iterations would never get done: at least 1, or leave `chunk` out";
                Err(syn::Error::new(number.span(), message))
            }
            Ok(_) if ["", "u64"].contains(&number.suffix()) => Ok(Chunk::Fixed(number.clone())),
            _ => Err(syn::Error::new(number.span(), "`chunk` is a `u64`")),
        },
        Some(Lit::Str(text)) if text.value() == "auto" => Ok(Chunk::Auto),
        Some(other) => Err(syn::Error::new(other.span(), format!("wrong `chunk`: {EXPECTED}"))),
        None if matches!(value, Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), .. })) => {
            Err(syn::Error::new_spanned(value, format!("wrong `chunk`: {EXPECTED}")))
        }
        None => Ok(Chunk::Const(Box::new(value.clone()))),
    }
}

/// How often to try again; nothing where that is never.
fn retry(value: &Expr) -> syn::Result<Option<Expr>> {
    const EXPECTED: &str = "wrong `retry`: expected how often an iteration that fails is tried again";
    match literal(value) {
        Some(Lit::Int(number)) => match number.base10_parse::<u32>() {
            Ok(count) if ["", "u32"].contains(&number.suffix()) => Ok((count > 0).then(|| value.clone())),
            _ => Err(syn::Error::new(number.span(), "`retry` is a `u32`")),
        },
        Some(other) => Err(syn::Error::new(other.span(), EXPECTED)),
        None if matches!(value, Expr::Unary(_)) => Err(syn::Error::new_spanned(value, EXPECTED)),
        None => Ok(Some(value.clone())),
    }
}

fn reorder(value: &Expr) -> syn::Result<bool> {
    match literal(value) {
        Some(Lit::Bool(value)) => Ok(value.value),
        _ => {
            let message =
                "wrong `reorder`: expected `true`, where floats may be added up in any order, or `false`";
            Err(syn::Error::new_spanned(value, message))
        }
    }
}

fn krate(value: &Expr) -> syn::Result<Path> {
    let Some(text) = string(value) else {
        return Err(syn::Error::new_spanned(
            value,
            "`crate` is a path in quotes, as in `crate = \"my_crate::dlp\"`",
        ));
    };
    let message = |_| syn::Error::new(text.span(), "`crate` is a path, as in `crate = \"my_crate::dlp\"`");
    text.parse_with(Path::parse_mod_style).map_err(message)
}

/// The value that a string stands for.
fn named<T: Clone>(option: &str, value: &Expr, known: &[(&str, T)]) -> syn::Result<T> {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let Some(text) = string(value) else {
        let message = format!("wrong `{option}`: expected one of {}", listed(&names, "\""));
        return Err(syn::Error::new_spanned(value, message));
    };
    let found = known.iter().find(|(name, _)| *name == text.value());
    let message = || syn::Error::new(text.span(), unknown(option, &text.value(), &names, "\""));
    found.map(|(_, value)| value.clone()).ok_or_else(message)
}

fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

fn string(value: &Expr) -> Option<&LitStr> {
    match literal(value) {
        Some(Lit::Str(text)) => Some(text),
        _ => None,
    }
}

fn example(option: &str) -> &'static str {
    match option {
        "strategy" => "`strategy = \"managed\"`",
        "chunk" => "`chunk = 8`",
        "gather" => "`gather = \"root\"`",
        "manager" => "`manager = \"dedicated\"`",
        "check" => "`check = \"full\"`",
        "on_error" => "`on_error = \"skip\"`",
        "retry" => "`retry = 2`",
        "reorder" => "`reorder = true`",
        _ => "`crate = \"my_crate::dlp\"`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn read(tokens: TokenStream) -> (Args, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let args = parse(tokens, &mut diagnostics);
        (args, diagnostics.check().into_iter().flatten().map(|error| error.to_string()).collect())
    }

    #[test]
    fn every_option_is_read() {
        let (args, errors) = read(quote!(
            strategy = "round_robin",
            chunk = 8,
            gather = "root",
            manager = "dedicated",
            check = "full",
            on_error = "skip",
            retry = 3,
            crate = "a::dlp",
        ));
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(args.strategy, Strategy::RoundRobin);
        assert!(matches!(args.chunk, Chunk::Fixed(n) if n.base10_digits() == "8"));
        assert_eq!((args.gather, args.manager), (Gather::Root, Manager::Dedicated));
        assert_eq!((args.check, args.on_error), (Check::Full, OnError::Skip));
        assert_eq!(args.retry, Some(syn::parse_quote!(3)));
        assert_eq!(args.krate, syn::parse_quote!(a::dlp));
    }

    #[test]
    fn constants_are_left_to_the_compiler() {
        let (args, errors) = read(quote!(strategy = crate::STRATEGY, chunk = 2 * BLOCK));
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(args.strategy, Strategy::Const(syn::parse_quote!(crate::STRATEGY)));
        assert_eq!(args.chunk, Chunk::Const(syn::parse_quote!(2 * BLOCK)));
    }

    #[test]
    fn every_mistake_is_reported_and_leaves_the_default() {
        let (args, errors) = read(quote!(strategi = "managed", gather = "rot", chunk = 0, manager));
        assert_eq!(errors.len(), 4);
        assert!(errors[0].contains("unknown option `strategi`, did you mean `strategy`?"), "{}", errors[0]);
        assert!(errors[1].contains("unknown gather `rot`, did you mean \"root\"?"), "{}", errors[1]);
        assert!(errors[2].contains("`chunk` of 0"), "{}", errors[2]);
        assert!(errors[3].contains("`manager` needs a value"), "{}", errors[3]);
        assert_eq!((args.strategy, args.gather, args.chunk), (Strategy::Managed, Gather::All, Chunk::Auto));
    }

    #[test]
    fn contradictions_are_named() {
        assert!(read(quote!(strategy = "block", chunk = 3)).1[0].contains("contiguous share"));
        assert!(read(quote!(strategy = "serial", chunk = 3)).1[0].contains("nothing is handed out"));
        assert!(read(quote!(strategy = 3)).1[0].contains("wrong `strategy`"));
        assert!(read(quote!(chunk = -1)).1[0].contains("wrong `chunk`"));
        assert_eq!(read(quote!(chunk = 1, chunk = 2)).1.len(), 2);
        assert!(read(quote!("managed")).1[0].contains("expected an option with its name"));
    }
}
