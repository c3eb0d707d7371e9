//! Writes the ways out of a loop: what notes that one is taken, in either part, and what takes it after the loop, in the
//! user's own function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use super::effect::{Code, Form, Side, conjured, hole};
use crate::args::OnError;
use crate::check::is_variant;
use crate::mark::Mark;
use crate::model::{Carry, Exit, Leaf, Leaving};
use crate::scope::fresh;

fn slot(exit: usize, leaf: usize) -> Ident {
    fresh(&format!("slot_{exit}_{leaf}"))
}

fn number_of(exit: usize) -> u32 {
    u32::try_from(exit).expect("few ways out")
}

impl Code<'_> {
    /// A slot for each value of each way out, and what the function returns.
    pub(super) fn slots(&self) -> TokenStream {
        let dlp = self.dlp;
        let mut slots = TokenStream::new();
        for (number, exit) in self.split.exits.iter().enumerate() {
            let names = (0..self.slots_of(exit)).map(|at| slot(number, at));
            slots.extend(quote!(#(let #names = &#dlp::Slot::new();)*));
        }
        if self
            .split
            .exits
            .iter()
            .any(|exit| matches!(exit.kind, Leaving::Return(Some(_)) | Leaving::Question))
        {
            let returned = fresh("returned");
            // Tells the compiler the type, early.
            slots.extend(quote! {
                let #returned = &#dlp::Returned::new();
                if false {
                    return #returned.conjure();
                }
            });
        }
        slots
    }

    /// Whether a way out is never taken: the iteration fails by it, and is left out.
    fn is_left_out(&self, exit: &Exit) -> bool {
        self.args.on_error == OnError::Skip && exit.fails()
    }

    /// How many slots a way out has: one for each value, or for the error where only that is wanted.
    fn slots_of(&self, exit: &Exit) -> usize {
        if self.is_left_out(exit) { 1 } else { exit.leaves.len() }
    }

    /// A way to leave or to go on, in a piece of the user's code.
    pub(super) fn way(&self, mark: Mark, inner: &TokenStream, side: Side) -> TokenStream {
        let dlp = self.dlp;
        let (iteration, replay) = (super::label("iteration"), super::label("replay"));
        match (mark, side) {
            (Mark::Next, Side::Iteration | Side::Types) => quote!(break #iteration #dlp::Flow::Next),
            (Mark::Next, Side::Replay) => quote!(break #replay #dlp::Flow::Skip),
            (Mark::Alias(number), _) => self.alias(number),
            (Mark::Leave(number), _) => self.leave(number, side),
            (Mark::Try(number), _) => self.question(number, inner, side),
            _ => unreachable!("no other mark stands there"),
        }
    }

    /// The iteration that is left.
    fn index(&self, side: Side) -> TokenStream {
        let (log, op) = (self.log, self.op);
        match side {
            Side::Replay => quote!(#op.index()),
            Side::Iteration | Side::Types => quote!(#log.index()),
        }
    }

    fn jump(&self, number: usize, side: Side) -> TokenStream {
        let (dlp, exit) = (self.dlp, number_of(number));
        let (iteration, replay) = (super::label("iteration"), super::label("replay"));
        match side {
            Side::Iteration => quote!(break #iteration #dlp::Flow::Leave(#exit)),
            Side::Types => quote!(break #iteration #dlp::Flow::Next),
            Side::Replay => quote!(break #replay #dlp::Flow::Leave(#exit)),
        }
    }

    /// `break` or `return`.
    fn leave(&self, number: usize, side: Side) -> TokenStream {
        let (exit, jump) = (&self.split.exits[number], self.jump(number, side));
        if let (true, Leaving::Return(Some(value))) = (self.is_left_out(exit), &exit.kind) {
            let noted = (side == Side::Iteration).then(|| self.fail(number, exit, value));
            return quote!({ #noted #jump });
        }
        let noted = self.in_forms(exit.has_parts(), |form| self.leave_as(number, exit, form, side));
        match (exit.leaves.is_empty(), &exit.kind) {
            (true, Leaving::Break | Leaving::Return(None)) => jump,
            _ => quote!({ #noted #jump }),
        }
    }

    /// `return Err(..)` where the iteration fails by it: the error itself, unless it is made of what the loop changes.
    fn fail(&self, number: usize, exit: &Exit, value: &Expr) -> TokenStream {
        let (dlp, slot, log, returned) = (self.dlp, slot(number, 0), self.log, fresh("returned"));
        let accumulators = self.split.accumulators();
        if exit.places.iter().any(|place| accumulators.iter().any(|written| written.overlaps(place))) {
            let text = value.to_token_stream().to_string();
            return quote!(#slot.keep(#log.index(), #text););
        }
        let value = self.user_code(value, &mut |mark, _| match mark {
            Mark::Hole(at) => self.leaving(&exit.leaves[at], Side::Iteration),
            _ => unreachable!("a value that leaves has marks for values only"),
        });
        let value = match self.wrap {
            Some(wrap) => wrap.wrapped(value).into_token_stream(),
            None => value,
        };
        let error = fresh("error");
        quote! {
            if let ::core::result::Result::Err(#error) = #dlp::Branch::branch(#returned.same(#value)) {
                #slot.is(&#error);
                #slot.keep(#log.index(), #error);
            }
        }
    }

    fn leave_as(&self, number: usize, exit: &Exit, form: Form, side: Side) -> TokenStream {
        let index = self.index(side);
        let carried: Vec<(usize, &Leaf)> =
            exit.leaves.iter().enumerate().filter(|(_, leaf)| form.carries(leaf)).collect();
        let values = carried.iter().map(|(_, leaf)| self.leaving(leaf, side));
        let names: Vec<Ident> = carried.iter().map(|(at, _)| hole(*at)).collect();
        let slots: Vec<Ident> = carried.iter().map(|(at, _)| slot(number, *at)).collect();
        let types = self.types_of(exit, form, &carried);
        let noted = match side {
            Side::Types => quote!(),
            _ => quote! {
                #(#slots.keep(#index, #names);)*
            },
        };
        quote! {
            match (#(#values,)*) {
                (#(#names,)*) => {
                    #types
                    #(#slots.is(&#names);)*
                    #noted
                }
            }
        }
    }

    /// A value that leaves, as it is evaluated: it is moved.
    fn leaving(&self, leaf: &Leaf, side: Side) -> TokenStream {
        let value = leaf.value.to_token_stream();
        match (&leaf.carry, side) {
            (Carry::Capture(_) | Carry::CapturePart(_), _) => value,
            (_, Side::Iteration) => self.evaluated(leaf),
            _ => self.user_code(&leaf.value, &mut |mark, inner| self.way(mark, &inner, side)),
        }
    }

    /// What leaves, type-checked where it stands.
    fn types_of(&self, exit: &Exit, form: Form, carried: &[(usize, &Leaf)]) -> TokenStream {
        let Leaving::Return(Some(value)) = &exit.kind else { return TokenStream::new() };
        let (dlp, returned) = (self.dlp, fresh("returned"));
        let mut types = TokenStream::new();
        for (at, leaf) in carried {
            let (value, name) = (hole(*at), bound(*at, leaf));
            types.extend(quote!(let #name = #dlp::like(&#value);));
        }
        for (at, leaf) in exit.leaves.iter().enumerate().filter(|(_, leaf)| !form.carries(leaf)) {
            let (name, value) = (bound(at, leaf), &leaf.value);
            types.extend(quote!(let #name = #dlp::like(&(#value));));
        }
        let value = self.value_of(exit, value);
        let value = conjured(&exit.places, quote!(#returned.is(#value);));
        quote!(if false { #types #value })
    }

    /// What leaves, with the values under their names.
    fn value_of(&self, exit: &Exit, value: &Expr) -> TokenStream {
        let value = self.user_code(value, &mut |mark, _| match mark {
            Mark::Hole(at) => hole_of(at, &exit.leaves[at]),
            _ => unreachable!("a value that leaves has marks for values only"),
        });
        match self.wrap {
            Some(wrap) => wrap.wrapped(value).into_token_stream(),
            None => value,
        }
    }

    /// `?`.
    fn question(&self, number: usize, inner: &TokenStream, side: Side) -> TokenStream {
        let (dlp, slot, index, jump) = (self.dlp, slot(number, 0), self.index(side), self.jump(number, side));
        let (value, exit) = (fresh("value"), fresh("exit"));
        let noted = match side {
            Side::Types => quote!(),
            _ => quote! {
                #slot.keep(#index, #exit);
            },
        };
        quote! {
            match #dlp::Branch::branch(#inner) {
                ::core::result::Result::Ok(#value) => #value,
                ::core::result::Result::Err(#exit) => {
                    #slot.is(&#exit);
                    #noted
                    #jump
                }
            }
        }
    }

    /// Records the values of a way out, as far as they travel, or what is told of them. Not where they are evaluated: there
    /// the compiler may not know their types yet.
    pub(super) fn tell(&self) -> TokenStream {
        let (dlp, exit, log) = (self.dlp, fresh("exit"), fresh("log"));
        let arms = self.split.exits.iter().enumerate().map(|(number, way)| {
            let slots: Vec<Ident> = (0..way.leaves.len()).map(|at| slot(number, at)).collect();
            let number = number_of(number);
            (!slots.is_empty() && !self.is_left_out(way)).then(|| {
                quote!(#number => {
                    #(#slots.told(#log.index(), |value| (&&&*#slots).dlp_send(value, #log));)*
                    #(if !(&&&*#slots).dlp_travels() {
                        #slots.told(#log.index(), |value| (&&&&*#slots).dlp_say(value, #log));
                    })*
                })
            })
        });
        quote!(|#exit: u32, #log: &#dlp::Record| match #exit { #(#arms)* _ => {} })
    }

    /// Answers for a loop whose iterations may be undone: the item again, the undoing, and what an error says that counts as
    /// a failure.
    pub(super) fn ask(&self) -> TokenStream {
        let dlp = self.dlp;
        if !self.args.undoes() {
            return quote!(#dlp::never);
        }
        let again = self.args.retry.as_ref().map(|retry| {
            let repeat = Ident::new("dlp_repeat", Span::mixed_site().located_at(retry.span()));
            quote!(#dlp::Ask::Again(item) => #dlp::Answer::Item(#dlp::Repeatable::#repeat(item)),)
        });
        let undo = self.undo();
        let errors = self.split.exits.iter().enumerate().filter(|(_, exit)| exit.fails());
        let says = errors.map(|(number, exit)| {
            let slots = (0..self.slots_of(exit)).map(|at| slot(number, at));
            let number = number_of(number);
            // Of an error that is taken apart, to be put together where it leaves: as it is written, and its parts.
            let whole = match &exit.kind {
                Leaving::Return(Some(value)) if !self.is_left_out(exit) => {
                    let text = value.to_token_stream().to_string();
                    Some(quote!(#dlp::say(log, #text);))
                }
                _ => None,
            };
            quote! {
                #dlp::Ask::Say(#number, log) => {
                    #whole
                    #(#slots.told(log.index(), |value| (&&&&*#slots).dlp_say(value, log));)*
                    #dlp::Answer::Yes
                }
            }
        });
        quote! {
            |ask| match ask {
                #again
                #undo
                #(#says)*
                _ => #dlp::Answer::No,
            }
        }
    }

    /// Tells of a way out whether its values are neither here nor travel.
    pub(super) fn lost(&self) -> TokenStream {
        let (exit, index) = (fresh("exit"), fresh("index"));
        let arms = self.split.exits.iter().enumerate().map(|(number, way)| {
            let slots: Vec<Ident> = (0..way.leaves.len())
                .filter(|at| !way.leaves[*at].carry.is_part())
                .map(|at| slot(number, at))
                .collect();
            let number = number_of(number);
            (!slots.is_empty() && !self.is_left_out(way))
                .then(|| quote!(#number => #(!#slots.has(#index) && !(&&&*#slots).dlp_travels())||*,))
        });
        quote!(|#exit: u32, #index: u64| match #exit { #(#arms)* _ => false })
    }

    /// After the loop: takes the way out that was taken, if one was.
    pub(super) fn ways_out(&self) -> TokenStream {
        let left = self.left;
        if self.split.exits.iter().all(|exit| self.is_left_out(exit)) {
            return quote! {
                if let ::core::option::Option::Some(_) = #left {
                    ::core::unreachable!()
                }
            };
        }
        let taken = self.split.exits.iter().enumerate().filter(|(_, exit)| !self.is_left_out(exit));
        let arms = taken.map(|(number, exit)| {
            let taken = match exit.kind {
                Leaving::Break => quote!({}),
                _ => {
                    let taken = self.in_forms(exit.has_parts(), |form| self.take(number, exit, form));
                    match exit.items.is_empty() {
                        true => taken,
                        false => {
                            let items = &exit.items;
                            quote!({ #(#items)* #taken })
                        }
                    }
                }
            };
            let number = number_of(number);
            quote!(#number => #taken)
        });
        quote! {
            if let ::core::option::Option::Some(mut #left) = #left {
                match #left.exit() {
                    #(#arms)*
                    _ => ::core::unreachable!(),
                }
            }
        }
    }

    /// The way out itself.
    fn take(&self, number: usize, exit: &Exit, form: Form) -> TokenStream {
        let (dlp, left) = (self.dlp, self.left);
        let item = (form == Form::ItemAtHand).then(|| {
            let pattern = super::parenthesised(self.split.pattern());
            quote!(let #pattern = #left.item();)
        });
        let parts = exit.parts.iter().filter(|_| form == Form::Carried);
        let hidden = exit.hidden.iter().chain(parts);
        let carried = exit.leaves.iter().enumerate().filter(|(_, leaf)| form.carries(leaf));
        let values = carried.map(|(at, leaf)| {
            let (name, slot, lost) = (bound(at, leaf), slot(number, at), self.gone());
            quote! {
                let #name = match #slot.take(#left.index()) {
                    ::core::option::Option::Some(value) => value,
                    ::core::option::Option::None => match #left.receive(|from| (&&&*#slot).dlp_receive(from)) {
                        ::core::option::Option::Some(value) => value,
                        ::core::option::Option::None => #lost,
                    },
                };
            }
        });
        let kept =
            exit.leaves.iter().enumerate().filter(|(_, leaf)| !form.carries(leaf)).map(|(at, leaf)| {
                let (name, value) = (bound(at, leaf), &leaf.value);
                match leaf.carry {
                    Carry::CapturePart(_) => quote!(),
                    _ => quote!(let #name = #value;),
                }
            });
        let performed = self.performed_exit(exit);
        quote! {
            #item
            #(#kept)*
            #(let #hidden = #dlp::NotCarried;)*
            #(#values)*
            #performed
        }
    }

    fn performed_exit(&self, exit: &Exit) -> TokenStream {
        let (dlp, question) = (self.dlp, hole(0));
        match (&exit.kind, self.wrap) {
            (Leaving::Break, _) => quote!(),
            (Leaving::Return(None), _) => quote!(return),
            (Leaving::Return(Some(value)), None) => {
                let value = self.value_of(exit, value);
                quote!(return #value)
            }
            (Leaving::Return(Some(value)), Some(wrap)) => {
                let (wrapped, nothing) = (self.value_of(exit, value), wrap.nothing());
                match &**value {
                    // An error is everybody's.
                    Expr::Call(call) if is_variant(&call.func, "Err") => quote!(return #wrapped),
                    _ => quote! {
                        match #dlp::stay() {
                            ::core::option::Option::Some(_) => return #wrapped,
                            ::core::option::Option::None => return #nothing,
                        }
                    },
                }
            }
            (Leaving::Question, Some(wrap)) if wrap.is_option() => {
                let nothing = wrap.nothing();
                quote! {{
                    let _ = #question;
                    match #dlp::stay() {
                        ::core::option::Option::Some(_) => {
                            return ::core::option::Option::Some(::core::option::Option::None)
                        }
                        ::core::option::Option::None => return #nothing,
                    }
                }}
            }
            (Leaving::Question, _) => quote!({ #question.residual()?; ::core::unreachable!() }),
        }
    }

    /// Where a value cannot be had.
    fn gone(&self) -> TokenStream {
        let left = self.left;
        let returned = fresh("returned");
        quote!({
            let error = #left.remote();
            match (&&*#returned).dlp_stand_in(error) {
                ::core::result::Result::Ok(value) => return value,
                ::core::result::Result::Err(error) => #left.lost(&error),
            }
        })
    }
}

/// The name under which a value is found.
fn bound(at: usize, leaf: &Leaf) -> Ident {
    match &leaf.carry {
        Carry::Capture(name) | Carry::CapturePart(name) => name.clone(),
        _ => hole(at),
    }
}

/// What stands for a value.
fn hole_of(at: usize, leaf: &Leaf) -> TokenStream {
    bound(at, leaf).into_token_stream()
}
