//! A program's text as a tree that remembers what its pieces are, so that it can be made smaller.
//!
//! A smaller tree need not be a program: the compiler judges.

use super::types::Ty;

/// A piece of a program.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// Tokens as they are.
    Text(String),
    Group(Vec<Tree>),
    /// An expression of this type.
    Value(Ty, Vec<Tree>),
    /// A statement.
    Statement(Vec<Tree>),
    /// The statements of a block.
    Block(Vec<Tree>),
    /// What may be left out, such as an `else`.
    Optional(Vec<Tree>),
    /// What the function returns.
    Result,
    /// A constant that is one thing in the serial function and another in the split one, for a test of the whole.
    Either {
        serial: String,
        split: String,
    },
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Pieces one after the other.
macro_rules! group {
    ($($part:expr),* $(,)?) => {
        $crate::generated::tree::Tree::Group(vec![$($crate::generated::tree::Tree::from($part)),*])
    };
}

/// A statement of these pieces.
macro_rules! statement {
    ($($part:expr),* $(,)?) => {
        $crate::generated::tree::Tree::Statement(vec![$($crate::generated::tree::Tree::from($part)),*])
    };
}

pub(super) use {group, statement};

/// Which of the two functions is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Serial,
    Split,
}

impl Tree {
    /// As Rust. `result` is what the function returns.
    pub(super) fn print(&self, form: Form, result: &str, to: &mut String) {
        match self {
            Self::Text(text) => to.push_str(text),
            Self::Result => to.push_str(result),
            Self::Either { serial, split } => {
                to.push_str(if form == Form::Serial { serial } else { split });
            }
            Self::Group(parts) | Self::Value(_, parts) | Self::Optional(parts) => {
                parts.iter().for_each(|part| part.print(form, result, to));
            }
            Self::Statement(parts) => {
                parts.iter().for_each(|part| part.print(form, result, to));
                to.push('\n');
            }
            Self::Block(statements) => {
                to.push('\n');
                statements.iter().for_each(|part| part.print(form, result, to));
            }
        }
    }

    fn parts(&self) -> &[Tree] {
        match self {
            Self::Group(parts)
            | Self::Value(_, parts)
            | Self::Statement(parts)
            | Self::Block(parts)
            | Self::Optional(parts) => parts,
            Self::Text(_) | Self::Result | Self::Either { .. } => &[],
        }
    }

    fn parts_mut(&mut self) -> &mut [Tree] {
        match self {
            Self::Group(parts)
            | Self::Value(_, parts)
            | Self::Statement(parts)
            | Self::Block(parts)
            | Self::Optional(parts) => parts,
            Self::Text(_) | Self::Result | Self::Either { .. } => &mut [],
        }
    }

    /// How many pieces there are.
    pub(super) fn size(&self) -> usize {
        1 + self.parts().iter().map(Tree::size).sum::<usize>()
    }

    /// The piece of this number, counted from the root on.
    pub(super) fn node(&mut self, number: usize) -> Option<&mut Tree> {
        if number == 0 {
            return Some(self);
        }
        let mut number = number - 1;
        for part in self.parts_mut() {
            let size = part.size();
            if number < size {
                return part.node(number);
            }
            number -= size;
        }
        None
    }

    /// All the ways to make one piece smaller.
    pub(super) fn smaller(&self) -> Vec<Tree> {
        let mut all = Vec::new();
        let mut copy = self.clone();
        for number in 0..self.size() {
            let node = copy.node(number).expect("there are as many").clone();
            for replacement in node.replacements() {
                let mut smaller = self.clone();
                *smaller.node(number).expect("there are as many") = replacement;
                all.push(smaller);
            }
        }
        all
    }

    /// What this piece may be replaced by.
    fn replacements(&self) -> Vec<Tree> {
        match self {
            Self::Optional(parts) if !parts.is_empty() => vec![Self::Optional(vec![])],
            Self::Value(ty, parts) => {
                let mut inner = Vec::new();
                parts.iter().for_each(|part| part.values(ty, &mut inner));
                let mut all: Vec<Tree> = inner.into_iter().cloned().collect();
                // An expression as simple as that stays.
                if let Some(simplest) = ty.simplest()
                    && !matches!(&parts[..], [Self::Text(text)] if text.len() <= simplest.len())
                    && !matches!(&parts[..], [Self::Either { .. }])
                {
                    all.push(Self::Value(ty.clone(), vec![simplest.into()]));
                }
                all
            }
            Self::Block(statements) => {
                let mut all = Vec::new();
                let count = statements.len();
                if count > 2 {
                    for half in [0..count / 2, count / 2..count] {
                        let stays = |at: usize, each: &Tree| {
                            !half.contains(&at) || !matches!(each, Self::Statement(_))
                        };
                        let kept = statements.iter().enumerate().filter(|(at, each)| stays(*at, each));
                        all.push(Self::Block(kept.map(|(_, statement)| statement.clone()).collect()));
                    }
                }
                for (at, statement) in statements.iter().enumerate() {
                    if let Self::Statement(parts) = statement {
                        all.push(Self::Block([&statements[..at], &statements[at + 1..]].concat()));
                        let mut blocks = Vec::new();
                        parts.iter().for_each(|part| part.blocks(&mut blocks));
                        for block in blocks {
                            all.push(Self::Block([&statements[..at], block, &statements[at + 1..]].concat()));
                        }
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }

    /// The outermost expressions of this type in it.
    fn values<'a>(&'a self, wanted: &Ty, into: &mut Vec<&'a Tree>) {
        match self {
            Self::Value(ty, _) if ty == wanted => into.push(self),
            _ => self.parts().iter().for_each(|part| part.values(wanted, into)),
        }
    }

    /// The statements of the outermost blocks in it.
    fn blocks<'a>(&'a self, into: &mut Vec<&'a [Tree]>) {
        match self {
            Self::Block(statements) => into.push(statements),
            _ => self.parts().iter().for_each(|part| part.blocks(into)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Tree {
        Tree::Value(Ty::Int("i64"), vec![text.into()])
    }

    fn printed(tree: &Tree) -> String {
        let mut text = String::new();
        tree.print(Form::Split, "all", &mut text);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn sample() -> Tree {
        let sum = Tree::Value(
            Ty::Int("i64"),
            vec!["(".into(), number("x"), " + ".into(), number("77_i64"), ")".into()],
        );
        let inner = Tree::Block(vec![statement!["all.push(", sum, ");"]]);
        Tree::Block(vec![statement!["pause();"], statement!["if yes {", inner, "}"]])
    }

    #[test]
    fn every_piece_is_made_smaller() {
        let mut texts: Vec<String> = sample().smaller().iter().map(printed).collect();
        texts.sort();
        texts.dedup();
        let expected = [
            "if yes { all.push((x + 77_i64)); }",
            "pause();",
            "pause(); all.push((x + 77_i64));",
            "pause(); if yes { all.push((x + 1_i64)); }",
            "pause(); if yes { all.push(1_i64); }",
            "pause(); if yes { all.push(77_i64); }",
            "pause(); if yes { all.push(x); }",
            "pause(); if yes { }",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn smaller_and_smaller_ends() {
        let mut tree = sample();
        let mut steps = 0;
        while let Some(next) = tree.smaller().into_iter().find(|tree| printed(tree).contains("push")) {
            tree = next;
            steps += 1;
            assert!(steps < 20);
        }
        assert_eq!(printed(&tree), "all.push(x);");
    }
}
