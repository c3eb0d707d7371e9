//! What is done to lists and maps.

use super::Place;
use crate::generated::grammar::Generator;
use crate::generated::program::Returns;
use crate::generated::scope::Role;
use crate::generated::tree::{Tree, group, statement};
use crate::generated::types::Ty;

impl Generator {
    pub(super) fn change_list(&mut self, place: &Place, of: &Ty) -> Tree {
        let Place { target, receiver, own, .. } = place.clone();
        let one = |receiver: Tree, call: &str, argument: Tree| statement![receiver, call, argument, ");"];
        match self.random.below(19) {
            0..5 | 7 if self.scope.light => one(receiver, ".push(", self.value(of, 2)),
            6 if self.returns == Returns::Option
                && self.has("questions")
                && self.closures == 0
                && !self.scope.light =>
            {
                statement![receiver, ".pop()?;"]
            }
            0 => statement![receiver, ".extend([", self.value(of, 2), ", ", self.value(of, 1), "]);"],
            1 => one(receiver, ".extend(", self.value(&Ty::vec(of.clone()), 2)),
            2 => one(receiver, ".extend(", self.value(&Ty::option(of.clone()), 2)),
            3 => {
                let count = self.random.below(4);
                let mark = self.scope.mark();
                let name = self.fresh();
                let each = self.lambda(|it| {
                    it.scope.bind(&name, Ty::int("u64"), Role::Own, false);
                    it.value(of, 2)
                });
                self.scope.leave(mark);
                statement![receiver, format!(".extend((0..{count}_u64).map(|{name}| "), each, "));"]
            }
            4 if !matches!(of, Ty::Ref(_) | Ty::Slice(_)) => {
                one(receiver, ".extend_from_slice(", group!["&", self.value(&Ty::vec(of.clone()), 2)])
            }
            5 => one(receiver, ".insert(0, ", self.value(of, 2)),
            6 => statement![receiver, ".pop();"],
            7 => statement![receiver, ".truncate(", self.value(&Ty::int("usize"), 1), ");"],
            8 => statement![receiver, ".reverse();"],
            9 => match of {
                Ty::Int(_) | Ty::Char | Ty::Bool => statement![receiver, ".sort();"],
                _ => statement![receiver, ".rotate_left(0);"],
            },
            10 => match of {
                Ty::Int(_) | Ty::Char => {
                    let kept = self.value(of, 1);
                    let name = self.fresh();
                    self.scope.bind(&name, of.clone(), Role::Own, false);
                    statement![
                        format!("let {name} = "),
                        kept,
                        "; ",
                        receiver,
                        format!(".retain(|v| *v != {name});")
                    ]
                }
                _ => statement![receiver, ".shrink_to_fit();"],
            },
            11 if own && *of == Ty::int("i64") => {
                statement!["add_to(&mut ", target, ", ", self.value(of, 2), ");"]
            }
            12 => statement!["Vec::push(&mut ", target, ", ", self.value(of, 2), ");"],
            _ => one(receiver, ".push(", self.value(of, 2)),
        }
    }

    pub(super) fn change_map(&mut self, place: &Place, key: &Ty, value: &Ty) -> Tree {
        let receiver = place.receiver.clone();
        match self.random.below(8) {
            0 => statement![receiver, ".remove(&", self.value(key, 1), ");"],
            1 | 2 => statement![receiver, ".insert(", self.value(key, 2), ", ", self.value(value, 2), ");"],
            3 => {
                let (key, start) = (self.value(key, 2), self.value(value, 2));
                statement![receiver, ".entry(", key, ").or_insert(", start, ");"]
            }
            4 if matches!(value, Ty::Int(_) | Ty::F64) => {
                let key = self.value(key, 2);
                let name = self.fresh();
                let weight = self.value(value, 2);
                let change =
                    if *value == Ty::F64 { format!("*v += {name}") } else { format!("*v ^= {name}") };
                statement![
                    format!("let {name} = "),
                    weight,
                    "; ",
                    receiver,
                    ".entry(",
                    key,
                    ").and_modify(|v| ",
                    change,
                    format!(").or_insert({name});")
                ]
            }
            5 => {
                let key = self.value(key, 2);
                let start = self.lambda(|it| it.value(value, 1));
                statement![receiver, ".entry(", key, ").or_insert_with(|| ", start, ");"]
            }
            _ => {
                let acts = self.random.chance(50);
                let key = if acts { self.value(key, 2) } else { self.quiet(key, 1) };
                let entry = match self.random.below(2) {
                    0 => group![receiver, ".entry(", key, ").or_default()"],
                    _ => group![receiver, ".entry(", key, ").or_insert(", self.literal(value), ")"],
                };
                let inner =
                    Place { target: group!["*", entry.clone()], receiver: entry, own: false, acts: true };
                self.change(&inner, value, 0)
            }
        }
    }
}
