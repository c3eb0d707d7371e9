//! The same loops under every strategy.

/// Every shape of the machinery, in one module for each choice of options.
macro_rules! under {
    ($($module:ident: $($option:ident = $value:expr),*;)*) => {
        $(mod $module {
            use std::collections::BTreeMap;

            #[dlp::parallel($($option = $value),*)]
            fn known_length(n: u64) -> (Vec<u64>, f64, BTreeMap<u64, Vec<String>>) {
                let (mut all, mut total, mut groups) = (vec![], 0.0, BTreeMap::new());
                for x in 0..n {
                    if x % 7 == 3 {
                        continue;
                    }
                    let y = x.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60;
                    all.push(y);
                    total += 1.0 / (y as f64 + 0.3);
                    groups.entry(y % 4).or_insert_with(Vec::new).push(y.to_string());
                }
                (all, total, groups)
            }

            #[dlp::parallel($($option = $value),*)]
            fn unknown_length(text: &str) -> Vec<(&str, usize)> {
                let mut words = vec![];
                for word in text.split(' ').filter(|word| word.len() != 2) {
                    words.push((word, word.len()));
                }
                words
            }

            #[test]
            fn every_rank_has_the_answer() {
                for n in [0, 1, 2, 40] {
                    super::super::same(|| known_length(n));
                }
                super::super::same(|| unknown_length("a bc d efg hi j klm"));
                super::super::same(|| unknown_length("xx"));
            }
        })*
    };
}

under! {
    by_default: ;
    managed: strategy = "managed", chunk = "auto";
    managed_by_3: strategy = "managed", chunk = 3;
    dedicated: strategy = "managed", manager = "dedicated";
    guided: strategy = "guided", manager = "dedicated";
    factoring: strategy = "factoring", chunk = 2;
    trapezoid: strategy = "trapezoid", gather = "all";
    shared: strategy = "shared";
    shared_by_3: strategy = "shared", chunk = 3, gather = "all";
    shared_dedicated: strategy = "shared", manager = "dedicated";
    shared_dedicated_to_all: strategy = "shared", manager = "dedicated", gather = "all";
    round_robin: strategy = "round_robin";
    round_robin_by_4: strategy = "round_robin", chunk = 4;
    block: strategy = "block";
    serial: strategy = "serial";
    constant: strategy = dlp::Strategy::Block, gather = "all";
}
