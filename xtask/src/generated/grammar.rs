//! Writes random programs that are well typed by construction: a function with a loop that the attribute can split.

mod effect;
mod source;
mod statement;
mod value;

use super::program::{Options, Program, Returns};
use super::scope::{Role, Scope};
use super::tree::{Tree, statement};
use super::types::Ty;
use crate::random::Random;
use effect::Accumulator;
use source::Source;

/// Parts of the language that can be left out, by name; and whether they are in it unless one asks for others.
pub(super) const LEVELS: &[(&str, bool)] = &[
    ("exits", true),
    ("serial", true),
    ("groups", true),
    ("several", true),
    // `gather = "root"`
    ("root", true),
    // `for x in xs.iter_mut() { *x += 1; }`
    ("write_back", true),
    // `buffer.clear();`
    ("scratch", true),
    // `all.pop()?;`
    ("questions", true),
];

/// Writes one program.
#[derive(Debug)]
pub(super) struct Generator {
    random: Random,
    scope: Scope,
    accumulators: Vec<Accumulator>,
    /// What the function returns: types and expressions.
    results: Vec<(String, String)>,
    levels: Vec<String>,
    returns: Returns,
    /// Now and then something is written that may panic.
    panics: bool,
    /// The root alone has the result.
    root: bool,
    /// How many more statements may be written.
    fuel: usize,
    /// How many names have been made.
    names: usize,
    /// The labels of the inner loops around, `None` for one without.
    loops: Vec<Option<String>>,
    /// The labels of the blocks around, within the innermost loop or closure.
    blocks: Vec<String>,
    /// How many closures are around: from in there no loop outside can be reached.
    closures: usize,
    /// The label of the loop that is split.
    label: Option<&'static str>,
}

impl Generator {
    /// The program number `id` of `seed`, in the language with these levels.
    pub(super) fn program(seed: u64, id: usize, levels: &[String]) -> Program {
        let mut random = Random::new(seed, id as u64);
        let panics = random.chance(25);
        let mut generator = Self {
            random,
            scope: Scope::default(),
            accumulators: Vec::new(),
            results: Vec::new(),
            levels: levels.to_vec(),
            returns: Returns::Plain,
            panics,
            root: false,
            fuel: 0,
            names: 0,
            loops: Vec::new(),
            blocks: Vec::new(),
            closures: 0,
            label: None,
        };
        generator.write(id)
    }

    /// Whether the language has this level.
    fn has(&self, level: &str) -> bool {
        self.levels.iter().any(|name| name == level)
    }

    fn write(&mut self, id: usize) -> Program {
        if self.has("exits") {
            let errors = ["String", "std::num::ParseIntError", "Trouble", "Box<dyn std::error::Error>"];
            self.returns = match self.random.below(10) {
                0 | 1 => Returns::Option,
                2..6 => Returns::Result(self.random.pick(&errors)),
                _ => Returns::Plain,
            };
        }
        let several = self.has("several") && self.random.chance(15);
        let marked = several || (self.has("several") && self.random.chance(5));
        let mut options = self.options();
        options.root = self.has("root") && self.random.chance(12);
        self.root = options.root;
        if marked {
            // It would hold for the loops whose own strategy has no chunks, too.
            options.chunk = "";
        }
        let mut body = vec![
            statement!["let n = from.n;"],
            statement!["let xs: &'a [i64] = &from.xs;"],
            statement!["let words: &'a [String] = &from.words;"],
        ];
        for (name, ty) in [
            ("n", Ty::int("usize")),
            ("xs", Ty::Slice(Box::new(Ty::int("i64")))),
            ("words", Ty::Slice(Box::new(Ty::String))),
        ] {
            self.scope.bind(name, ty, Role::Plain, false);
        }
        for _ in 0..self.random.below(3) {
            body.push(self.plain());
        }
        let sources: Vec<Source> =
            (0..if several { 2 + self.random.below(2) } else { 1 }).map(|_| self.source()).collect();
        if let Returns::Result(error) = &mut self.returns
            && sources.iter().any(|source| source.gone || source.written.is_some())
        {
            // An error that cannot be sent is had by running its iteration again, and here that cannot be.
            *error = "String";
        }
        for source in &sources {
            body.extend(source.before.clone());
            self.results.extend(source.written.iter().map(|(name, ty)| (ty.name(), name.clone())));
            for _ in 0..[1, 1, 2, 2, 3, 4][self.random.below(6)].min(5 - self.accumulators.len()) {
                let declared = self.accumulator(&source.items);
                body.push(declared);
            }
        }
        for source in sources {
            let written = self.each(source, marked);
            body.push(written);
            // With `gather = "root"` the others have left by then, and do not hear of an error there.
            if self.random.chance(30) && !self.root {
                // What is there after the loop is what was there after the serial loop.
                body.extend(self.effect());
            }
        }
        let result = self.results.clone();
        Program { id, options, returns: self.returns, result, body: Tree::Block(body) }
    }

    /// One loop that is split.
    fn each(&mut self, source: Source, marked: bool) -> Tree {
        // Some of the accumulators of other loops are only read in this one.
        let settled = if marked { self.settle() } else { Vec::new() };
        let round = marked && !source.once && self.random.chance(25);
        let mark = self.scope.mark();
        if round {
            self.scope.bind("round", Ty::int("u64"), Role::Plain, false);
        }
        self.fuel = 4 + self.random.below(if marked { 6 } else { 14 });
        self.label = self.random.chance(25).then_some("'items");
        for (number, (name, ty, mutable)) in source.items.iter().enumerate() {
            let at = self.scope.bind(name, ty.clone(), Role::Own, *mutable);
            if number == 0 && source.written.is_some() {
                self.scope.exclude(at);
            }
        }
        let mut before = Vec::new();
        let mut clear = Tree::Optional(vec![]);
        if self.has("scratch") && self.random.chance(10) {
            let (name, ty) =
                (self.fresh(), if self.random.chance(50) { Ty::String } else { Ty::vec(self.value_type(1)) });
            let at = self.scope.bind(&name, ty.clone(), Role::Own, true);
            self.scope.keep(at);
            before.push(statement![format!("let mut {name}: {} = ", ty.name()), self.literal(&ty), ";"]);
            clear = statement![name, ".clear();"];
        }
        let inner = self.body();
        self.scope.leave(mark);
        settled.into_iter().for_each(|(at, number)| self.scope.unsettle(at, number));
        let label = Tree::Optional(self.label.map(|label| format!("{label}: ").into()).into_iter().collect());
        let attribute = match marked {
            true => {
                let mut options = if self.random.chance(50) { self.options() } else { Options::default() };
                if options.strategy.is_empty() {
                    options.chunk = "";
                }
                Tree::Either { serial: String::new(), split: format!("#[parallel{}]\n", options.print()) }
            }
            false => Tree::Optional(vec![]),
        };
        let each = statement![
            attribute,
            label,
            "for ",
            source.pattern,
            " in ",
            source.tree,
            " {",
            source.guard,
            clear,
            inner,
            "}"
        ];
        before.push(each);
        let all = Tree::Block(before);
        if round {
            return statement!["for round in 0..2_u64 {", all, "}"];
        }
        match self.random.below(12) {
            0 => statement!["if from.n < 1000 {", all, "}"],
            1 => statement!["{", all, "}"],
            2 => statement!["match from.n { 1000.. => {} _ => {", all, "} }"],
            _ => all,
        }
    }

    /// Makes some accumulators inputs, but not all.
    fn settle(&mut self) -> Vec<(usize, usize)> {
        let all: Vec<usize> =
            self.scope.visible().into_iter().filter(|&at| self.scope.var(at).open).collect();
        let mut settled = Vec::new();
        for at in all {
            let Role::Accumulator(number) = self.scope.var(at).role else { continue };
            if settled.len() + 1 < self.accumulators.len() && self.random.chance(35) {
                self.scope.settle(at);
                settled.push((at, number));
            }
        }
        settled
    }

    fn options(&mut self) -> Options {
        let strategy =
            ["", "managed", "round_robin", "block", "serial", "guided", "factoring", "trapezoid", "shared"]
                [self.random.weighted(&[2, 3, 3, 3, 1, 1, 1, 1, 2])];
        let chunk = match strategy {
            "block" | "serial" => "",
            _ => ["", "1", "3", "\"auto\""][self.random.below(4)],
        };
        let manager = if self.random.chance(10) { "dedicated" } else { "" };
        Options { strategy, chunk, manager, root: false }
    }

    /// A variable that is declared before the loop and only read in it.
    fn plain(&mut self) -> Tree {
        let ty = match self.random.below(8) {
            0 => Ty::F64,
            1 => Ty::String,
            2 => Ty::Str,
            3 => Ty::Array(Box::new(Ty::Str), 3),
            4 => Ty::Array(Box::new(Ty::int("i64")), 4),
            5 => Ty::vec(Ty::int("u64")),
            _ => self.int_type(),
        };
        let value = self.literal(&ty);
        let name = self.fresh();
        self.scope.bind(&name, ty.clone(), Role::Plain, false);
        statement![format!("let {name}: {} = ", ty.name().replace("&'a", "&")), value, ";"]
    }

    /// A name that no other has.
    fn fresh(&mut self) -> String {
        self.names += 1;
        let letters = ["a", "b", "count", "value", "x", "item", "total", "i"];
        format!("{}{}", self.random.pick(&letters), self.names)
    }

    /// A name for a variable of the iteration: now and then one that is in use.
    fn local_name(&mut self) -> String {
        if self.random.chance(18) {
            let visible = self.scope.visible();
            let at = visible[self.random.below(visible.len())];
            let name = &self.scope.var(at).name;
            // A constant cannot be shadowed.
            if name.chars().any(char::is_lowercase) {
                return name.clone();
            }
        }
        self.fresh()
    }

    fn int_type(&mut self) -> Ty {
        Ty::Int(super::types::INTS[self.random.weighted(&[1, 2, 2, 6, 5, 3, 1])])
    }

    /// A type of values that can be carried.
    fn value_type(&mut self, depth: usize) -> Ty {
        match self.random.weighted(&[10, 5, 2, 1, 5, 3, 3, 2, 2, 2, 2]) {
            0 => self.int_type(),
            1 => Ty::F64,
            2 => Ty::Bool,
            3 => Ty::Char,
            4 => Ty::String,
            5 => Ty::Str,
            6 if depth > 0 => {
                let count = 2 + self.random.below(2);
                Ty::Tuple((0..count).map(|_| self.value_type(depth - 1)).collect())
            }
            7 if depth > 0 => Ty::option(self.value_type(depth - 1)),
            8 if depth > 0 => Ty::vec(self.value_type(depth - 1)),
            9 => Ty::Point,
            10 => Ty::Kind,
            _ => self.int_type(),
        }
    }

    /// A type whose values can be compared.
    fn ordered_type(&mut self, depth: usize) -> Ty {
        match self.random.weighted(&[8, 2, 2, 5, 3, 2, 1]) {
            1 => Ty::Bool,
            2 => Ty::Char,
            3 => Ty::String,
            4 => Ty::Str,
            5 if depth > 0 => Ty::Tuple(vec![self.ordered_type(depth - 1), self.ordered_type(depth - 1)]),
            6 if depth > 0 => Ty::option(self.ordered_type(depth - 1)),
            _ => self.int_type(),
        }
    }

    /// A block with a scope of its own.
    fn block(&mut self, statements: usize, depth: usize) -> Tree {
        let mark = self.scope.mark();
        let mut all = Vec::new();
        for _ in 0..statements {
            self.statement(depth, &mut all);
        }
        self.scope.leave(mark);
        Tree::Block(all)
    }
}
