//! Whole expansions, to be read: `UPDATE_SNAPSHOTS=1 cargo test -p dlp-macros` writes them anew.

use std::fs;
use std::path::Path;

use quote::quote;
use syn::visit_mut::VisitMut;

/// The expansion of `function` under `arguments` is what is in the file of this name.
#[track_caller]
fn expands_to(name: &str, arguments: proc_macro2::TokenStream, function: proc_macro2::TokenStream) {
    let expanded = crate::parallel::expand(arguments, &function);
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
        quote! {
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
        quote! {
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
        quote! {
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
#[ignore]
fn scratch_registry() {
    fn walk(dir: &Path, out: &mut Vec<std::path::PathBuf>) {
        for e in fs::read_dir(dir).into_iter().flatten().flatten() {
            let p = e.path();
            if p.is_dir() {
                walk(&p, out)
            } else if p.extension().is_some_and(|x| x == "rs") {
                out.push(p)
            }
        }
    }
    struct Fns(Vec<syn::ItemFn>);
    impl<'ast> syn::visit::Visit<'ast> for Fns {
        fn visit_item_fn(&mut self, f: &'ast syn::ItemFn) {
            self.0.push(f.clone());
            syn::visit::visit_item_fn(self, f);
        }
        fn visit_impl_item_fn(&mut self, f: &'ast syn::ImplItemFn) {
            self.0.push(syn::ItemFn {
                attrs: vec![],
                vis: f.vis.clone(),
                modifiers: Default::default(),
                sig: f.sig.clone(),
                block: Box::new(f.block.clone()),
            });
            syn::visit::visit_impl_item_fn(self, f);
        }
    }
    let mut files = vec![];
    walk(Path::new(&format!("{}/.cargo/registry/src", std::env::var("HOME").unwrap())), &mut files);
    let (mut total, mut split, mut messages) = (0, 0, std::collections::BTreeMap::<String, usize>::new());
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let Ok(parsed) = syn::parse_file(&text) else { continue };
        let mut fns = Fns(vec![]);
        syn::visit::Visit::visit_file(&mut fns, &parsed);
        for f in fns.0 {
            let name = f.sig.ident.to_string();
            use quote::ToTokens;
            let tokens = f.to_token_stream();
            if !tokens.to_string().contains("for ") {
                continue;
            }
            total += 1;
            let out = std::panic::catch_unwind(|| crate::parallel::expand(quote!(gather = "root"), &tokens))
                .unwrap_or_else(|_| panic!("{} {name}", file.display()));
            let s = out.to_string();
            if s.contains("__dlp_site")
                || s.contains("__dlp_hole")
                || s.contains("__dlp_place")
                || s.contains("__dlp_next")
            {
                panic!("mark left {} {name}\n{s}", file.display())
            }
            if let Err(e) = syn::parse2::<syn::File>(out) {
                panic!("{} {name}: {e}\n{s}", file.display())
            }
            if !s.contains("compile_error") {
                split += 1
            } else {
                for m in s.split("compile_error ! {").skip(1) {
                    *messages.entry(m.chars().take(60).collect()).or_default() += 1;
                }
            }
        }
    }
    println!("{total} functions, {split} split");
    let mut m: Vec<_> = messages.into_iter().collect();
    m.sort_by_key(|x| std::cmp::Reverse(x.1));
    for (m, n) in m.iter().take(40) {
        println!("{n} {m}");
    }
}

#[test]
#[ignore]
fn scratch_annotate() {
    fn walk(dir: &Path, out: &mut Vec<std::path::PathBuf>) {
        for e in fs::read_dir(dir).into_iter().flatten().flatten() {
            let p = e.path();
            if p.is_dir() {
                walk(&p, out)
            } else if p.extension().is_some_and(|x| x == "rs") {
                out.push(p)
            }
        }
    }
    struct Fns(Vec<(usize, syn::ItemFn)>);
    impl<'ast> syn::visit::Visit<'ast> for Fns {
        fn visit_item_fn(&mut self, f: &'ast syn::ItemFn) {
            self.0.push((line(&f.vis, &f.sig), f.clone()));
            syn::visit::visit_item_fn(self, f);
        }
        fn visit_impl_item_fn(&mut self, f: &'ast syn::ImplItemFn) {
            self.0.push((
                line(&f.vis, &f.sig),
                syn::ItemFn {
                    attrs: vec![],
                    vis: f.vis.clone(),
                    modifiers: Default::default(),
                    sig: f.sig.clone(),
                    block: Box::new(f.block.clone()),
                },
            ));
            syn::visit::visit_impl_item_fn(self, f);
        }
    }
    fn line(vis: &syn::Visibility, sig: &syn::Signature) -> usize {
        use quote::ToTokens;
        use syn::spanned::Spanned;
        if vis.to_token_stream().is_empty() { sig.span().start().line } else { vis.span().start().line }
    }
    let mut files = vec![];
    walk(Path::new(&std::env::var("ANNOTATE").unwrap()), &mut files);
    let mut total = 0;
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let Ok(parsed) = syn::parse_file(&text) else { continue };
        let mut fns = Fns(vec![]);
        syn::visit::Visit::visit_file(&mut fns, &parsed);
        let mut at = vec![];
        for (l, f) in fns.0 {
            use quote::ToTokens;
            let tokens = f.to_token_stream();
            if !crate::parallel::expand(quote!(), &tokens).to_string().contains("compile_error") {
                at.push(l)
            }
        }
        total += at.len();
        let mut lines: Vec<String> = text.lines().map(String::from).collect();
        at.sort_unstable();
        for l in at.into_iter().rev() {
            lines.insert(l - 1, "#[::dlp::parallel]".into());
        }
        fs::write(&file, lines.join("\n") + "\n").unwrap();
    }
    println!("{total} annotated");
}
