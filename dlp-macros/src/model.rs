//! The loop taken apart, as data. Made by the analysis, judged by the checks, written out by the expansion.

use proc_macro2::{Span, TokenStream};
use syn::{Block, Expr, ExprForLoop, Ident, Item, Lifetime, Pat};

use crate::analyze::words;
use crate::place::Place;
use crate::scratch::Buffer;

/// A loop that is split.
#[derive(Debug)]
pub(crate) struct Split {
    /// The loop as it was written, for one rank alone.
    pub(crate) original: ExprForLoop,
    /// The loop as it is split: its body has what its source did for each item.
    pub(crate) written: ExprForLoop,
    /// The items of its body, which both parts see.
    pub(crate) items: Vec<Item>,
    /// Its body without them: the parallel part, with marks for the effects and for `continue`.
    pub(crate) body: Block,
    /// The effects, by number.
    pub(crate) effects: Vec<Effect>,
    /// The ways out, by number.
    pub(crate) exits: Vec<Exit>,
    /// Whether the items are written to: the names that the pattern binds, and whether each is `mut`.
    pub(crate) written_items: Option<Vec<(Ident, bool)>>,
    /// Variables outside the loop of which each iteration has its own.
    pub(crate) scratch: Vec<Buffer>,
    /// Whether it is inside another loop.
    pub(crate) repeated: bool,
    /// Whether the replay may skip the rest of an iteration: only there it turns out whether the loop is left.
    pub(crate) tentative: bool,
    /// The calls of the parallel part that change what is shared, if types say so; by number.
    pub(crate) aliases: Vec<Alias>,
    /// What the checks have to judge.
    pub(crate) findings: Vec<Finding>,
    /// Where the parallel part reads a place outside the loop.
    pub(crate) reads: Vec<Read>,
}

/// A statement whose effect is recorded in the iteration and replayed in loop order.
#[derive(Debug)]
pub(crate) struct Effect {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
    /// The places that it writes or reads, by number.
    pub(crate) places: Vec<Place>,
    /// Those that it only reads.
    pub(crate) read_only: Vec<usize>,
    /// What it needs of the iteration, by number, in the order of evaluation.
    pub(crate) leaves: Vec<Leaf>,
    /// The names that its statement must not see: they are the iteration's own.
    pub(crate) hidden: Vec<Ident>,
    /// The names bound by the pattern of the loop that its statement could see.
    pub(crate) parts: Vec<Ident>,
    /// The items of inner blocks of the body that its statement can see.
    pub(crate) items: Vec<Item>,
    /// The variable that its new value may take the old value out of, as in `list = list.with(x);`.
    pub(crate) moved: Option<Place>,
    /// Whether it stands in an `unsafe` block of the body.
    pub(crate) is_unsafe: bool,
}

/// What the replay does.
#[derive(Debug)]
pub(crate) enum Kind {
    /// The user's own statement, with marks for places and values; `unit` where its value must be `()`.
    Statement { template: Box<Expr>, unit: bool },
    /// A piece of the user's own code that is run in loop order as it stands. Places have no marks in it, and values no
    /// holes: what it needs of the iteration is captured by name.
    Piece { template: Box<Expr>, guarded: Vec<usize> },
    /// Prints the text that is its one value.
    Print,
}

/// A way out of the loop.
#[derive(Debug)]
pub(crate) struct Exit {
    /// Where it is written.
    pub(crate) span: Span,
    pub(crate) kind: Leaving,
    /// Places outside the loop that its value is made of, by number: they are moved or read after the loop.
    pub(crate) places: Vec<Place>,
    /// What it needs of the iteration, by number.
    pub(crate) leaves: Vec<Leaf>,
    /// The names that must not be seen after the loop: they are the iteration's own.
    pub(crate) hidden: Vec<Ident>,
    /// The names bound by the pattern of the loop.
    pub(crate) parts: Vec<Ident>,
    /// The items of inner blocks of the body that its value can see.
    pub(crate) items: Vec<Item>,
    /// It is taken in the replay.
    pub(crate) replayed: bool,
}

#[derive(Debug)]
pub(crate) enum Leaving {
    /// `break`.
    Break,
    /// `return`, with marks for places and values.
    Return(Option<Box<Expr>>),
    /// `?`: its one value is what leaves.
    Question,
}

impl Exit {
    /// Whether the iteration fails by it, as far as the syntax tells: by `?` or `return Err(..)`, and not in the replay.
    pub(crate) fn fails(&self) -> bool {
        match &self.kind {
            _ if self.replayed => false,
            Leaving::Question => true,
            Leaving::Return(Some(value)) => {
                matches!(&**value, Expr::Call(call) if crate::check::is_variant(&call.func, "Err"))
            }
            Leaving::Break | Leaving::Return(None) => false,
        }
    }

    /// Whether the value that leaves is written in two ways, as an effect is.
    pub(crate) fn has_parts(&self) -> bool {
        self.leaves.iter().any(|leaf| leaf.carry.is_part())
    }
}

/// A value that an effect needs.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) value: Expr,
    pub(crate) carry: Carry,
}

/// How a value gets into the replay.
#[derive(Clone, Debug)]
pub(crate) enum Carry {
    /// It is computed in the iteration, and carried.
    Value,
    /// It is a reference to something computed: that is carried.
    Behind,
    /// It is a lazy iterator: it is run, and its items are carried.
    Items,
    /// It is formatted, and the text is carried; with the end of line that `println!` adds.
    Text { arguments: TokenStream, newline: bool },
    /// It is a part of the loop's item, which every rank has.
    Part,
    /// A closure in the statement captures this variable.
    Capture(Ident),
    /// A closure in the statement captures this name, which the pattern of the loop binds.
    CapturePart(Ident),
}

impl Carry {
    /// Whether it need not travel where the items can be had again.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self, Self::Part | Self::CapturePart(_))
    }
}

impl Effect {
    /// Whether its replay is written in two ways: with the item, and with what was carried of it.
    pub(crate) fn has_parts(&self) -> bool {
        self.leaves.iter().any(|leaf| leaf.carry.is_part())
    }

    /// Whether it empties what it writes.
    pub(crate) fn clears(&self) -> bool {
        match &self.kind {
            Kind::Statement { template, .. } => {
                matches!(&**template, Expr::MethodCall(call) if call.method == "clear")
            }
            Kind::Print | Kind::Piece { .. } => false,
        }
    }

    /// The places that it writes.
    pub(crate) fn written(&self) -> impl Iterator<Item = &Place> {
        let written = self.places.iter().enumerate().filter(|(number, _)| !self.read_only.contains(number));
        written.map(|(_, place)| place)
    }

    /// What it writes, as the user spelt it.
    pub(crate) fn target(&self) -> String {
        match self.kind {
            Kind::Print => "standard output".to_owned(),
            Kind::Statement { .. } | Kind::Piece { .. } => {
                self.written().map(Place::name).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// A call that changes, through a shared reference, what it is called on: by its name, as far as the types go along. If that
/// is not the iteration's own, each rank would change another copy.
#[derive(Debug)]
pub(crate) struct Alias {
    /// What is called.
    pub(crate) method: Ident,
    /// What it is called on.
    pub(crate) receiver: Expr,
    /// The places that lead to it, one of which may be a reference.
    pub(crate) steps: Vec<Expr>,
    /// It is known not to be the iteration's own.
    pub(crate) outside: bool,
    /// It changes what it is called on whatever that is.
    pub(crate) sure: bool,
}

/// A place outside the loop that the parallel part reads.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) place: Place,
    /// What reads it, for messages.
    pub(crate) tokens: TokenStream,
    pub(crate) how: How,
    /// In the iteration itself, and not in a closure or a piece that is replayed.
    pub(crate) parallel: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) enum How {
    /// In an expression.
    Plainly,
    /// As the receiver of this method.
    Method(Ident),
    /// Among the tokens of a macro that is not known.
    Macro(String),
    /// In a format string.
    Format,
}

/// Something in the loop that the checks have a word to say about.
#[derive(Debug)]
pub(crate) struct Finding {
    /// The tokens it is about.
    pub(crate) tokens: TokenStream,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    /// `break` or `continue` with the label of something outside the loop.
    Jump(Lifetime),
    Await,
    /// `let` under `#[serial]`.
    SerialLet,
    /// The value of a piece under `#[serial]` is used.
    SerialValue,
    /// A piece under `#[serial]` changes a variable of the iteration that is used outside of it.
    SerialChanges(Ident),
    /// Work under a condition on an accumulator.
    Work {
        accumulator: Place,
        what: String,
    },
    /// An element is made of another element of the same place.
    Carried {
        place: Place,
    },
    /// The value of a call that changes a place outside the loop is used.
    ValueUsed {
        place: Place,
        call: Call,
    },
    /// A call hands out, through a shared reference, a way to change a place outside the loop.
    HandedOut {
        place: Place,
        method: Ident,
    },
    /// `&mut` of a place outside the loop, where it is no effect.
    Borrowed(Place),
    /// An assignment to the iteration's own variable among assignments to places outside the loop.
    MixedAssignment,
    /// Both sides of a compound assignment can do something.
    BothSides,
    /// The right side of a `||` or `&&` with an accumulator on the left can do something.
    Lazy,
    /// `&mut` of the iteration's own variable, as an argument of an effect, of this method if it is one.
    MutableArgument(Option<Ident>),
    /// A closure that is an argument of an effect changes the iteration's own variable.
    ClosureChanges(Ident),
    /// A macro that is not known may leave the loop by this token.
    MacroLeaves {
        name: String,
        token: String,
    },
    /// `macro_rules!` in the body.
    LocalMacro,
    /// A `static` in an inner block of the body.
    LocalStatic,
}

/// What changes a place.
#[derive(Debug)]
pub(crate) enum Call {
    Method(Ident),
    /// `write!` or `writeln!`.
    Macro(Ident),
}

impl Split {
    /// The places outside the loop that it writes, as far as the syntax tells, recognised as effects or not.
    pub(crate) fn accumulators(&self) -> Vec<Place> {
        let unrecognised = self.findings.iter().filter_map(|finding| match &finding.what {
            What::ValueUsed { place, .. } | What::HandedOut { place, .. } | What::Borrowed(place) => {
                Some(place)
            }
            _ => None,
        });
        self.effects.iter().flat_map(Effect::written).chain(unrecognised).cloned().collect()
    }

    /// The places outside the loop that it reads, that nothing changes meanwhile, and that ought to be the same on all
    /// ranks: each once.
    pub(crate) fn captured(&self) -> Vec<&Place> {
        let written = self.accumulators();
        let read =
            self.reads.iter().filter(|read| !matches!(read.how, How::Macro(_))).map(|read| &read.place);
        let plain =
            self.effects.iter().flat_map(|effect| effect.read_only.iter().map(|&at| &effect.places[at]));
        let mut captured: Vec<&Place> = Vec::new();
        for place in read.chain(plain) {
            let same = place.variable().is_some_and(|variable| {
                let own = self.scratch.iter().any(|buffer| buffer.variable == *variable);
                variable.initialised && !variable.by_rank && !own
            });
            let changes = written.iter().any(|written| written.overlaps(place))
                || place.is_mutable() && !self.only_looks_at(place);
            if same && !changes && !captured.contains(&place) {
                captured.push(place);
            }
        }
        captured
    }

    /// Whether the parallel part reads a place that can change, and nothing does: neither a closure in an effect, nor a method
    /// of which nobody knows.
    fn only_looks_at(&self, place: &Place) -> bool {
        let mut reads = self.reads.iter().filter(|read| read.place == *place).peekable();
        let looks =
            |read: &Read| read.parallel && !matches!(&read.how, How::Method(method) if !words::reads(method));
        reads.peek().is_some() && reads.all(looks)
    }

    /// Whether nothing in it leaves it, or an iteration in the middle.
    pub(crate) fn runs_to_end(&self) -> bool {
        self.exits.is_empty() && !self.tentative
    }

    /// The pattern of the loop.
    pub(crate) fn pattern(&self) -> &Pat {
        &self.written.pat
    }
}
