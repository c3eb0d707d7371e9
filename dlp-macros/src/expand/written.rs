//! Writes what an iteration has of its own for a while: scratch variables, and items that are changed in place: what lends an item to its iteration, records what became of it, and
//! assigns that on every rank.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use super::effect::Code;
use crate::model::{Effect, Kind};
use crate::scope::fresh;
use crate::scratch::{Buffer, Reset};

/// The names that are generated for a name of the user's.
struct Name<'a> {
    user: &'a Ident,
    mutable: bool,
    kept: Ident,
    own: Ident,
}

impl Code<'_> {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = Vec::new();
        for (at, (user, mutable)) in self.split.written_items.iter().flatten().enumerate() {
            let (kept, own) = (fresh(&format!("kept_{at}")), fresh(&format!("own_{at}")));
            names.push(Name { user, mutable: *mutable, kept, own });
        }
        names
    }

    /// The number of the effect that writes an item back: after all others.
    fn write_back(&self) -> u32 {
        u32::try_from(self.split.effects.len()).expect("few effects")
    }

    pub(super) fn writes(&self) -> bool {
        self.split.written_items.is_some()
    }

    /// The items, all of them, and their indices in the place of the source.
    pub(super) fn table(&self, at: &Ident, source: &Ident) -> TokenStream {
        if !self.writes() {
            return TokenStream::new();
        }
        let (dlp, table) = (self.dlp, fresh("table"));
        let kept = self.names().into_iter().map(|Name { kept, .. }| quote!(let #kept = &#dlp::Kept::new();));
        quote! {
            let #table = #dlp::Table::new(#at, #source);
            let #source = #table.indices();
            #(#kept)*
        }
    }

    /// The variables of which each iteration has its own: before the loop, and after it.
    pub(super) fn scratch(&self, iteration: &mut TokenStream) -> (TokenStream, TokenStream) {
        let (dlp, flow) = (self.dlp, fresh("flow"));
        let (mut before, mut after) = (TokenStream::new(), TokenStream::new());
        let (mut begin, mut own, mut end) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
        for (at, Buffer { variable, reset }) in self.split.scratch.iter().enumerate() {
            let (user, held) = (&variable.ident, fresh(&format!("scratch_{at}")));
            match reset {
                Reset::Emptied => {
                    before.extend(quote!(let #held = &#dlp::Scratch::new(#user);));
                    begin.extend(quote!(let mut #user = #held.lend();));
                    end.extend(quote!(#held.put_back(#user);));
                    // For the next round; otherwise nobody asks for it.
                    after.extend(self.split.repeated.then(|| quote!(#user = #held.end();)));
                }
                // Only its type comes from outside.
                Reset::Assigned => {
                    before.extend(quote!(let #held = &#dlp::Witness::of(&#user);));
                    own.extend(quote!(let mut #user; if false { #user = #held.conjure(); }));
                }
            }
        }
        if !own.is_empty() {
            *iteration = quote!({ #own #iteration });
        }
        if !begin.is_empty() {
            *iteration = quote!({ #begin let #flow = #dlp::hold(|| #iteration); #end #flow.go_on() });
        }
        (before, after)
    }

    /// The iteration's code, with the item lent to it.
    pub(super) fn lent(&self, pattern: &TokenStream, iteration: &TokenStream) -> TokenStream {
        let (dlp, log, table, flow) = (self.dlp, self.log, fresh("table"), fresh("flow"));
        let item = fresh("item");
        let (names, site) = (self.names(), self.write_back());
        let (users, owns) = (each(&names, |name| name.user), each(&names, |name| &name.own));
        let writes = each(&names, |name| method("dlp_write", name.user));
        let kepts = each(&names, |name| &name.kept);
        let lent = names.iter().map(|Name { user, mutable, kept, own }| {
            let mutable = mutable.then(|| quote!(mut));
            let lend = method("dlp_lend", user);
            quote!(let #mutable #user = (&&&*#kept).#lend(&mut *#own);)
        });
        // Only a loop that is left, or goes on after failures, can have iterations that turn out never to have been.
        let remember = (!self.split.exits.is_empty() || self.args.undoes()).then(|| {
            quote!(#table.remember(#log.index(), |#log: &#dlp::Record| { #((&&&*#kepts).#writes(&*#owns, #log);)* });)
        });
        quote! {
            let #pattern = #table.take(#log.index());
            #(#kepts.is(&#users);)*
            let mut #item = #table.lend(#log.index(), (#(::core::option::Option::Some(#users),)*));
            let (#(#owns,)*) = #item.bound();
            #remember
            #(#lent)*
            let #flow = #iteration;
            #log.effect(#site);
            #((&&&*#kepts).#writes(&*#owns, #log);)*
            #flow
        }
    }

    /// Before a piece that may leave or go on with the next item: what has become of this one so far.
    pub(super) fn note(&self, effect: &Effect) -> TokenStream {
        let Kind::Piece { template, .. } = &effect.kind else { return TokenStream::new() };
        if !self.writes() || !super::effect::leaves_anyhow(template) {
            return TokenStream::new();
        }
        let (log, site, names) = (self.log, self.write_back(), self.names());
        let (users, kepts) = (each(&names, |name| name.user), each(&names, |name| &name.kept));
        quote! {
            #log.effect(#site);
            #((&&&*#kepts).dlp_note(&#users, #log);)*
        }
    }

    /// Replays what has become of an item: an arm of a `match`.
    pub(super) fn assign(&self, pattern: &TokenStream) -> TokenStream {
        if !self.writes() {
            return TokenStream::new();
        }
        let (op, table, bound, site) = (self.op, fresh("table"), fresh("bound"), self.write_back());
        let names = self.names();
        let (users, kepts) = (each(&names, |name| name.user), each(&names, |name| &name.kept));
        let assigns = each(&names, |name| method("dlp_assign", name.user));
        let fields = (0..names.len()).map(syn::Index::from);
        quote! {
            #site => #table.bound(
                #op.index(),
                |#pattern| (#(::core::option::Option::Some(#users),)*),
                |#bound| { #((&&&*#kepts).#assigns(&mut #bound.#fields, #op.reader());)* },
            ),
        }
    }

    /// An iteration that has failed: what it changed of its item is what it was.
    pub(super) fn undo(&self) -> Option<TokenStream> {
        if !self.writes() {
            return None;
        }
        let (dlp, table, bound, from) = (self.dlp, fresh("table"), fresh("bound"), fresh("from"));
        let names = self.names();
        let kepts = each(&names, |name| &name.kept);
        let fields = (0..names.len()).map(syn::Index::from);
        Some(quote! {
            #dlp::Ask::Undo(index) => {
                #table.undo(index, |#bound, #from: &mut #dlp::Reader<'_>| {
                    #((&&&*#kepts).dlp_assign(&mut #bound.#fields, #from);)*
                });
                #dlp::Answer::Yes
            }
        })
    }

    /// After a loop that was left: what was changed past its end is what it was.
    pub(super) fn restore(&self) -> TokenStream {
        if !self.writes() {
            return TokenStream::new();
        }
        let (dlp, left, table) = (self.dlp, self.left, fresh("table"));
        // The items are free again: the way out may move what they are in.
        let free = quote!(::core::mem::drop(#table););
        if self.split.exits.is_empty() {
            return free;
        }
        let (bound, from) = (fresh("bound"), fresh("from"));
        let names = self.names();
        let kepts = each(&names, |name| &name.kept);
        let fields = (0..names.len()).map(syn::Index::from);
        quote! {
            if let ::core::option::Option::Some(#left) = &#left {
                #table.restore(#left.index(), |#bound, #from: &mut #dlp::Reader<'_>| {
                    #((&&&*#kepts).dlp_assign(&mut #bound.#fields, #from);)*
                });
            }
            #free
        }
    }
}

/// A method on a name: what the compiler has to say of it, it says where the name stands.
fn method(name: &str, user: &Ident) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(user.span()))
}

fn each<'a, 'b, R>(names: &'b [Name<'a>], part: impl Fn(&'b Name<'a>) -> R) -> Vec<R> {
    names.iter().map(part).collect()
}
