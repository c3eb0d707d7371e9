//! A body goes in, and the model comes out as text: for each effect its places, values and statement.

use super::*;
use crate::find;
use crate::mark;
use crate::model::{Carry, Kind, Leaving, What};
use proc_macro2::Span;
use quote::quote;
use syn::{ItemFn, parse_quote};

fn split(mut function: ItemFn) -> Split {
    let found = find::take(&mut function).loops.remove(0);
    analyze(&found.written, &found.position.scopes, &[])
}

/// Tokens as text, with a letter and a number for each mark.
fn text(tokens: &dyn ToTokens) -> String {
    let filled = mark::fill(tokens.to_token_stream(), &mut |mark, inner| {
        let name = match mark {
            Mark::Site(number) => format!("SITE{number}"),
            Mark::Next => "NEXT".to_owned(),
            Mark::Place(number) => format!("P{number}"),
            Mark::Hole(number) => format!("V{number}"),
            Mark::Leave(number) => format!("LEAVE{number}"),
            Mark::Try(number) => format!("TRY{number}"),
            Mark::Guard(number) => format!("GUARD{number}"),
            Mark::Alias(number) => format!("ALIAS{number}"),
            Mark::Loop(_) => unreachable!("there is no loop in a loop's parts"),
        };
        let name = Ident::new(&name, Span::call_site());
        if inner.is_empty() { quote!(#name) } else { quote!(#name(#inner)) }
    });
    filled.to_string()
}

/// The statement of an effect, and what it carries.
fn effect(effect: &Effect) -> (String, Vec<String>) {
    let statement = match &effect.kind {
        Kind::Statement { template, unit } => format!("{}{}", if *unit { "() " } else { "" }, text(template)),
        Kind::Piece { template, .. } => format!("in order {}", text(template)),
        Kind::Print => "print".to_owned(),
    };
    let leaves = effect.leaves.iter().map(|leaf| match &leaf.carry {
        Carry::Value => text(&leaf.value),
        Carry::Behind => format!("behind {}", text(&leaf.value)),
        Carry::Items => format!("items {}", text(&leaf.value)),
        Carry::Text { arguments, newline } => {
            format!("text{} {}", if *newline { "ln" } else { "" }, text(arguments))
        }
        Carry::Part => format!("part {}", text(&leaf.value)),
        Carry::Capture(name) => format!("captured {name}"),
        Carry::CapturePart(name) => format!("captured part {name}"),
    });
    (statement, leaves.collect())
}

/// The effects of a body in a function with some variables.
macro_rules! effects {
    ($($body:tt)*) => {{
        let function = parse_quote! {
            fn f(&mut self, out: &mut Vec<u8>, shared: &Mutex<u8>, scale: f64, items: &[Item]) {
                let (mut a, mut b, mut map) = (0, 0, Map::new());
                for item in items { $($body)* }
            }
        };
        split(function).effects.iter().map(effect).collect::<Vec<_>>()
    }};
}

macro_rules! assert_effects {
    ({ $($body:tt)* } $(, $statement:literal: [$($leaf:literal),*])* $(,)?) => {{
        let expected: Vec<(String, Vec<String>)> =
            vec![$(($statement.to_owned(), vec![$($leaf.to_owned()),*])),*];
        assert_eq!(effects!($($body)*), expected);
    }};
}

fn findings(function: ItemFn) -> Vec<String> {
    let split = split(function);
    split.findings.iter().map(|finding| format!("{:?}", finding.what).chars().take(12).collect()).collect()
}

#[test]
fn the_three_kinds_of_argument() {
    assert_effects!(
        { let x = work(item); map.insert((item.name, 3, &item.id), (x, scale * 2.0, work(x)), Some(Point { x, y: LIMIT })); },
        "P0 . insert ((V0 , 3 , V1) , (V2 , scale * 2.0 , V3) , Some (Point { x : V4 , y : LIMIT }))":
            ["part item . name", "part & item . id", "x", "work (x)", "x"],
    );
}

#[test]
fn parts_of_the_item_are_told_from_what_is_made_of_it() {
    assert_effects!(
        { out.push(*item); out.push(item.0[2]); out.push(item.clone()); out.push(item.len()); out.push(item[a_local()]); },
        "P0 . push (V0)": ["part * item"],
        "P0 . push (V0)": ["part item . 0 [2]"],
        "P0 . push (V0)": ["part item . clone ()"],
        "P0 . push (V0)": ["item . len ()"],
        "P0 . push (V0)": ["item [a_local ()]"],
    );
    assert_effects!({ let item = item + 1; out.push(item); }, "P0 . push (V0)": ["item"]);
}

#[test]
fn the_right_side_comes_first() {
    assert_effects!(
        { let (i, x) = f(item); out[i] = x; out[i][2] += g(x); *map.entry(i).or_insert(0) += x; self.total.0 -= x; },
        "P0 [V1] = V0": ["x", "i"],
        "P0 [V1] [2] += V0": ["g (x)", "i"],
        "* P0 . entry (V1) . or_insert (0) += V0": ["x", "i"],
        "P0 -= V0": ["x"],
    );
}

#[test]
fn references_are_carried_by_what_they_point_to() {
    assert_effects!(
        { let x = f(item); out.push_str(&x); out.push(&x.name); out.extend(x.iter()); out.extend_from_slice(&[x, 1]); },
        "P0 . push_str (& V0)": ["behind x"],
        "P0 . push (V0)": ["& x . name"],
        "P0 . extend (V0)": ["items x . iter ()"],
        "P0 . extend_from_slice (& [V0 , 1])": ["x"],
    );
}

#[test]
fn closures_stay_and_what_they_capture_is_carried() {
    assert_effects!(
        { let x = f(item); map.entry(3).and_modify(|c| *c += x * scale).or_insert_with(|| format!("{x} {item}")); },
        "P0 . entry (3) . and_modify (| c | * c += x * scale) . or_insert_with (| | format ! (\"{x} {item}\"))":
            ["captured x", "captured x", "captured part item"],
    );
}

#[test]
fn text_is_formatted_in_the_iteration() {
    assert_effects!(
        { println!("{item}"); writeln!(out, "{}", f(item)).unwrap(); opt.map(|x| print!("{x}")); },
        "print": ["textln \"{item}\""],
        "(P0) . write_fmt (V0) . unwrap ()": ["textln \"{}\" , f (item)"],
        "print": ["text \"{x}\""],
    );
}

#[test]
fn what_is_not_mutable_is_an_effect_by_its_methods() {
    assert_effects!(
        { shared.lock().unwrap().push(1); shared.update(item); f(&mut a, item); f(out, 2); scale.max(1.0); items.iter(); },
        "P0 . lock () . unwrap () . push (1)": [],
        "P0 . update (V0)": ["part item"],
        "f (& mut P0 , V0)": ["part item"],
        "f (P0 , 2)": [],
    );
}

#[test]
fn a_new_value_may_be_made_of_the_old() {
    assert_effects!(
        { let x = f(item); a = a.max(x); b = (b * 31) ^ hash(x); a = min(a, x); },
        "P0 = P0 . max (V0)": ["x"],
        "P0 = (P0 * 31) ^ V0": ["hash (x)"],
        "P0 = min (P0 , V0)": ["x"],
    );
}

#[test]
fn what_a_closure_changes_is_an_accumulator_too() {
    assert_effects!(
        { map.entry(item.id).or_insert_with(|| { a += 1; a }); out.retain(|x| *x != b); },
        "P0 . entry (V0) . or_insert_with (| | { P1 += 1 ; P1 })": ["part item . id"],
        "P0 . retain (| x | * x != b)": [],
    );
}

#[test]
fn a_method_of_the_iterations_own_may_be_lent_an_accumulator() {
    assert_effects!(
        { let x = f(item); item.write(&mut a, x); x.hash(out); },
        "V0 . write (& mut P0 , V1)": ["part item", "x"],
        "x . hash (P0)": ["captured x"],
    );
}

#[test]
fn values_that_are_not_used_are_found_wherever_they_stand() {
    let function = parse_quote! {
        fn f(items: &[u8]) {
            let mut set = Set::new();
            for x in items {
                match *x {
                    0 => continue,
                    1 => set.insert(x),
                    2 => false,
                    _ => { if *x > 9 { set.insert(9) } else { set.remove(x) } }
                };
                let _ = set.insert(3);
                (0..*x).for_each(|y| set.push(y));
                let used = |y: u8| set.len() + y;
            }
        }
    };
    let split = split(function);
    assert_eq!(split.effects.len(), 5);
    let body = text(&split.body);
    assert!(body.contains("0 => { NEXT ; }"), "{body}");
    assert!(body.contains("1 => { SITE0 ; }") && body.contains("2 => { false ; }"), "{body}");
    assert!(body.contains("{ SITE1 ; } else { SITE2 ; }"), "{body}");
    assert!(body.contains("for_each (| y | SITE4)"), "{body}");
    assert_eq!(split.reads.iter().filter(|read| read.place.name() == "set").count(), 1);
}

#[test]
fn jumps_are_the_loops_own_or_ours() {
    let function = parse_quote! {
        fn f(items: &[u8]) {
            'outside: {
                'ours: for x in items {
                    'inner: for y in 0..*x {
                        if y == 1 { continue; }
                        if y == 2 { break 'inner; }
                        if y == 3 { continue 'ours; }
                        if y == 4 { break 'ours; }
                        if y == 5 { break 'outside; }
                    }
                    let f = || return 3;
                    loop { break; }
                    if f() > 3 { return; }
                    g()?;
                    (|| g()?)();
                }
            }
        }
    };
    let split = split(function);
    let noted: Vec<String> = split.findings.iter().map(|finding| format!("{:?}", finding.what)).collect();
    assert!(matches!(&noted[..], [jump] if jump.starts_with("Jump(")), "{noted:?}");
    let body = text(&split.body);
    for mark in ["NEXT", "LEAVE0", "LEAVE1", "TRY2 (g ())", "break 'outside", "loop { break ; }", "return 3"]
    {
        assert!(body.contains(mark), "{mark} in {body}");
    }
    let [brk, ret, question] = &split.exits[..] else { panic!("{:?}", split.exits) };
    assert!(matches!(brk.kind, Leaving::Break) && matches!(ret.kind, Leaving::Return(None)));
    assert!(matches!(question.kind, Leaving::Question));
}

#[test]
fn what_leaves_is_made_in_the_iteration_or_after_the_loop() {
    let leaving = |function| -> Vec<(String, Vec<String>)> {
        let split = split(function);
        let exits = split.exits.iter().filter_map(|exit| match &exit.kind {
            Leaving::Return(Some(value)) => {
                Some((text(value), exit.leaves.iter().map(|leaf| text(&leaf.value)).collect()))
            }
            _ => None,
        });
        exits.collect()
    };
    let exits = leaving(parse_quote! {
        fn f(items: &[Item], config: String) {
            let mut out = vec![];
            for item in items {
                let y = g(item);
                out.push(1);
                return Ok(out);
                return Err(Wrong { item, at: y + 1, config });
                return (out, y, h(y));
                return out.into_iter().map(|x| x + y).sum();
            }
        }
    });
    let expected = [
        ("Ok (out)", vec![]),
        ("Err (Wrong { item : V0 , at : V1 , config : config })", vec!["item", "y + 1"]),
        ("(out , V0 , h (y))", vec!["y", "h (y)"]),
        ("out . into_iter () . map (| x | x + y) . sum ()", vec!["y"]),
    ];
    assert_eq!(exits.len(), expected.len());
    for ((value, leaves), (text, expected)) in exits.iter().zip(expected) {
        assert_eq!((value.as_str(), leaves.len()), (text.replace("h (y)", "V1").as_str(), expected.len()));
        assert!(leaves.iter().zip(expected).all(|(leaf, text)| leaf == text), "{leaves:?}");
    }
}

#[test]
fn pieces_that_are_run_in_order_capture_what_they_need() {
    assert_effects!(
        { let y = f(item); #[serial] { a += y; if a > 3 { b = item.id } } },
        "in order { a += y ; if a > 3 { b = item . id } }": ["captured y", "captured part item"],
    );
    assert_effects!(
        { let y = f(item); if y > a { a = y; } },
        "in order if y > a { a = y ; }": ["captured y"],
    );
    assert_effects!(
        { a += 1; out.push((a, f(item))); },
        "P0 += 1": [],
        "P0 . push ((P1 , V0))": ["f (item)"],
    );
}

#[test]
fn names_are_resolved_as_rust_does() {
    let function = parse_quote! {
        fn f(items: &[u8]) {
            let mut a = vec![];
            for x in items {
                let mut a = vec![x];
                a.push(1);
                if let Some(a) = g() { a.push(2); }
                match x { a => a.push(3) }
                {
                    let a = 4;
                }
            }
        }
    };
    let split = split(function);
    assert!(split.effects.is_empty() && split.reads.iter().all(|read| read.place.name() != "a"));
}

#[test]
fn an_effect_cannot_see_what_is_the_iterations_own() {
    let function = parse_quote! {
        fn f(items: &[(u8, u8)]) {
            let mut out = vec![];
            for (x, mut y) in items {
                let z = 3;
                { let unseen = 4; }
                out.push(z);
            }
        }
    };
    let split = split(function);
    let names = |list: &[Ident]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&split.effects[0].hidden), ["y", "z"]);
    assert_eq!(names(&split.effects[0].parts), ["x"]);
}

#[test]
fn what_cannot_be_taken_apart_is_noted() {
    let noted = |body: Block| -> Vec<String> {
        findings(parse_quote! {
            fn f(items: &[u8], shared: &Mutex<u8>) {
                let (mut a, mut table) = (vec![], vec![]);
                for item in items #body
            }
        })
    };
    assert_eq!(
        noted(parse_quote!({
            let new = a.insert(1);
        })),
        ["ValueUsed { "]
    );
    assert_eq!(noted(parse_quote!({ if a.insert(1) {} })), [""; 0]);
    assert_eq!(
        noted(parse_quote!({
            if a.insert(1) {
                a.push(g(item))
            }
        })),
        ["Work { accum"]
    );
    assert_eq!(
        noted(parse_quote!({
            a.push(1);
            if a.len() > 3 {
                break;
            }
        })),
        [""; 0]
    );
    assert_eq!(
        noted(parse_quote!({
            table[item] = table[item - 1] + g(item);
        })),
        ["Carried { pl"]
    );
    assert_eq!(
        noted(parse_quote!({
            table[item] = table[item].max(g(item));
        })),
        [""; 0]
    );
    assert_eq!(
        noted(parse_quote!({
            let x = shared.lock();
        })),
        ["HandedOut { "]
    );
    assert_eq!(noted(parse_quote!({ g(&mut a).len() + 1 })), ["Borrowed(Pla"]);
    assert_eq!(
        noted(parse_quote!({
            table[f(item)] += g(item);
        })),
        ["BothSides"]
    );
    assert_eq!(
        noted(parse_quote!({
            table[item.len()] += g(item);
        })),
        [""; 0]
    );
    assert_eq!(
        noted(parse_quote!({
            a = a || g(item);
        })),
        ["Lazy"]
    );
    assert_eq!(
        noted(parse_quote!({
            let mut x = 1;
            a.append(&mut x);
        })),
        ["MutableArgum"]
    );
    assert_eq!(
        noted(parse_quote!({
            let mut x = 1;
            a.map(|_| x += 1);
        })),
        ["ClosureChang"]
    );
    assert_eq!(
        noted(parse_quote!({
            let x;
            (x, a) = g();
        })),
        ["MixedAssignm"]
    );
    assert_eq!(noted(parse_quote!({ unknown!(continue) })), ["MacroLeaves "]);
    assert_eq!(
        noted(parse_quote!({
            macro_rules! local {
                () => {};
            }
        })),
        ["LocalMacro"]
    );
    assert!(matches!(
        split(parse_quote!(
            fn f() {
                for x in g() {
                    x.await
                }
            }
        ))
        .findings[0]
            .what,
        What::Await
    ));
}
