//! Accumulators, and what is done to them.

mod collection;

use super::Generator;
use crate::generated::program::Returns;
use crate::generated::scope::Role;
use crate::generated::tree::{Tree, group, statement};
use crate::generated::types::Ty;

/// What the loop fills.
#[derive(Clone, Debug)]
pub(super) struct Accumulator {
    pub(super) declared: Ty,
    pub(super) name: String,
    access: Access,
}

/// How it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Plain,
    /// Through a `&mut`.
    Borrowed,
    /// Through a lock or the like, which this call opens.
    Locked(&'static str),
    Cell,
    Atomic,
    /// By a closure that adds to it.
    Called,
}

/// Where an effect happens.
#[derive(Clone, Debug)]
struct Place {
    /// What can be assigned to.
    target: Tree,
    /// What has methods.
    receiver: Tree,
    /// It may be read in its own assignment.
    own: bool,
    /// What leads there can do something, so that what is added to it must not.
    acts: bool,
}

impl Generator {
    /// Declares an accumulator.
    pub(super) fn accumulator(&mut self, items: &[(String, Ty, bool)]) -> Tree {
        let number = self.accumulators.len();
        let name = match self.random.below(4) {
            0 => format!("all{number}"),
            1 => format!("out{number}"),
            2 => format!("sum{number}"),
            _ => format!("acc{number}"),
        };
        let declared = self.accumulated(items);
        let access = match (&declared, self.random.below(24)) {
            (Ty::Int("i64" | "usize" | "u64"), 0 | 1) => Access::Cell,
            (Ty::Int("i64" | "u64"), 2 | 3) => Access::Atomic,
            (Ty::Int("i64"), 4 | 5) => Access::Called,
            (_, 6..8) => Access::Borrowed,
            (_, 8) => Access::Locked("lock().unwrap()"),
            (_, 9) => Access::Locked("borrow_mut()"),
            _ => Access::Plain,
        };
        let at = self.scope.bind(&name, declared.clone(), Role::Accumulator(number), true);
        let ty = declared.name();
        let start = self.start(&declared);
        let typed = self.random.chance(50) || !matches!(declared, Ty::Vec(_) | Ty::Set(_) | Ty::Deque(_));
        if access == Access::Plain && typed {
            self.scope.open(at);
        }
        let (tree, result) = match access {
            Access::Plain if typed => {
                (statement![format!("let mut {name}: {ty} = "), start, ";"], name.clone())
            }
            Access::Plain => (statement![format!("let mut {name} = "), start, ";"], name.clone()),
            Access::Borrowed => (
                statement![
                    format!("let mut {name}_base: {ty} = "),
                    start,
                    format!("; let {name} = &mut {name}_base;")
                ],
                format!("{name}_base"),
            ),
            Access::Locked("borrow_mut()") => (
                statement![format!("let {name}: RefCell<{ty}> = RefCell::new("), start, ");"],
                format!("{name}.into_inner()"),
            ),
            Access::Locked(_) => (
                statement![format!("let {name}: Mutex<{ty}> = Mutex::new("), start, ");"],
                format!("{name}.into_inner().unwrap()"),
            ),
            Access::Cell => {
                (statement![format!("let {name} = Cell::new("), start, ");"], format!("{name}.into_inner()"))
            }
            Access::Atomic => {
                let atomic = if ty == "i64" { "AtomicI64" } else { "AtomicU64" };
                (
                    statement![format!("let {name} = {atomic}::new("), start, ");"],
                    format!("{name}.into_inner()"),
                )
            }
            Access::Called => (
                statement![
                    format!("let mut {name}_base = "),
                    start,
                    format!("; let mut {name} = |v: i64| {name}_base = fold({name}_base, v);")
                ],
                format!("{name}_base"),
            ),
        };
        self.results.push((ty, result));
        self.accumulators.push(Accumulator { declared, name, access });
        tree
    }

    /// A type of accumulators.
    fn accumulated(&mut self, items: &[(String, Ty, bool)]) -> Ty {
        match self.random.weighted(&[6, 4, 1, 4, 10, 4, 1, 2, 5, 2, 2, 3, 2, 2, 1]) {
            0 => self.int_type(),
            1 => Ty::F64,
            2 => Ty::Bool,
            3 => Ty::String,
            4 => Ty::vec(self.element(items)),
            5 => {
                let of = match self.random.below(4) {
                    0 => Ty::F64,
                    1 => Ty::vec(self.value_type(1)),
                    2 => Ty::String,
                    _ => self.int_type(),
                };
                Ty::Fixed(Box::new(of), 2 + self.random.below(4))
            }
            6 => Ty::Fixed(Box::new(Ty::Array(Box::new(Ty::F64), 3)), 3),
            7 => Ty::Array(Box::new(if self.random.chance(50) { Ty::F64 } else { self.int_type() }), 3),
            8 => {
                let key = self.ordered_type(1);
                let value = match self.random.below(4) {
                    0 => Ty::vec(self.element(items)),
                    1 => Ty::F64,
                    2 => Ty::String,
                    _ => self.int_type(),
                };
                Ty::Map(Box::new(key), Box::new(value))
            }
            9 => Ty::Set(Box::new(self.ordered_type(1))),
            10 => Ty::Deque(Box::new(self.element(items))),
            11 => Ty::option(self.element(items)),
            12 => Ty::Tuple(vec![self.int_type(), Ty::vec(self.element(items)), Ty::F64]),
            13 => Ty::Stats,
            _ => Ty::Point,
        }
    }

    /// A type of elements: often that of an item.
    fn element(&mut self, items: &[(String, Ty, bool)]) -> Ty {
        if !items.is_empty() && self.random.chance(40) {
            let ty = &items[self.random.below(items.len())].1;
            let made = match ty {
                Ty::Ref(of) => matches!(&**of, Ty::Int("i64") | Ty::String | Ty::Point | Ty::Kind),
                Ty::Tuple(of) => of.iter().all(|ty| !matches!(ty, Ty::Ref(_) | Ty::Slice(_) | Ty::Tuple(_))),
                _ => true,
            };
            if made {
                return ty.clone();
            }
        }
        self.value_type(2)
    }

    /// What an accumulator begins with.
    fn start(&mut self, ty: &Ty) -> Tree {
        match ty {
            Ty::Vec(_) => self.random.pick(&["Vec::new()", "vec![]", "Vec::with_capacity(9)"]).into(),
            Ty::Option(_) => "None".into(),
            Ty::Map(..) => self.random.pick(&["BTreeMap::new()", "BTreeMap::default()"]).into(),
            Ty::Tuple(of) => {
                let mut parts = vec!["(".into()];
                for ty in of {
                    parts.extend([self.start(ty), ",".into()]);
                }
                parts.push(")".into());
                Tree::Group(parts)
            }
            Ty::Fixed(of, length) => group!["vec![", self.start(of), format!("; {length}]")],
            Ty::Array(of, length) => group!["[", self.literal(of), format!("; {length}]")],
            _ => self.literal(ty),
        }
    }

    /// A statement that changes an accumulator.
    pub(super) fn effect(&mut self) -> Option<Tree> {
        let visible = self.scope.accumulators();
        if visible.is_empty() {
            return None;
        }
        let number = visible[self.random.below(visible.len())];
        let Accumulator { name, access, declared, .. } = self.accumulators[number].clone();
        // What it is changed by is not made of itself.
        let at = self
            .scope
            .visible()
            .into_iter()
            .find(|&at| self.scope.var(at).name == name)
            .expect("it is visible");
        self.scope.borrow(at);
        let effect = self.done_to(name, access, &declared);
        self.scope.release(at);
        Some(effect)
    }

    fn done_to(&mut self, name: String, access: Access, declared: &Ty) -> Tree {
        let i64s = Ty::int("i64");
        match access {
            Access::Plain => {
                let place =
                    Place { target: name.clone().into(), receiver: name.into(), own: true, acts: false };
                self.change(&place, declared, 2)
            }
            Access::Borrowed => {
                let target: Tree = format!("*{name}").into();
                let receiver: Tree = match declared {
                    Ty::Int(_) | Ty::F64 | Ty::Bool | Ty::Option(_) => format!("(*{name})").into(),
                    _ => name.into(),
                };
                self.change(&Place { target, receiver, own: true, acts: false }, declared, 2)
            }
            Access::Locked(open) => {
                let target: Tree = format!("*{name}.{open}").into();
                let receiver: Tree = format!("{name}.{open}").into();
                self.change(&Place { target, receiver, own: false, acts: false }, declared, 2)
            }
            Access::Cell => statement![format!("{name}.set("), self.value(declared, 2), ");"],
            Access::Atomic => {
                let method = self.random.pick(&["fetch_add", "fetch_xor", "fetch_max"]);
                statement![format!("{name}.{method}("), self.value(declared, 2), ", Ordering::SeqCst);"]
            }
            Access::Called => statement![name, "(", self.value(&i64s, 2), ");"],
        }
    }

    /// The accumulators of a type of which this holds that can be read by their names.
    pub(super) fn open_accumulators(&self, fits: impl Fn(&Ty) -> bool) -> Vec<(usize, String, Ty)> {
        let visible = self.scope.visible().into_iter();
        let open = visible.map(|at| (at, self.scope.var(at))).filter(|(_, var)| {
            matches!(var.role, Role::Accumulator(_)) && var.open && var.borrowed == 0 && fits(&var.ty)
        });
        open.map(|(at, var)| (at, var.name.clone(), var.ty.clone())).collect()
    }

    /// An index below `length`, or now and then any.
    fn index(&mut self, length: usize) -> Tree {
        let index = self.quiet(&Ty::int("usize"), 1);
        if self.panics && self.random.chance(8) { index } else { group![index, format!(" % {length}")] }
    }

    /// The value to be combined with what is at `place`.
    fn addend(&mut self, place: &Place, ty: &Ty) -> Tree {
        if place.acts { self.quiet(ty, 1) } else { self.value(ty, 2) }
    }

    /// A statement that changes what is at `place`.
    fn change(&mut self, place: &Place, ty: &Ty, depth: usize) -> Tree {
        let Place { target, receiver, own, .. } = place.clone();
        let method = |receiver: Tree, call: &str, argument: Tree| statement![receiver, call, argument, ");"];
        match ty {
            Ty::Int(name) => self.change_int(place, name),
            Ty::F64 => match self.random.below(if own { 8 } else { 4 }) {
                0 | 1 => statement![target, " += ", self.addend(place, ty), ";"],
                2 => {
                    let operator = self.random.pick(&[" -= ", " *= ", " /= "]);
                    statement![target, operator, self.addend(place, ty), ";"]
                }
                3 => statement![target, " = ", self.value(ty, 2), ";"],
                4 => statement![target, " = ", receiver, " * 0.9 + ", self.value(ty, 2), ";"],
                5 => statement![target, " = ", receiver, ".max(", self.value(ty, 2), ");"],
                6 if !self.scope.light => {
                    statement![target, " = blend(", receiver, ", ", self.value(ty, 2), ");"]
                }
                _ => statement![target, " = ", self.value(ty, 2), " - ", receiver, ";"],
            },
            Ty::Bool => match self.random.below(if own { 5 } else { 4 }) {
                0 => statement![target, " |= ", self.addend(place, ty), ";"],
                1 => statement![target, " &= ", self.addend(place, ty), ";"],
                2 => statement![target, " ^= ", self.addend(place, ty), ";"],
                3 => statement![target, " = ", self.value(ty, 2), ";"],
                _ => statement![target, " = ", receiver, " || ", self.quiet(ty, 0), ";"],
            },
            Ty::Char | Ty::Str | Ty::Kind | Ty::Ref(_) | Ty::Slice(_) => {
                statement![target, " = ", self.value(ty, 2), ";"]
            }
            Ty::String => match self.random.below(if own { 9 } else { 8 }) {
                0 => method(receiver, ".push_str(", self.text(2)),
                1 => method(receiver, ".push(", self.value(&Ty::Char, 2)),
                2 => statement!["write!(", receiver, ", ", self.format(2), ").unwrap();"],
                3 => statement!["writeln!(", receiver, ", ", self.format(2), ").expect(\"text takes all\");"],
                4 if self.returns == Returns::Result("Box<dyn std::error::Error>")
                    && self.has("questions")
                    && self.closures == 0
                    && !self.scope.light =>
                {
                    statement!["write!(", receiver, ", ", self.format(2), ")?;"]
                }
                4 => statement!["let _ = write!(", receiver, ", ", self.format(2), ");"],
                5 if !place.acts => statement![target, " += ", self.text(2), ";"],
                6 => method(receiver, ".insert_str(0, ", self.text(1)),
                8 => statement![target, " = ", self.value(ty, 1), " + ", "&", receiver, ";"],
                _ => method(receiver, ".push_str(", group!["&", self.value(ty, 2)]),
            },
            Ty::Tuple(of) => {
                let at = self.random.below(of.len());
                let place = field(place, &at.to_string());
                self.change(&place, &of[at], depth.saturating_sub(1))
            }
            Ty::Point => match self.random.below(if own { 5 } else { 3 }) {
                0 => self.change(&field(place, "x"), &Ty::int("i64"), 0),
                1 => self.change(&field(place, "y"), &Ty::F64, 0),
                2 => self.change(&field(place, "name"), &Ty::String, 0),
                3 => statement![target, " = ", receiver, ".scaled(", self.value(&Ty::F64, 2), ");"],
                _ => statement![target, " = ", self.value(ty, 2), ";"],
            },
            Ty::Stats => match self.random.below(7) {
                0 => self.change(&field(place, "count"), &Ty::int("u64"), 0),
                1 => self.change(&field(place, "sum"), &Ty::F64, 0),
                2 => self.change(&field(place, "names"), &Ty::vec(Ty::String), 0),
                3 => self.change(&field(place, "last"), &Ty::option(Ty::int("i64")), 0),
                _ => method(receiver, ".add(", self.value(&Ty::int("i64"), 2)),
            },
            Ty::Fixed(of, length) | Ty::Array(of, length) => {
                let index = self.index(*length);
                let element = group![receiver.clone(), "[", index, "]"];
                let inner = Place {
                    target: element.clone(),
                    receiver: element,
                    own: own && depth > 1,
                    acts: place.acts,
                };
                if self.random.chance(8) {
                    return statement![receiver, ".swap(0, ", self.index(*length), ");"];
                }
                self.change(&inner, of, depth.saturating_sub(1))
            }
            Ty::Vec(of) => self.change_list(place, of),
            Ty::Deque(of) => match self.random.below(5) {
                0 => statement![receiver, ".pop_front();"],
                1 => method(receiver, ".push_front(", self.value(of, 2)),
                2 => statement![receiver, ".extend([", self.value(of, 2), ", ", self.value(of, 1), "]);"],
                _ => method(receiver, ".push_back(", self.value(of, 2)),
            },
            Ty::Option(of) => match self.random.below(6) {
                0 => statement![target, " = None;"],
                1 => method(receiver, ".replace(", self.value(of, 2)),
                2 => method(receiver, ".get_or_insert(", self.value(of, 2)),
                3 if own && matches!(**of, Ty::Int(_) | Ty::Char) => {
                    statement![target, " = ", receiver, ".max(Some(", self.value(of, 2), "));"]
                }
                _ => statement![target, " = Some(", self.value(of, 2), ");"],
            },
            Ty::Set(of) => match self.random.below(8) {
                0 => method(receiver, ".remove(&", self.value(of, 1)),
                1 => statement!["let _ = ", receiver, ".insert(", self.value(of, 2), ");"],
                2 if !self.scope.light => {
                    method(receiver, ".extend(", self.value(&Ty::vec((**of).clone()), 2))
                }
                3 if !self.scope.light => {
                    let selector = self.value(&Ty::int("u64"), 1);
                    let first = self.value(of, 1);
                    let second = self.quiet(of, 1);
                    statement![
                        "match ",
                        selector,
                        " % 3 { 0 => ",
                        receiver.clone(),
                        ".insert(",
                        first,
                        "), 1 => ",
                        receiver,
                        ".remove(&",
                        second,
                        "), _ => true };"
                    ]
                }
                _ => method(receiver, ".insert(", self.value(of, 2)),
            },
            Ty::Map(key, value) => self.change_map(place, key, value),
        }
    }

    fn change_int(&mut self, place: &Place, name: &'static str) -> Tree {
        let ty = Ty::Int(name);
        let Place { target, receiver, own, .. } = place.clone();
        let wide = !matches!(name, "u8" | "i8");
        if self.panics && self.random.chance(10) {
            let operator = self.random.pick(&[" += ", " *= ", " /= ", " %= ", " -= "]);
            return statement![target, operator, self.addend(place, &ty), ";"];
        }
        match self.random.below(if own { 11 } else { 4 }) {
            0 if wide => statement![target, " += ", self.addend(place, &ty), " % 100;"],
            1 if ty.is_signed() && wide => statement![target, " -= ", self.addend(place, &ty), " % 100;"],
            0 | 1 => {
                let operator = self.random.pick(&[" ^= ", " |= ", " &= "]);
                statement![target, operator, self.addend(place, &ty), ";"]
            }
            2 => statement![target, " = ", self.value(&ty, 2), ";"],
            3 if wide => statement![target, " += 1;"],
            3 => statement![target, " ^= 1;"],
            4 => {
                let method = self.random.pick(&[".wrapping_add(", ".wrapping_sub(", ".wrapping_mul("]);
                statement![target, " = ", receiver, method, self.value(&ty, 2), ");"]
            }
            5 => {
                statement![
                    target,
                    " = ",
                    receiver,
                    ".wrapping_mul(31).wrapping_add(",
                    self.value(&ty, 2),
                    ");"
                ]
            }
            6 => {
                let method = self.random.pick(&[".max(", ".min("]);
                statement![target, " = ", receiver, method, self.value(&ty, 2), ");"]
            }
            7 if !self.scope.light => {
                let function = self.random.pick(&["std::cmp::max", "std::cmp::min"]);
                statement![target, " = ", function, "(", receiver, ", ", self.value(&ty, 2), ");"]
            }
            8 if name == "i64" && !self.scope.light => {
                statement![target, " = fold(", receiver, ", ", self.value(&ty, 2), ");"]
            }
            9 if name == "i64" && !self.scope.kept => {
                statement!["bump(&mut ", target, ", ", self.value(&ty, 2), ");"]
            }
            10 => statement![target, " = ", self.value(&ty, 2), ".wrapping_sub(", receiver, ");"],
            _ => statement![target, " = (", receiver, " / 3) ^ ", self.value(&ty, 2), ";"],
        }
    }
}

/// The field of what is at `place`.
fn field(place: &Place, name: &str) -> Place {
    let part = group![place.receiver.clone(), ".", name];
    Place { target: part.clone(), receiver: part, ..place.clone() }
}
