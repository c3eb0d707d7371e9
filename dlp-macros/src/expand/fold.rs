//! Which effects are folded where they arise, if the types go along, instead of being recorded one by one: statements like
//! `acc += e` whose accumulator nothing else in the loop can see. Judges syntax; of the types the run-time half knows more.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{BinOp, Expr, ExprBinary, Ident, UnOp};

use super::effect::{Code, hole, witness};
use super::print;
use crate::args::Args;
use crate::mark::Mark;
use crate::model::{Carry, Effect, Kind, Split};
use crate::scope::fresh;

/// An effect that is folded.
pub(super) struct Fold<'a> {
    /// What is done with the values: the name of a type in `dlp_core::fold::by`.
    by: &'static str,
    /// The place, as the statement has it.
    place: &'a Expr,
    /// The value, as the statement has it.
    pub(super) value: &'a Expr,
}

impl<'a> Fold<'a> {
    /// Effect number `number`, if it is folded.
    pub(super) fn of(split: &'a Split, args: &Args, number: usize) -> Option<Self> {
        let effect = &split.effects[number];
        let Kind::Statement { template, .. } = &effect.kind else { return None };
        let fold = Self::operation(template, args.reorder)?;
        (split.runs_to_end() && !args.undoes() && fold.is_simple(effect) && is_alone(split, number))
            .then_some(fold)
    }

    fn operation(template: &'a Expr, reorder: bool) -> Option<Self> {
        match template {
            Expr::Binary(ExprBinary { left, op, right, .. }) => {
                let place = match &**left {
                    Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => &unary.expr,
                    place => place,
                };
                is_place(place).then_some(())?;
                Some(Self { by: assigned(*op, reorder)?, place: left, value: right })
            }
            Expr::Assign(assign) if is_place(&assign.left) => match &*assign.right {
                Expr::Binary(ExprBinary { left, op, right, .. }) if is_place(left) => {
                    Some(Self { by: operated(*op, reorder)?, place: &assign.left, value: right })
                }
                Expr::MethodCall(call) if is_place(&call.receiver) && call.turbofish.is_none() => {
                    let value = call.args.first().filter(|_| call.args.len() == 1)?;
                    Some(Self { by: called(&call.method)?, place: &assign.left, value })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the statement changes one variable of the function's own, by one value that the iteration has.
    fn is_simple(&self, effect: &Effect) -> bool {
        let [place] = &effect.places[..] else { return false };
        let value = match (operand(self.value), &effect.leaves[..]) {
            (Expr::Lit(_) | Expr::Path(_), []) => true,
            (operand, [leaf]) => {
                Mark::of(operand) == Some(Mark::Hole(0)) && matches!(leaf.carry, Carry::Value | Carry::Part)
            }
            _ => false,
        };
        value && effect.read_only.is_empty() && !effect.is_unsafe && place.variable().is_some()
    }
}

/// Whether nothing else in the loop can see the accumulator of this effect, or what has become of it when it overflows.
fn is_alone(split: &Split, number: usize) -> bool {
    let place = &split.effects[number].places[0];
    let own = split.scratch.iter().any(|buffer| place.variable() == Some(&buffer.variable));
    let read = split.reads.iter().any(|read| read.place.overlaps(place));
    let others = split.effects.iter().enumerate().filter(|(other, _)| *other != number);
    !own && !read
        && others
            .into_iter()
            .all(|(_, other)| !other.places.iter().any(|one| one.overlaps(place)) && !prints(other))
}

fn prints(effect: &Effect) -> bool {
    match &effect.kind {
        Kind::Print => true,
        Kind::Piece { template, .. } => print::is_in(template.to_token_stream()),
        Kind::Statement { .. } => false,
    }
}

fn is_place(expr: &Expr) -> bool {
    Mark::of(expr) == Some(Mark::Place(0))
}

/// What a value is made of by `as`, `-` and parentheses.
fn operand(value: &Expr) -> &Expr {
    match value {
        Expr::Cast(cast) => operand(&cast.expr),
        Expr::Paren(inner) => operand(&inner.expr),
        Expr::Group(inner) => operand(&inner.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => operand(&unary.expr),
        other => other,
    }
}

fn assigned(operator: BinOp, reorder: bool) -> Option<&'static str> {
    Some(match operator {
        BinOp::AddAssign(_) | BinOp::SubAssign(_) if reorder => "LooseSum",
        BinOp::AddAssign(_) | BinOp::SubAssign(_) => "Sum",
        BinOp::MulAssign(_) if reorder => "LooseProduct",
        BinOp::BitAndAssign(_) => "And",
        BinOp::BitOrAssign(_) => "Or",
        BinOp::BitXorAssign(_) => "Xor",
        _ => return None,
    })
}

fn operated(operator: BinOp, reorder: bool) -> Option<&'static str> {
    Some(match operator {
        BinOp::Add(_) | BinOp::Sub(_) if reorder => "LooseSum",
        BinOp::Add(_) | BinOp::Sub(_) => "Sum",
        BinOp::Mul(_) if reorder => "LooseProduct",
        BinOp::BitAnd(_) => "And",
        BinOp::BitOr(_) => "Or",
        BinOp::BitXor(_) => "Xor",
        _ => return None,
    })
}

fn called(method: &Ident) -> Option<&'static str> {
    Some(match method.to_string().as_str() {
        "wrapping_add" | "wrapping_sub" => "WrappingSum",
        "wrapping_mul" => "WrappingProduct",
        "min" => "Min",
        "max" => "Max",
        _ => return None,
    })
}

/// The name of the fold of effect number `number`.
fn name(number: usize) -> Ident {
    fresh(&format!("fold_{number}"))
}

impl Code<'_> {
    fn fold(&self, number: usize) -> Option<Fold<'_>> {
        Fold::of(self.split, self.args, number)
    }

    fn folded(&self) -> impl Iterator<Item = usize> {
        (0..self.split.effects.len()).filter(|number| self.fold(*number).is_some())
    }

    /// A declaration for each effect that is folded.
    pub(super) fn folds(&self) -> TokenStream {
        let dlp = self.dlp;
        let folds = self.folded().map(|number| {
            let (effect, fold) = (&self.split.effects[number], self.fold(number).expect("it is folded"));
            let (name, by) = (name(number), Ident::new(fold.by, Span::mixed_site()));
            let place = self.user_code(fold.place, &mut |_, _| effect.places[0].expr.to_token_stream());
            let site = u32::try_from(number).expect("few effects");
            quote!(let #name = &#dlp::Fold::of(&#place, #site, #dlp::by::#by);)
        });
        folds.collect()
    }

    /// All of them, for the loop.
    pub(super) fn all_folds(&self) -> TokenStream {
        let dlp = self.dlp;
        let folds: Vec<TokenStream> = self
            .folded()
            .map(|number| {
                let name = name(number);
                quote!((&&&*#name).dlp_folding())
            })
            .collect();
        if folds.is_empty() {
            return quote!(#dlp::AllFolds::none());
        }
        let effects =
            self.split.effects.iter().enumerate().filter(|(number, _)| self.fold(*number).is_none());
        let outside = effects
            .flat_map(|(number, effect)| (0..effect.places.len()).map(move |at| witness(number, at)))
            .map(|witness| quote!(#witness.is_outside() ||));
        quote!(#dlp::AllFolds::new([#(#folds),*], #(#outside)* false))
    }

    /// Records an effect by `recorded`, or folds its value; `hole` is what stands in it for the value that is carried.
    pub(super) fn fold_or(&self, number: usize, hole: &dyn ToTokens, recorded: TokenStream) -> TokenStream {
        let Some(fold) = self.fold(number) else { return recorded };
        let name = name(number);
        let value = self.user_code(fold.value, &mut |_, _| hole.to_token_stream());
        quote! {
            #name.is(&(#value));
            if (&&&*#name).dlp_on() {
                (&&&*#name).dlp_add(&(#value));
            } else {
                #recorded
            }
        }
    }

    /// Replays an effect by `replayed`, or runs its statement with the few values that were folded to.
    pub(super) fn folded_or(&self, number: usize, replayed: &TokenStream) -> TokenStream {
        let effect = &self.split.effects[number];
        let (Some(_), Kind::Statement { template, .. }) = (self.fold(number), &effect.kind) else {
            return replayed.clone();
        };
        let (name, op, step, value) = (name(number), self.op, fresh("step"), hole(0));
        let mut template = Expr::clone(template);
        put(&mut template, &syn::parse_quote!(#value));
        let statement = self.user_code(&template, &mut |_, _| effect.places[0].expr.to_token_stream());
        let statement = self.performed(effect, &quote!(#statement;));
        quote! {{
            if (&&&*#name).dlp_on() {
                for #step in (&&&*#name).dlp_steps(#op.reader()) {
                    let #value = (&&&*#name).dlp_step(&#step);
                    #statement
                }
            } else {
                #replayed
            }
        }}
    }
}

/// Puts another value into a statement that is folded.
fn put(template: &mut Expr, value: &Expr) {
    match template {
        Expr::Binary(binary) => *binary.right = value.clone(),
        Expr::Assign(assign) => match &mut *assign.right {
            Expr::Binary(binary) => *binary.right = value.clone(),
            Expr::MethodCall(call) => call.args = std::iter::once(value.clone()).collect(),
            _ => {}
        },
        _ => {}
    }
}
