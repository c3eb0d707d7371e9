//! Whole expansions, to be read: `UPDATE_SNAPSHOTS=1 cargo test -p dlp-macros` writes them anew.

use std::fs;
use std::path::Path;

use quote::quote;
use syn::visit_mut::VisitMut;

/// The expansion of `function` under `arguments` is what is in the file of this name.
#[track_caller]
fn expands_to(name: &str, arguments: proc_macro2::TokenStream, function: &proc_macro2::TokenStream) {
    let expanded = crate::parallel::expand(arguments, function);
    let mut file = syn::parse2(expanded).expect("an expansion is a list of items");
    Brief.visit_file_mut(&mut file);
    let text = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/expand/snapshots").join(format!("{name}.rs"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &text).expect("the sources are there");
    }
    let snapshot = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == snapshot, "{} is not what comes out:\n{text}", path.display());
}

/// Leaves out the lints that are allowed, of which there are many.
struct Brief;

impl VisitMut for Brief {
    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        if attribute.path().is_ident("allow") {
            *attribute = syn::parse_quote!(#[allow(..)]);
        }
    }
}

#[test]
fn computed_values() {
    expands_to(
        "computed",
        quote!(strategy = "round_robin", chunk = 4),
        &quote! {
            pub fn totals(n: u64) -> (Vec<u64>, f64) {
                let (mut all, mut total) = (Vec::new(), 0.0);
                for x in 0..n {
                    if x % 7 == 0 {
                        continue;
                    }
                    let y = work(x);
                    all.push(y);
                    total += y.sqrt();
                }
                (all, total)
            }
        },
    );
}

#[test]
fn parts_of_the_item() {
    expands_to(
        "parts",
        quote!(),
        &quote! {
            fn scores<'a>(rows: &'a [Row], out: &mut Vec<(&'a str, f64)>) {
                for row in rows {
                    let score = row.score();
                    out.push((&row.name, score));
                }
            }
        },
    );
}

#[test]
fn closures_and_text() {
    expands_to(
        "closures",
        quote!(gather = "root"),
        &quote! {
            fn report(words: &[&str]) -> Result<Counts, Error> {
                let mut counts = Counts::new();
                for word in words {
                    let weight = word.len();
                    counts.entry(weight).and_modify(|count| *count += weight).or_insert(1);
                    println!("{word}: {weight}");
                }
                println!("{} lengths", counts.len());
                Ok(counts)
            }
        },
    );
}

#[test]
fn a_variable_that_is_moved() {
    expands_to(
        "moved",
        quote!(),
        &quote! {
            fn joined(words: &[Word]) -> List {
                let mut list = List::new();
                for word in words {
                    let text = word.to_text();
                    list = list.with(text);
                }
                list
            }
        },
    );
}

#[test]
fn ways_out() {
    expands_to(
        "exits",
        quote!(),
        &quote! {
            fn parsed(lines: &[&str], limit: u64) -> Result<Vec<u64>, Error> {
                let mut all = Vec::new();
                for line in lines {
                    let value: u64 = line.parse()?;
                    if value > limit {
                        return Ok(all);
                    }
                    all.push(value);
                }
                Ok(all)
            }
        },
    );
}

#[test]
fn a_piece_in_loop_order() {
    expands_to(
        "serial",
        quote!(),
        &quote! {
            fn best(lines: &[Line]) -> (f64, Option<&Line>) {
                let (mut best, mut arg) = (0.0, None);
                for line in lines {
                    let score = line.score();
                    #[serial]
                    {
                        if score > best {
                            best = score;
                            arg = Some(line);
                        }
                    }
                }
                (best, arg)
            }
        },
    );
}
