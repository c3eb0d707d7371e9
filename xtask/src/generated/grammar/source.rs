//! What the loop goes through, and the names it gives to its items.

use super::Generator;
use crate::generated::tree::{Tree, group, statement};
use crate::generated::types::Ty;

/// A source and a pattern.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) before: Vec<Tree>,
    pub(super) tree: Tree,
    pub(super) pattern: Tree,
    /// The names that the pattern binds.
    pub(super) items: Vec<(String, Ty, bool)>,
    /// What ends a loop through a source that does not end.
    pub(super) guard: Tree,
    /// It cannot be gone through a second time.
    pub(super) once: bool,
    /// It cannot be copied, so that its items are gone when an iteration is to be run again.
    pub(super) gone: bool,
    /// What the function returns of it, with its type, where the items are written back.
    pub(super) written: Option<(String, Ty)>,
}

impl Generator {
    pub(super) fn source(&mut self) -> Source {
        if self.has("exits") && self.random.chance(12) {
            return self.endless();
        }
        if self.has("write_back") && self.random.chance(12) {
            return self.lent();
        }
        let mut before = Vec::new();
        let (text, ty) = self.items(&mut before);
        let once = text.contains("source") || text.starts_with("map");
        let gone = once || text == "from.map.clone()";
        let tree = self.adapted(text);
        let (ty, tree) = self.paired(ty, tree);
        let mut items = Vec::new();
        let pattern = self.pattern(&ty, 2, &mut items);
        Source {
            before,
            tree,
            pattern: pattern.into(),
            items,
            guard: Tree::Optional(vec![]),
            once,
            gone,
            written: None,
        }
    }

    /// A source whose items are written back. The first name is that of a `&mut`.
    fn lent(&mut self) -> Source {
        let (ty, value) = match self.random.below(4) {
            0 => (Ty::String, "from.words.clone()"),
            1 => (Ty::Point, "from.points.clone()"),
            2 => (Ty::F64, "xs.iter().map(|&x| x as f64 / 3.0).collect()"),
            _ => (Ty::int("i64"), "xs.to_vec()"),
        };
        self.names += 1;
        let (base, name) = (format!("data{}", self.names), self.fresh());
        let list = Ty::vec(ty.clone());
        let before = vec![statement![format!("let mut {base}: {} = {value};", list.name())]];
        let mut items = vec![(name.clone(), Ty::reference(ty), true)];
        let (pattern, source) = match self.random.below(4) {
            0 => (name, format!("{base}.iter_mut()")),
            1 => (name, format!("&mut {base}")),
            2 => {
                let other = self.fresh();
                items.push((other.clone(), Ty::int("usize"), false));
                (format!("({other}, {name})"), format!("{base}.iter_mut().enumerate()"))
            }
            _ => {
                let other = self.fresh();
                items.push((other.clone(), Ty::reference(Ty::int("i64")), false));
                (format!("({name}, {other})"), format!("{base}.iter_mut().zip(xs)"))
            }
        };
        Source {
            before,
            tree: source.into(),
            pattern: pattern.into(),
            items,
            guard: Tree::Optional(vec![]),
            once: false,
            gone: false,
            written: Some((base, list)),
        }
    }

    /// A source without an end.
    fn endless(&mut self) -> Source {
        let name = self.fresh();
        let (ty, source) = [
            ("usize", "0_usize.."),
            ("u64", "1_u64.."),
            ("i64", "(0_i64..).step_by(3)"),
            ("u64", "(0_u64..).map(|x| x * 2)"),
        ][self.random.below(4)];
        let mut items = vec![(name.clone(), Ty::int(ty), false)];
        let mut pattern = name.clone();
        let mut source = source.to_owned();
        if self.random.chance(30) {
            let other = self.fresh();
            pattern = format!("({other}, {name})");
            source = format!("std::iter::repeat(2_u8).zip({source})");
            items.push((other, Ty::int("u8"), false));
        }
        let jump = match self.random.below(3) {
            0 => group!["return ", Tree::Result, ";"],
            _ => group!["break;"],
        };
        let guard = group![format!("if {name} >= from.n as {ty} {{ "), jump, "}"];
        Source {
            before: vec![],
            tree: source.into(),
            pattern: pattern.into(),
            items,
            guard,
            once: false,
            gone: false,
            written: None,
        }
    }

    /// An iterator that has a known end, and the type of its items.
    fn items(&mut self, before: &mut Vec<Tree>) -> (String, Ty) {
        let i64s = Ty::int("i64");
        let pick = |random: &mut crate::random::Random, all: &[&str]| random.pick(all).to_owned();
        let random = &mut self.random;
        match random.below(24) {
            0 | 1 => ("0..n".into(), Ty::int("usize")),
            2 | 3 => {
                let ty = ["u32", "i64", "u64", "i32"][random.below(4)];
                let range =
                    ["0..n as T", "1..=n as T", "(0..n as T).rev()", "(0..n as T).step_by(2)", "3..n as T"]
                        [random.below(5)];
                (range.replace('T', ty), Ty::int(ty))
            }
            4 => (pick(random, &["-2..n as i64", "0..n as i64 - 1"]), i64s),
            5 => (pick(random, &["0..n as u8", "0..=n as u8"]), Ty::int("u8")),
            6 | 7 => (pick(random, &["xs", "xs.iter()", "&xs[..]", "&from.xs"]), Ty::reference(i64s)),
            8 => (pick(random, &["words", "words.iter()", "&from.words"]), Ty::reference(Ty::String)),
            9 => {
                let of =
                    ["xs.chunks(2)", "xs.chunks(3)", "xs.windows(2)", "xs.chunks_exact(4)", "xs.rchunks(3)"];
                (pick(random, &of), Ty::Slice(Box::new(i64s)))
            }
            10 => match random.below(4) {
                0 => ("words.iter().map(String::as_str)".into(), Ty::Str),
                1 => ("words.iter().map(|word| word.len())".into(), Ty::int("usize")),
                2 => ("xs.iter().map(|x| x * 2)".into(), i64s),
                _ => {
                    ("xs.iter().map(|&x| (x, work(x as u64)))".into(), Ty::Tuple(vec![i64s, Ty::int("u64")]))
                }
            },
            11 => (
                pick(random, &["xs.to_vec()", "xs.iter().copied()", "xs.iter().cloned()", "xs.to_owned()"]),
                i64s,
            ),
            12 => {
                (pick(random, &["words.to_vec()", "from.words.clone()", "words.iter().cloned()"]), Ty::String)
            }
            13 => match random.below(3) {
                0 => ("&from.points".into(), Ty::reference(Ty::Point)),
                1 => ("from.points.clone()".into(), Ty::Point),
                _ => ("from.points.iter()".into(), Ty::reference(Ty::Point)),
            },
            14 => match random.below(2) {
                0 => ("from.kinds.clone()".into(), Ty::Kind),
                _ => ("&from.kinds".into(), Ty::reference(Ty::Kind)),
            },
            15 => match random.below(2) {
                0 => ("from.pairs.clone()".into(), Ty::Tuple(vec![i64s, Ty::String])),
                _ => ("&from.pairs".into(), Ty::reference(Ty::Tuple(vec![i64s, Ty::String]))),
            },
            16 => {
                let of = [
                    "xs.iter().filter(|x| **x % 3 != 0)",
                    "xs.iter().take_while(|x| **x < 40)",
                    "xs.iter().skip_while(|x| **x > 2)",
                ];
                (pick(random, &of), Ty::reference(i64s))
            }
            17 => match random.below(4) {
                0 => ("words.iter().flat_map(|word| word.chars())".into(), Ty::Char),
                1 => (
                    "(0..n).flat_map(|i| (0..i % 3).map(move |j| (i, j)))".into(),
                    Ty::Tuple(vec![Ty::int("usize"), Ty::int("usize")]),
                ),
                2 => ("words.iter().filter_map(|word| word.parse::<i64>().ok())".into(), i64s),
                _ => (
                    "std::iter::successors(Some(n as u64 * 9), |x| (*x > 0).then(|| x / 2))".into(),
                    Ty::int("u64"),
                ),
            },
            18 | 19 => match random.below(5) {
                0 => ("from.map.keys()".into(), Ty::reference(i64s)),
                1 => ("from.map.values()".into(), Ty::reference(Ty::String)),
                2 => ("from.map.clone()".into(), Ty::Tuple(vec![i64s, Ty::String])),
                3 => {
                    before.push(statement!["let map = from.map.clone();"]);
                    ("map.into_iter()".into(), Ty::Tuple(vec![i64s, Ty::String]))
                }
                _ => (
                    pick(random, &["&from.map", "from.map.range(3..)"]),
                    Ty::Tuple(vec![Ty::reference(i64s), Ty::reference(Ty::String)]),
                ),
            },
            20 => match random.below(4) {
                0 => (pick(random, &["from.text.split(' ')", "from.text.split_whitespace()"]), Ty::Str),
                1 => ("from.text.chars()".into(), Ty::Char),
                2 => ("from.text.bytes()".into(), Ty::int("u8")),
                _ => ("from.text.char_indices()".into(), Ty::Tuple(vec![Ty::int("usize"), Ty::Char])),
            },
            21 => match random.below(4) {
                0 => ("[5_i64, -1, 3, 8]".into(), i64s),
                1 => ("Some(n)".into(), Ty::int("usize")),
                2 => (
                    "vec![(1_u32, \"a\"), (2, \"b\"), (9, \"c\")]".into(),
                    Ty::Tuple(vec![Ty::int("u32"), Ty::Str]),
                ),
                _ => ("'a'..='g'".into(), Ty::Char),
            },
            22 => {
                before.push(statement![
                    "let source: Box<dyn Iterator<Item = (usize, String)> + 'a> = \
                     Box::new(words.iter().map(|word| (word.len(), word.repeat(2))));"
                ]);
                ("source".into(), Ty::Tuple(vec![Ty::int("usize"), Ty::String]))
            }
            _ => {
                let of = [
                    "xs.iter().chain(xs.iter().rev())",
                    "xs.iter().skip(2)",
                    "xs.iter().take(7)",
                    "xs.iter().cycle().take(n + 3)",
                    "xs.iter().peekable()",
                    "xs.iter().step_by(3)",
                ];
                (pick(random, &of), Ty::reference(i64s))
            }
        }
    }

    /// Now and then with another adapter.
    fn adapted(&mut self, text: String) -> Tree {
        if !self.random.chance(8) {
            return text.into();
        }
        let adapter = self.random.pick(&[".skip(1)", ".step_by(2)", ".take(9)", ".fuse()"]);
        group!["(", text, ").into_iter()", Tree::Optional(vec![adapter.into()])]
    }

    /// Now and then with a number, or with something else, beside each item.
    fn paired(&mut self, ty: Ty, tree: Tree) -> (Ty, Tree) {
        let index = Ty::int("usize");
        let (ty, adapter) = match self.random.below(12) {
            0 | 1 => (Ty::Tuple(vec![index, ty]), ".enumerate()"),
            2 => (Ty::Tuple(vec![ty, Ty::reference(Ty::String)]), ".zip(words)"),
            3 => (Ty::Tuple(vec![ty, Ty::int("u64")]), ".zip(1_u64..)"),
            4 => {
                let both = Ty::Tuple(vec![index, ty]);
                (Ty::Tuple(vec![both, Ty::reference(Ty::int("i64"))]), ".enumerate().zip(xs)")
            }
            _ => return (ty, tree),
        };
        (ty, group!["(", tree, ").into_iter()", adapter])
    }

    /// A pattern for a value of this type, and what it binds.
    pub(super) fn pattern(&mut self, ty: &Ty, depth: usize, into: &mut Vec<(String, Ty, bool)>) -> String {
        match ty {
            Ty::Tuple(of) if depth > 0 && self.random.chance(85) => {
                let parts: Vec<String> = of.iter().map(|ty| self.pattern(ty, depth - 1, into)).collect();
                format!("({})", parts.join(", "))
            }
            Ty::Ref(of) if of.is_copy() && self.random.chance(45) => {
                let inner = self.bound(of, into, true);
                if inner.starts_with("mut ") { format!("&({inner})") } else { format!("&{inner}") }
            }
            Ty::Ref(of) if self.random.chance(30) => match &**of {
                // Matched through the reference, so that the parts are references.
                Ty::Tuple(of) => {
                    let parts: Vec<String> =
                        of.iter().map(|ty| self.bound(&Ty::reference(ty.clone()), into, false)).collect();
                    format!("({})", parts.join(", "))
                }
                Ty::Point => self.point(true, into),
                _ => self.bound(ty, into, true),
            },
            Ty::Point if self.random.chance(30) => self.point(false, into),
            _ => self.bound(ty, into, true),
        }
    }

    fn point(&mut self, by_reference: bool, into: &mut Vec<(String, Ty, bool)>) -> String {
        let mut parts = Vec::new();
        for (field, ty) in [("x", Ty::int("i64")), ("y", Ty::F64), ("name", Ty::String)] {
            let ty = if by_reference { Ty::reference(ty) } else { ty };
            match self.random.below(3) {
                0 if into.iter().all(|(name, ..)| name != field) => {
                    into.push((field.into(), ty, false));
                    parts.push(field.to_owned());
                }
                1 => parts.push(format!("{field}: {}", self.bound(&ty, into, false))),
                _ => {}
            }
        }
        parts.push("..".into());
        format!("Point {{ {} }}", parts.join(", "))
    }

    fn bound(&mut self, ty: &Ty, into: &mut Vec<(String, Ty, bool)>, mutable: bool) -> String {
        if self.random.chance(6) {
            return "_".into();
        }
        let mut name = self.local_name();
        while into.iter().any(|(known, ..)| *known == name) {
            name = self.fresh();
        }
        let mutable = mutable && self.random.chance(12);
        into.push((name.clone(), ty.clone(), mutable));
        if mutable { format!("mut {name}") } else { name }
    }
}
