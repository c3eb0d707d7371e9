//! Writes random programs that are well typed by construction: a function with a loop that the attribute can split.

mod effect;
mod source;
mod statement;
mod value;

use super::program::{Options, Program};
use super::random::Random;
use super::scope::{Role, Scope};
use super::tree::{Tree, statement};
use super::types::Ty;
use effect::Accumulator;

/// Writes one program.
#[derive(Debug)]
pub(super) struct Generator {
    random: Random,
    scope: Scope,
    accumulators: Vec<Accumulator>,
    /// Now and then something is written that may panic.
    panics: bool,
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
    /// The program number `id` of `seed`.
    pub(super) fn program(seed: u64, id: usize) -> Program {
        let mut random = Random::new(seed, id as u64);
        let panics = random.chance(20);
        let fuel = 4 + random.below(14);
        let label = random.chance(25).then_some("'items");
        let mut generator = Self {
            random,
            scope: Scope::default(),
            accumulators: Vec::new(),
            panics,
            fuel,
            names: 0,
            loops: Vec::new(),
            blocks: Vec::new(),
            closures: 0,
            label,
        };
        generator.write(id)
    }

    fn write(&mut self, id: usize) -> Program {
        let options = self.options();
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
        let source = self.source();
        body.extend(source.before);
        for _ in 0..[1, 1, 2, 2, 3, 4][self.random.below(6)] {
            let declared = self.accumulator(&source.items);
            body.push(declared);
        }
        let mark = self.scope.mark();
        for (name, ty, mutable) in &source.items {
            self.scope.bind(name, ty.clone(), Role::Own, *mutable);
        }
        let inner = self.body();
        self.scope.leave(mark);
        let label = Tree::Optional(self.label.map(|label| format!("{label}: ").into()).into_iter().collect());
        let each = statement![label, "for ", source.pattern, " in ", source.tree, " {", inner, "}"];
        body.push(match self.random.below(12) {
            0 => statement!["if n < 1000 {", Tree::Block(vec![each]), "}"],
            1 => statement!["{", Tree::Block(vec![each]), "}"],
            2 => statement!["match n { 1000.. => {} _ => {", Tree::Block(vec![each]), "} }"],
            _ => each,
        });
        let result = self.accumulators.iter().map(|acc| (acc.declared.name(), acc.result.clone())).collect();
        Program { id, options, result, body: Tree::Block(body) }
    }

    fn options(&mut self) -> Options {
        let strategy =
            ["", "managed", "round_robin", "block", "serial"][self.random.weighted(&[2, 3, 3, 3, 1])];
        let chunk = match strategy {
            "block" | "serial" => "",
            _ => ["", "1", "3", "\"auto\""][self.random.below(4)],
        };
        let manager = if self.random.chance(10) { "dedicated" } else { "" };
        Options { strategy, chunk, manager }
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
