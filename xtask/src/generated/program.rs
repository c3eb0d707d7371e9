//! A generated program, and its text.

use super::tree::{Form, Tree};
use super::types::Ty;
use crate::random::Random;

/// A function with a loop that is split.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Program {
    pub(super) id: usize,
    pub(super) options: Options,
    pub(super) returns: Returns,
    /// What it returns: the types, and the expressions.
    pub(super) result: Vec<(String, String)>,
    pub(super) body: Tree,
}

/// What the result is wrapped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returns {
    Plain,
    Option,
    /// With this type of errors.
    Result(&'static str),
}

/// The options of the attribute; empty where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) strategy: &'static str,
    pub(super) chunk: &'static str,
    pub(super) manager: &'static str,
    /// The root alone has the result.
    pub(super) root: bool,
}

impl Options {
    pub(super) fn print(self) -> String {
        let mut all = Vec::new();
        if !self.strategy.is_empty() {
            all.push(format!("strategy = \"{}\"", self.strategy));
        }
        if !self.chunk.is_empty() {
            all.push(format!("chunk = {}", self.chunk));
        }
        if !self.manager.is_empty() {
            all.push(format!("manager = \"{}\"", self.manager));
        }
        if self.root {
            all.push("gather = \"root\"".to_owned());
        }
        if all.is_empty() { String::new() } else { format!("({})", all.join(", ")) }
    }

    fn smaller(self) -> Vec<Self> {
        let all = [
            Self { strategy: "", ..self },
            Self { chunk: "", ..self },
            Self { manager: "", ..self },
            Self { root: false, ..self },
            Self { strategy: "round_robin", chunk: "1", ..self },
        ];
        let count = |options: Self| {
            let named = [options.strategy, options.chunk, options.manager];
            named.iter().filter(|text| !text.is_empty()).count() + usize::from(options.root)
        };
        all.into_iter().filter(|options| count(*options) < count(self)).collect()
    }
}

impl Program {
    /// The function of this name, in this form.
    pub(super) fn print(&self, form: Form, name: &str) -> String {
        let list = |parts: Vec<&str>| match &parts[..] {
            [one] => (*one).to_owned(),
            parts => format!("({})", parts.join(", ")),
        };
        let types = list(self.result.iter().map(|(ty, _)| ty.as_str()).collect());
        let result = list(self.result.iter().map(|(_, value)| value.as_str()).collect());
        let (types, result) = match self.returns {
            Returns::Plain => (types, result),
            Returns::Option => (format!("Option<{types}>"), format!("Some({result})")),
            Returns::Result(error) => (format!("Result<{types}, {error}>"), format!("Ok({result})")),
        };
        let mut text = String::new();
        if form == Form::Split {
            text += &format!("#[dlp::parallel{}]\n", self.options.print());
        }
        text += &format!("pub fn {name}<'a>(from: &'a Input) -> {types} {{");
        self.body.print(form, &result, &mut text);
        text + &result + "\n}\n"
    }

    /// All the ways to make one thing of it smaller.
    pub(super) fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for at in 0..self.result.len() {
            let mut result = self.result.clone();
            result.remove(at);
            all.push(Self { result, ..self.clone() });
        }
        all.extend(self.body.smaller().into_iter().map(|body| Self { body, ..self.clone() }));
        all.extend(self.options.smaller().into_iter().map(|options| Self { options, ..self.clone() }));
        all
    }

    /// Makes one constant another one in the split function.
    pub(super) fn plant(&mut self, random: &mut Random) {
        let is_number = |tree: &Tree| matches!(tree, Tree::Value(Ty::Int("i64" | "u64" | "usize"), _));
        let numbers: Vec<usize> = (0..self.body.size())
            .filter(|&at| self.body.clone().node(at).is_some_and(|tree| is_number(tree)))
            .collect();
        if numbers.is_empty() {
            return;
        }
        let node = self.body.node(numbers[random.below(numbers.len())]).expect("it was found");
        if let Tree::Value(Ty::Int(name), parts) = node {
            *parts = vec![Tree::Either { serial: format!("2_{name}"), split: format!("3_{name}") }];
        }
    }

    /// A measure of how much there is to read.
    pub(super) fn size(&self) -> usize {
        self.print(Form::Split, "f").len()
    }
}
