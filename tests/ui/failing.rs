//! What a loop whose iterations may be tried again, or left out, cannot have.

struct Once(u64);

#[dlp::parallel(retry = 2)]
fn items_that_are_gone(items: Vec<Once>) -> Vec<u64> {
    let mut all = vec![];
    for item in items {
        all.push(item.0);
    }
    all
}

#[dlp::parallel(retry = 2)]
fn items_that_change(items: &mut [u64]) {
    for item in items.iter_mut() {
        *item += 1;
    }
}

#[dlp::parallel(on_error = "ignore", retry = -1)]
fn wrong_values(items: &[u64]) -> u64 {
    let mut sum = 0;
    for item in items {
        sum += item;
    }
    sum
}

fn main() {
    items_that_are_gone(vec![Once(1)]);
    items_that_change(&mut [1]);
    wrong_values(&[1]);
}
