//! What an effect is in the serial part: the user's own statement, on the real variables.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, Ident};

use super::{
    Code, Form, Side, as_unit, bound, field, filled, hole, leaves, leaves_anyhow, method, mutable, witness,
};
use crate::expand::{label, parenthesised};
use crate::mark::Mark;
use crate::model::{Carry, Effect, Kind};
use crate::place::Place;
use crate::scope::fresh;

fn holder(at: usize) -> Ident {
    fresh(&format!("held_{at}"))
}

impl Code<'_> {
    /// The variables that a replay takes the old value out of. The serial part is a closure that is called again and
    /// again, which may not move out of a variable: an `Option` holds them while the loop runs.
    fn moved(&self) -> Vec<&Place> {
        let mut moved: Vec<&Place> = Vec::new();
        for place in self.split.effects.iter().filter_map(|effect| effect.moved.as_ref()) {
            if !moved.contains(&place) {
                moved.push(place);
            }
        }
        moved
    }

    /// Before the loop: the variables that are moved go into their holders.
    pub(in crate::expand) fn hold(&self) -> TokenStream {
        let held = self.moved().into_iter().enumerate().map(|(at, place)| {
            let (holder, place) = (holder(at), &place.expr);
            quote!(let mut #holder = ::core::option::Option::Some(#place);)
        });
        held.collect()
    }

    /// After the loop: the variables have their values again.
    pub(in crate::expand) fn release(&self) -> TokenStream {
        let released = self.moved().into_iter().enumerate().map(|(at, place)| {
            let (holder, place) = (holder(at), &place.expr);
            quote!(#place = ::core::option::Option::unwrap(#holder);)
        });
        released.collect()
    }

    /// The statement of an effect, with the variables that are held under their own names.
    fn with_held(&self, effect: &Effect, statement: &TokenStream) -> TokenStream {
        let (mut before, mut after) = (TokenStream::new(), TokenStream::new());
        for (at, variable) in self.moved().into_iter().enumerate() {
            if effect.places.iter().any(|place| place.overlaps(variable)) {
                let (holder, name) = (holder(at), &variable.expr);
                before.extend(quote! {
                    let mut #name = ::core::option::Option::unwrap(::core::option::Option::take(&mut #holder));
                });
                after.extend(quote!(#holder = ::core::option::Option::Some(#name);));
            }
        }
        quote!(#before #statement #after)
    }

    /// Replays the effect of this number: an arm of a `match`.
    pub(in crate::expand) fn replay(&self, number: usize) -> TokenStream {
        let effect = &self.split.effects[number];
        let replay = self.in_forms(effect.has_parts(), |form| self.replay_as(number, effect, form));
        let replay = self.folded_or(number, &replay);
        let (op, site, items) = (self.op, u32::try_from(number).expect("few effects"), &effect.items);
        let replay = match &effect.kind {
            Kind::Piece { template, .. } | Kind::Statement { template, .. } if leaves_anyhow(template) => {
                replay
            }
            // Iterations mostly do alike: those that come one after another stay here.
            _ => {
                let many = self.push_many(number);
                quote!(loop { #replay #many if !#op.again(#site) { break; } })
            }
        };
        quote!(#site => { #(#items)* #replay })
    }

    /// After a `list.push(value)`: the same for the iterations that come next, if the types are such that it can be done in one go.
    fn push_many(&self, number: usize) -> Option<TokenStream> {
        let effect = &self.split.effects[number];
        let (Kind::Statement { template, .. }, [place], [leaf]) =
            (&effect.kind, &effect.places[..], &effect.leaves[..])
        else {
            return None;
        };
        let Expr::MethodCall(call) = &**template else { return None };
        let is_push = call.method == "push"
            && Mark::of(&call.receiver) == Some(Mark::Place(0))
            && call.args.len() == 1
            && Mark::of(&call.args[0]) == Some(Mark::Hole(0));
        let held = self.moved().into_iter().any(|held| held.overlaps(place));
        if !is_push || !place.is_mutable() || held || effect.is_unsafe || !matches!(leaf.carry, Carry::Value)
        {
            return None;
        }
        let (dlp, op, list, field) = (self.dlp, self.op, &place.expr, field(number, 0));
        let (site, witness) = (u32::try_from(number).expect("few effects"), witness(number, 0));
        let list = match list {
            Expr::Path(_) if place.is_behind() => quote!(&mut *#list),
            _ => quote!(&mut #list),
        };
        Some(quote!(if #witness.replays() { (&&#dlp::Row::of(#list, #field)).dlp_push_many(#site, #op); }))
    }

    fn replay_as(&self, number: usize, effect: &Effect, form: Form) -> TokenStream {
        let (dlp, op) = (self.dlp, self.op);
        let item = (form == Form::ItemAtHand).then(|| {
            let pattern = parenthesised(self.split.pattern());
            quote!(let #pattern = #op.item();)
        });
        let parts = effect.parts.iter().filter(|_| form == Form::Carried);
        let hidden = effect.hidden.iter().chain(parts);
        let gets =
            effect.leaves.iter().enumerate().filter(|(_, leaf)| form.carries(leaf)).map(|(at, leaf)| {
                let (name, field, get) = (bound(at, leaf), field(number, at), method("dlp_get", leaf));
                let mutable = mutable(leaf);
                quote!(let #mutable #name = (&&&&&&*#field).#get(#op.reader());)
            });
        let done = match &effect.kind {
            Kind::Print => {
                let text = hole(0);
                quote!(#dlp::print(&#text);)
            }
            Kind::Piece { template, .. } => {
                let piece = self
                    .user_code(template, &mut |mark, inner| self.way_of(number, mark, &inner, Side::Replay));
                self.performed(effect, &quote!(#piece;))
            }
            Kind::Statement { template, unit } => {
                let statement = self.user_code(template, &mut |mark, inner| match mark {
                    Mark::Place(at) => effect.places[at].expr.to_token_stream(),
                    Mark::Hole(at) if !form.carries(&effect.leaves[at]) => {
                        effect.leaves[at].value.to_token_stream()
                    }
                    Mark::Hole(at) => filled(at, &effect.leaves[at]),
                    _ => self.way(mark, &inner, Side::Replay),
                });
                let statement = self.performed(effect, &as_unit(&statement, *unit));
                let written = (0..effect.places.len()).filter(|at| !effect.read_only.contains(at));
                let witnesses = written.map(|at| witness(number, at));
                let here = quote!(#(#witnesses.replays())&&*);
                match leaves(template) {
                    true => self.guarded(&here, &statement),
                    false => quote!(if #here { #statement }),
                }
            }
        };
        quote! {
            #item
            #(let #hidden = #dlp::NotCarried;)*
            #(#gets)*
            #done
        }
    }

    /// A mark in the piece that effect `number` is.
    pub(super) fn way_of(&self, number: usize, mark: Mark, inner: &TokenStream, side: Side) -> TokenStream {
        match mark {
            Mark::Guard(_) if side == Side::Types => quote!({ #inner; }),
            Mark::Guard(at) => {
                let witness = witness(number, at);
                self.guarded(&quote!(#witness.replays()), &quote!(#inner;))
            }
            _ => self.way(mark, inner, side),
        }
    }

    /// A statement that is performed where `here` holds, and elsewhere heard of.
    fn guarded(&self, here: &TokenStream, statement: &TokenStream) -> TokenStream {
        let (dlp, op, leave) = (self.dlp, self.op, label("replay"));
        quote! {
            match #op.guard(#here) {
                #dlp::Guard::Act => { #statement }
                #dlp::Guard::Pass => {}
                #dlp::Guard::Leave(exit) => break #leave #dlp::Flow::Leave(exit),
            }
        }
    }

    /// A statement as the replay performs it.
    pub(in crate::expand) fn performed(&self, effect: &Effect, statement: &TokenStream) -> TokenStream {
        let statement = self.with_held(effect, statement);
        match effect.is_unsafe {
            true => quote!(unsafe { #statement }),
            false => statement,
        }
    }
}
