//! Writes an effect out twice: as what records it in the parallel part, and as what replays it in the serial part.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, Ident, Index, Token};

use super::gather::Wrap;
use super::print::Prints;
use crate::mark::{self, Mark};
use crate::model::{Carry, Effect, Kind, Leaf, Split};
use crate::place::Place;
use crate::scope::fresh;
use crate::scratch::Reset;

/// The code of a loop's two parts, with the names that the generated code around them uses.
pub(super) struct Code<'a> {
    pub(super) dlp: &'a TokenStream,
    pub(super) split: &'a Split,
    pub(super) again: &'a Ident,
    pub(super) log: &'a Ident,
    pub(super) op: &'a Ident,
    pub(super) left: &'a Ident,
    /// With `gather = "root"`: how what is returned is wrapped.
    pub(super) wrap: Option<&'a Wrap>,
}

/// Where a piece of the user's code is written out, which decides what its ways out become.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Side {
    /// In the parallel part.
    Iteration,
    /// In the parallel part, where it is type-checked and never runs.
    Types,
    /// In the serial part.
    Replay,
}

/// In which of two ways an effect is written: every rank has the items of the loop, or what is needed of them travels.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    ItemAtHand,
    Carried,
}

impl Form {
    /// Whether a value travels.
    pub(super) fn carries(self, leaf: &Leaf) -> bool {
        self == Self::Carried || !leaf.carry.is_part()
    }
}

fn witness(number: usize, place: usize) -> Ident {
    fresh(&format!("witness_{number}_{place}"))
}

fn field(number: usize, leaf: usize) -> Ident {
    fresh(&format!("field_{number}_{leaf}"))
}

fn holder(at: usize) -> Ident {
    fresh(&format!("held_{at}"))
}

pub(super) fn hole(leaf: usize) -> Ident {
    fresh(&format!("value_{leaf}"))
}

/// The variables at the roots of places, each once, with the names of their witnesses.
pub(super) fn roots(places: &[Place]) -> Vec<(Ident, Ident)> {
    let mut roots: Vec<(Ident, Ident)> = Vec::new();
    for variable in places.iter().filter_map(Place::variable) {
        let witness = fresh(&format!("root_{}", variable.id));
        if !roots.iter().any(|(_, known)| *known == witness) {
            roots.push((variable.ident.clone(), witness));
        }
    }
    roots
}

/// Conjures variables under their own names, around code that is only type-checked; `self` gets another one.
pub(super) fn conjured(places: &[Place], code: TokenStream) -> TokenStream {
    let this = fresh("this");
    let (mut names, mut code) = (TokenStream::new(), code);
    for (name, witness) in roots(places) {
        if name == "self" {
            code = renamed(code, &this);
            names.extend(quote!(let mut #this = #witness.conjure();));
        } else {
            names.extend(quote!(let mut #name = #witness.conjure();));
        }
    }
    quote!(#names #code)
}

/// `self` by another name.
fn renamed(tokens: TokenStream, name: &Ident) -> TokenStream {
    let renamed = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(word) if word == "self" => {
            let mut name = name.clone();
            name.set_span(name.span().located_at(word.span()));
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), self::renamed(group.stream(), name));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    });
    renamed.collect()
}

impl Code<'_> {
    /// What ties the two parts together by type: a witness for each accumulator, a field for each value.
    pub(super) fn declarations(&self) -> TokenStream {
        let (dlp, again) = (self.dlp, self.again);
        let mut declarations = TokenStream::new();
        for (number, effect) in self.split.effects.iter().enumerate() {
            for (at, place) in effect.places.iter().enumerate() {
                let (name, place) = (witness(number, at), &place.expr);
                declarations.extend(quote!(let #name = &#dlp::Witness::of(&#place);));
            }
            for (at, leaf) in effect.leaves.iter().enumerate() {
                let name = field(number, at);
                let field = match leaf.carry.is_part() {
                    true => quote!(#dlp::Field::of_item(&#again)),
                    false => quote!(#dlp::Field::new()),
                };
                declarations.extend(quote!(let #name = &#field;));
            }
        }
        declarations.extend(self.slots());
        declarations.extend(self.demands());
        declarations
    }

    /// The types of the variables that pieces and ways out mention.
    pub(super) fn root_witnesses(&self) -> TokenStream {
        let pieces = self.split.effects.iter().filter(|effect| matches!(effect.kind, Kind::Piece { .. }));
        let places =
            pieces.map(|effect| &effect.places).chain(self.split.exits.iter().map(|exit| &exit.places));
        let places: Vec<Place> = places.flatten().cloned().collect();
        let dlp = self.dlp;
        let witnesses = roots(&places)
            .into_iter()
            .map(|(name, witness)| quote!(let #witness = &#dlp::Witness::of(&#name);));
        witnesses.collect()
    }

    /// What a piece changes otherwise than by statements of its own cannot be left to the root.
    fn demands(&self) -> TokenStream {
        let mut demands = TokenStream::new();
        for (number, effect) in self.split.effects.iter().enumerate() {
            let Kind::Piece { guarded, .. } = &effect.kind else { continue };
            for at in (0..effect.places.len()).filter(|at| !guarded.contains(at)) {
                let (name, witness) = (effect.places[at].name(), witness(number, at));
                demands.extend(quote!(#witness.stays_inside(#name);));
            }
        }
        demands
    }

    /// Whether the replay may leave by a statement that only the root performs.
    pub(super) fn led(&self) -> TokenStream {
        let mut witnesses = Vec::new();
        for (number, effect) in self.split.effects.iter().enumerate() {
            match &effect.kind {
                Kind::Statement { template, .. } if leaves(template) => {
                    witnesses.extend((0..effect.places.len()).map(|at| witness(number, at)));
                }
                Kind::Piece { template, guarded } if leaves(template) => {
                    witnesses.extend(guarded.iter().map(|&at| witness(number, at)));
                }
                _ => {}
            }
        }
        match witnesses.is_empty() {
            true => quote!(false),
            false => quote!(#(#witnesses.is_outside())||*),
        }
    }

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
    pub(super) fn hold(&self) -> TokenStream {
        let held = self.moved().into_iter().enumerate().map(|(at, place)| {
            let (holder, place) = (holder(at), &place.expr);
            quote!(let mut #holder = ::core::option::Option::Some(#place);)
        });
        held.collect()
    }

    /// After the loop: the variables have their values again.
    pub(super) fn release(&self) -> TokenStream {
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

    /// The parallel part, with what records the effects in the places of their marks.
    pub(super) fn parallel(&self, tokens: TokenStream) -> TokenStream {
        mark::fill(tokens, &mut |mark, inner| match mark {
            Mark::Site(number) => {
                let note = self.note(&self.split.effects[number]);
                let record = self.record(number);
                match note.is_empty() {
                    true => record,
                    false => quote!({ #note #record }),
                }
            }
            _ => self.way(mark, &inner, Side::Iteration),
        })
    }

    /// Records the effect of this number.
    fn record(&self, number: usize) -> TokenStream {
        let effect = &self.split.effects[number];
        self.in_forms(effect.has_parts(), |form| self.record_as(number, effect, form))
    }

    /// Replays the effect of this number: an arm of a `match`.
    pub(super) fn replay(&self, number: usize) -> TokenStream {
        let effect = &self.split.effects[number];
        let replay = self.in_forms(effect.has_parts(), |form| self.replay_as(number, effect, form));
        let (site, items) = (u32::try_from(number).expect("few effects"), &effect.items);
        match items.is_empty() {
            true => quote!(#site => #replay),
            false => quote!(#site => { #(#items)* #replay }),
        }
    }

    pub(super) fn in_forms(&self, has_parts: bool, write: impl Fn(Form) -> TokenStream) -> TokenStream {
        if !has_parts {
            let carried = write(Form::Carried);
            return quote!({ #carried });
        }
        let (again, at_hand, carried) = (self.again, write(Form::ItemAtHand), write(Form::Carried));
        quote!(if #again.dlp_at_hand() { #at_hand } else { #carried })
    }

    fn record_as(&self, number: usize, effect: &Effect, form: Form) -> TokenStream {
        let (log, all) = (self.log, fresh("values"));
        let site = u32::try_from(number).expect("few effects");
        let carried: Vec<(usize, &Leaf)> =
            effect.leaves.iter().enumerate().filter(|(_, leaf)| form.carries(leaf)).collect();
        let values = carried.iter().map(|(_, leaf)| self.evaluated(leaf));
        let types = self.types_only(number, effect, form, &carried);
        let Types { before: witnessed, branch } = types;
        let types = (!branch.is_empty()).then(|| quote!(if false { #branch }));
        let puts = carried.iter().enumerate().map(|(position, (at, leaf))| {
            let (field, value) = (field(number, *at), reference(&all, position, leaf));
            let put = method("dlp_put", leaf);
            let prove = match leaf.carry {
                Carry::Text { .. } => quote!(),
                _ => quote!((&&&&&&*#field).dlp_prove(#value);),
            };
            quote!(#field.is(#value); #prove (&&&&&*#field).#put(#value, #log);)
        });
        // A `match`, so that temporaries among the values live as long as they are needed.
        quote! {
            #witnessed
            match (#(#values,)*) {
                #all => {
                    #types
                    #log.effect(#site);
                    #(#puts)*
                }
            }
        }
    }

    /// The user's statement where it stood, on conjured values: it is type-checked and never runs.
    fn types_only(&self, number: usize, effect: &Effect, form: Form, carried: &[(usize, &Leaf)]) -> Types {
        let (dlp, all) = (self.dlp, fresh("values"));
        if matches!(effect.kind, Kind::Print) {
            return Types::default();
        }
        let mut types = Types::default();
        for (position, (at, leaf)) in carried.iter().enumerate() {
            let (name, value, mutable) = (bound(*at, leaf), reference(&all, position, leaf), mutable(leaf));
            types.branch.extend(quote!(let #mutable #name = #dlp::like(#value);));
        }
        for (at, leaf) in effect.leaves.iter().enumerate().filter(|(_, leaf)| !form.carries(leaf)) {
            let (name, part, value) = (bound(at, leaf), fresh(&format!("part_{at}")), &leaf.value);
            types.before.extend(quote!(let #part = &#dlp::Witness::of(&(#value));));
            types.branch.extend(quote!(let #name = #part.conjure();));
        }
        match &effect.kind {
            Kind::Print => unreachable!("seen to"),
            Kind::Piece { template, .. } => {
                let piece = self
                    .user_code(template, &mut |mark, inner| self.way_of(number, mark, &inner, Side::Types));
                types.branch.extend(conjured(&effect.places, quote!(#piece;)));
            }
            Kind::Statement { template, unit } => {
                for at in 0..effect.places.len() {
                    let (name, witness) = (fresh(&format!("place_{at}")), witness(number, at));
                    types.branch.extend(quote!(let mut #name = #witness.conjure();));
                }
                let statement = self.user_code(template, &mut |mark, inner| match mark {
                    Mark::Place(at) => fresh(&format!("place_{at}")).into_token_stream(),
                    Mark::Hole(at) => filled(at, &effect.leaves[at]),
                    _ => self.way(mark, &inner, Side::Types),
                });
                types.branch.extend(as_unit(&statement, *unit));
            }
        }
        types
    }

    fn replay_as(&self, number: usize, effect: &Effect, form: Form) -> TokenStream {
        let (dlp, op) = (self.dlp, self.op);
        let item = (form == Form::ItemAtHand).then(|| {
            let pattern = super::parenthesised(self.split.pattern());
            quote!(let #pattern = #op.item();)
        });
        let parts = effect.parts.iter().filter(|_| form == Form::Carried);
        let hidden = effect.hidden.iter().chain(parts);
        let gets =
            effect.leaves.iter().enumerate().filter(|(_, leaf)| form.carries(leaf)).map(|(at, leaf)| {
                let (name, field, get) = (bound(at, leaf), field(number, at), method("dlp_get", leaf));
                let mutable = mutable(leaf);
                quote!(let #mutable #name = (&&&&&*#field).#get(#op.reader());)
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
    fn way_of(&self, number: usize, mark: Mark, inner: &TokenStream, side: Side) -> TokenStream {
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
        let (dlp, op, leave) = (self.dlp, self.op, super::label("replay"));
        quote! {
            match #op.guard(#here) {
                #dlp::Guard::Act => { #statement }
                #dlp::Guard::Pass => {}
                #dlp::Guard::Leave(exit) => break #leave #dlp::Flow::Leave(exit),
            }
        }
    }

    /// A statement as the replay performs it.
    fn performed(&self, effect: &Effect, statement: &TokenStream) -> TokenStream {
        let statement = self.with_held(effect, statement);
        match effect.is_unsafe {
            true => quote!(unsafe { #statement }),
            false => statement,
        }
    }

    /// The user's code with something for each mark.
    pub(super) fn user_code(
        &self,
        template: &Expr,
        fill: &mut dyn FnMut(Mark, TokenStream) -> TokenStream,
    ) -> TokenStream {
        let mut template = template.clone();
        Prints { dlp: self.dlp }.visit_expr_mut(&mut template);
        mark::fill(template.into_token_stream(), fill)
    }

    /// Whether a value is a variable that is handed from iteration to iteration.
    fn is_scratch(&self, value: &Expr) -> bool {
        let Expr::Path(path) = value else { return false };
        let emptied = self.split.scratch.iter().filter(|buffer| buffer.reset == Reset::Emptied);
        emptied.into_iter().any(|buffer| path.path.is_ident(&buffer.variable.ident))
    }

    /// A value as the iteration evaluates it.
    pub(super) fn evaluated(&self, leaf: &Leaf) -> TokenStream {
        let value = self.parallel(leaf.value.to_token_stream());
        match &leaf.carry {
            // A scratch variable stays for the next iteration.
            Carry::Value if self.is_scratch(&leaf.value) => quote!(::core::clone::Clone::clone(&#value)),
            Carry::Value | Carry::Part => value,
            Carry::Behind | Carry::Capture(_) | Carry::CapturePart(_) => quote!(&(#value)),
            Carry::Items => quote! {
                ::core::iter::Iterator::collect::<::std::vec::Vec<_>>(::core::iter::IntoIterator::into_iter(#value))
            },
            Carry::Text { arguments, newline } => {
                let arguments = self.parallel(arguments.clone());
                match (newline, arguments.is_empty()) {
                    (true, true) => quote!(::std::string::String::from("\n")),
                    (true, false) => quote!(::std::format!("{}\n", ::core::format_args!(#arguments))),
                    (false, true) => quote!(::std::string::String::new()),
                    (false, false) => quote!(::std::format!(#arguments)),
                }
            }
        }
    }
}

/// Whether a piece of the serial part may leave the loop, or the iteration.
pub(super) fn leaves_anyhow(template: &Expr) -> bool {
    let mut found = false;
    mark::fill(template.to_token_stream(), &mut |mark, _| {
        found |= matches!(mark, Mark::Try(_) | Mark::Leave(_) | Mark::Next);
        TokenStream::new()
    });
    found
}

/// Whether a statement of the serial part may leave the loop by `?`.
fn leaves(template: &Expr) -> bool {
    let mut found = false;
    mark::fill(template.to_token_stream(), &mut |mark, _| {
        found |= matches!(mark, Mark::Try(_));
        TokenStream::new()
    });
    found
}

/// A statement, whose value must be `()` where that is asked for.
fn as_unit(statement: &TokenStream, unit: bool) -> TokenStream {
    match unit {
        true => quote!(let () = #statement;),
        false => quote!(#statement;),
    }
}

/// What type-checks a statement.
#[derive(Default)]
struct Types {
    /// Before the values are evaluated.
    before: TokenStream,
    /// In the branch that never runs.
    branch: TokenStream,
}

/// A reference to the value at `position` of what was evaluated.
fn reference(all: &Ident, position: usize, leaf: &Leaf) -> TokenStream {
    let position = Index { index: u32::try_from(position).expect("few values"), span: Span::mixed_site() };
    match leaf.carry {
        Carry::Behind | Carry::Capture(_) | Carry::CapturePart(_) => quote!(#all.#position),
        _ => quote!(&#all.#position),
    }
}

/// The name under which the statement finds a value.
fn bound(at: usize, leaf: &Leaf) -> Ident {
    match &leaf.carry {
        Carry::Capture(name) | Carry::CapturePart(name) => name.clone(),
        _ => hole(at),
    }
}

/// What is captured by name may be changed, where the user's own variable may.
fn mutable(leaf: &Leaf) -> Option<Token![mut]> {
    matches!(leaf.carry, Carry::Capture(_)).then(|| Token![mut](Span::mixed_site()))
}

/// What stands in the statement for a value.
fn filled(at: usize, leaf: &Leaf) -> TokenStream {
    let name = hole(at);
    match leaf.carry {
        Carry::Text { .. } => quote!(::core::format_args!("{}", #name)),
        _ => quote!(#name),
    }
}

/// A method of the field of a value: what the compiler has to say of it, it says where the value stands.
fn method(name: &str, leaf: &Leaf) -> Ident {
    let span = match leaf.carry {
        Carry::Text { .. } => Span::mixed_site(),
        _ => leaf.value.span(),
    };
    Ident::new(name, Span::mixed_site().located_at(span))
}
