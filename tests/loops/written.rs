//! Items that are changed in place.

use std::collections::BTreeMap;

use super::work;

invariant! {
    doubled(9);
    by_reference(&[3, 1, 2]);
    by_parameter(7);
    numbered(8);
    pairs(6);
    chunks(10);
    text_in_place(&["a", "b", "c"]);
    fields(5);
    values_of_a_map(6);
    rows(4);
    with_effects(7);
    continued(12);
    broken_off(12);
    returned(12);
    in_order(12);
    skipped_in_order(12);
    exact_chunks(9);
    reversed(5);
    a_slice(6);
    moved(5);
    one_step_of_a_simulation(6, 3);
    a_scratch_buffer(9);
    scratch_of_several_kinds(9);
    scratch_in_epochs(4);
    scratch_of_each_epoch(4);
    scratch_with_an_exit(20);
    scratch_and_work_in_the_source(5);
    scratch_and_written_items(6);
    returned_while_it_is_changed(6);
    a_panic_past_a_break(12);
    a_panic_with_a_scratch_buffer(&[1, 2, 1, 1, 0, 2, 4]);
}

#[dlp::parallel(chunk = 1)]
fn a_panic_with_a_scratch_buffer(values: &[u32]) -> Option<Vec<u32>> {
    let (mut seen, mut out, mut text) = (vec![], vec![], String::new());
    for (at, &value) in values.iter().enumerate() {
        text.clear();
        text.push_str("at ");
        #[serial]
        {
            if seen.contains(&value) {
                continue;
            }
            seen.push(value);
            if value == 0 {
                return Some(out);
            }
        }
        // Where the serial loop does not come; and then the buffer is there for the next iteration.
        assert!(at < 2, "{text}{at}");
        out.push(value + text.len() as u32);
    }
    None
}

#[dlp::parallel]
fn a_panic_past_a_break(n: u32) -> Vec<u32> {
    let mut values: Vec<u32> = (0..n).collect();
    for x in values.iter_mut() {
        *x += 100;
        if *x == 103 {
            break;
        }
        assert!(*x < 105, "where the serial loop does not come");
        *x *= 2;
    }
    values
}

#[dlp::parallel]
fn doubled(n: u64) -> Vec<u64> {
    let mut values: Vec<u64> = (0..n).collect();
    for x in values.iter_mut() {
        *x = work(*x) * 2;
    }
    values
}

#[dlp::parallel]
fn by_reference(start: &[u32]) -> Vec<u32> {
    let mut values = start.to_vec();
    for x in &mut values {
        *x *= *x;
        *x += 1;
    }
    values
}

#[dlp::parallel(strategy = "round_robin")]
fn scale(values: &mut [f64], by: f64) {
    for value in values {
        *value = (*value * by).sqrt();
    }
}

fn by_parameter(n: u32) -> Vec<f64> {
    let mut values: Vec<f64> = (0..n).map(f64::from).collect();
    scale(&mut values, 0.7);
    scale(&mut values[2..], 1.3);
    values
}

#[dlp::parallel]
fn numbered(n: usize) -> Vec<String> {
    let mut names = vec![String::from("x"); n];
    for (i, name) in names.iter_mut().enumerate() {
        name.push_str(&i.to_string());
    }
    names
}

#[dlp::parallel]
fn pairs(n: usize) -> (Vec<f64>, Vec<usize>) {
    let (mut to, from) = (vec![0.5; n], (0..n).collect::<Vec<_>>());
    let mut counts = vec![1; n];
    for ((x, y), count) in to.iter_mut().zip(&from).zip(counts.iter_mut()) {
        *x += *y as f64 / 3.0;
        *count += *y;
    }
    (to, counts)
}

#[dlp::parallel]
fn chunks(n: usize) -> Vec<u64> {
    let mut values: Vec<u64> = (0..n as u64).collect();
    for (at, chunk) in values.chunks_mut(3).enumerate() {
        chunk.reverse();
        chunk[0] += at as u64;
        for value in chunk.iter_mut() {
            *value = work(*value);
        }
    }
    values
}

#[dlp::parallel]
fn text_in_place(words: &[&str]) -> Vec<String> {
    let mut texts: Vec<String> = words.iter().map(ToString::to_string).collect();
    for text in &mut texts {
        let upper = text.to_uppercase();
        *text = format!("{text}{upper}");
    }
    texts
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Body {
    position: [f64; 2],
    speed: [f64; 2],
}

#[dlp::parallel]
fn fields(n: u32) -> Vec<Body> {
    let start = |x| Body { position: [f64::from(x), 1.0], speed: [0.1, -0.2] };
    let mut bodies: Vec<Body> = (0..n).map(start).collect();
    for body in bodies.iter_mut() {
        for axis in 0..2 {
            body.position[axis] += 0.1 * body.speed[axis];
        }
        body.speed[1] -= body.position[0].sin();
    }
    bodies
}

#[dlp::parallel]
fn values_of_a_map(n: u64) -> BTreeMap<u64, Vec<u64>> {
    let mut map: BTreeMap<u64, Vec<u64>> = (0..n).map(|x| (x, vec![])).collect();
    for (key, list) in map.iter_mut() {
        list.push(work(*key));
    }
    let mut keys = 0;
    #[allow(unused_assignments)]
    {
        keys += map.len();
    }
    map.entry(keys as u64).or_default().push(1);
    map
}

#[dlp::parallel]
fn rows(n: usize) -> Vec<Vec<f64>> {
    let mut grid = vec![vec![1.0; n]; n];
    let old = grid.clone();
    for (i, row) in grid.iter_mut().enumerate().skip(1) {
        for (j, cell) in row.iter_mut().enumerate() {
            *cell = old[i - 1][j] + (i * j) as f64 * 0.1;
        }
    }
    grid
}

#[dlp::parallel]
fn with_effects(n: u64) -> (Vec<u64>, u64, Vec<u64>) {
    let mut values: Vec<u64> = (0..n).collect();
    let (mut total, mut seen) = (0, vec![]);
    for value in values.iter_mut() {
        seen.push(*value);
        *value = work(*value);
        total += *value;
        seen.push(*value % 10);
        *value += 1;
    }
    (values, total, seen)
}

#[dlp::parallel]
fn continued(n: u64) -> Vec<u64> {
    let mut values: Vec<u64> = (0..n).collect();
    for value in values.iter_mut() {
        *value += 100;
        if *value % 3 == 0 {
            continue;
        }
        *value *= 2;
    }
    values
}

#[dlp::parallel(chunk = 1)]
fn broken_off(n: u64) -> Vec<u64> {
    let mut values: Vec<u64> = (0..n).collect();
    for value in values.iter_mut() {
        let old = *value;
        *value = 1000;
        if old > 5 {
            break;
        }
        *value += work(old);
    }
    values
}

#[dlp::parallel(chunk = 1)]
fn fallible(values: &mut [u64]) -> Result<u64, String> {
    let mut total = 0;
    for (at, value) in values.iter_mut().enumerate() {
        *value += 7;
        if at == 6 {
            return Err(format!("{value} at {at}"));
        }
        total += *value;
        *value = 0;
    }
    Ok(total)
}

fn returned(n: u64) -> (Vec<u64>, Result<u64, String>) {
    let mut values: Vec<u64> = (0..n).collect();
    let result = fallible(&mut values);
    (values, result)
}

#[dlp::parallel(chunk = 1)]
fn in_order(n: u64) -> (Vec<u64>, u64) {
    let mut values: Vec<u64> = (0..n).collect();
    let mut total = 0;
    for value in values.iter_mut() {
        *value = work(*value);
        let now = *value;
        #[serial]
        {
            total += now;
            if total > 2000 {
                break;
            }
        }
        *value += 1;
    }
    (values, total)
}

#[dlp::parallel(chunk = 1)]
fn skipped_in_order(n: u64) -> (Vec<u64>, u64) {
    let mut values: Vec<u64> = (0..n).collect();
    let mut odd = 0;
    for value in values.iter_mut() {
        let y = work(*value);
        *value += 50;
        #[serial]
        {
            odd += y % 2;
            if odd % 2 == 1 {
                continue;
            }
        }
        *value = y;
        if *value > 900 {
            break;
        }
    }
    (values, odd)
}

#[dlp::parallel]
fn exact_chunks(n: usize) -> Vec<u8> {
    let mut bytes = vec![1_u8; n];
    for pair in bytes.chunks_exact_mut(2) {
        pair.swap(0, 1);
        pair[0] = pair[0].wrapping_add(200);
    }
    bytes
}

#[dlp::parallel]
fn reversed(n: usize) -> Vec<(usize, bool)> {
    let mut all: Vec<(usize, bool)> = (0..n).map(|x| (x, false)).collect();
    for (number, flag) in all.iter_mut().rev() {
        *number += 1;
        *flag = *number % 2 == 0;
    }
    all
}

#[dlp::parallel]
fn a_slice(n: usize) -> [f32; 8] {
    let mut all = [0.25; 8];
    for x in &mut all[1..n] {
        *x = x.sqrt();
    }
    all
}

fn bump(x: &mut u64) -> u64 {
    *x += 1;
    *x
}

#[dlp::parallel]
fn moved(n: u64) -> (Vec<u64>, u64) {
    let mut values: Vec<u64> = (0..n).collect();
    let mut total = 0;
    for x in values.iter_mut() {
        let y = x;
        let z = bump(y);
        total += z * 2;
        bump(y);
    }
    (values, total)
}

#[dlp::parallel]
fn one_step_of_a_simulation(n: usize, steps: usize) -> (Vec<f64>, f64) {
    let mut bodies: Vec<f64> = (0..n).map(|x| x as f64).collect();
    let mut energy = 0.0;
    for _ in 0..steps {
        let now = bodies.clone();
        #[parallel]
        for (i, x) in bodies.iter_mut().enumerate() {
            let pull: f64 =
                now.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, y)| 1.0 / (y - now[i])).sum();
            *x += 0.01 * pull;
            energy += pull * pull;
        }
    }
    (bodies, energy)
}

#[dlp::parallel]
fn a_scratch_buffer(n: u32) -> Vec<usize> {
    use std::fmt::Write;
    let mut buffer = String::new();
    let mut lengths = vec![];
    for x in 0..n {
        buffer.clear();
        for y in 0..x {
            write!(buffer, "{y},").unwrap();
        }
        lengths.push(buffer.len());
        if buffer.ends_with("4,") {
            buffer += "!";
        }
        lengths.push(buffer.len());
    }
    lengths
}

#[dlp::parallel]
fn scratch_of_several_kinds(n: usize) -> (Vec<u64>, Vec<Vec<usize>>) {
    let (mut counts, mut list) = ([0_u64; 4], Vec::new());
    let (mut sums, mut lists) = (vec![], vec![]);
    for x in 0..n {
        counts.fill(0);
        list = Vec::new();
        for y in 0..=x {
            counts[work(y as u64) as usize % 4] += 1;
            list.push(y * x);
        }
        sums.push(counts.iter().max().copied().unwrap());
        lists.push(list.clone());
    }
    (sums, lists)
}

#[dlp::parallel]
fn scratch_in_epochs(n: u64) -> u64 {
    let mut buffer: Vec<u64> = Vec::with_capacity(10);
    let mut total = 0;
    for epoch in 0..n {
        #[parallel]
        for x in 0..n {
            buffer.clear();
            buffer.extend((0..x).map(|y| work(y + epoch)));
            let sum: u64 = buffer.iter().sum();
            total += sum;
        }
    }
    total
}

#[dlp::parallel]
fn scratch_of_each_epoch(n: u64) -> u64 {
    let mut total = 0;
    for epoch in 0..n {
        let mut buffer: Vec<u64> = vec![epoch];
        #[parallel]
        for x in 0..n {
            buffer.clear();
            let longer = [buffer.clone(), vec![work(x); x as usize]].concat();
            buffer.extend(longer);
            total += buffer.iter().sum::<u64>();
        }
    }
    total
}

#[dlp::parallel]
fn scratch_with_an_exit(n: u64) -> Result<u64, String> {
    let mut digits = String::new();
    let mut total = 0;
    for x in 0..n {
        digits.clear();
        digits.push_str(&work(x).to_string());
        if x > 3 && digits.starts_with('9') {
            return Err(digits);
        }
        if digits.len() == 1 {
            digits = String::from("10");
        }
        total += digits.parse::<u64>().map_err(|e| e.to_string())?;
    }
    Ok(total)
}

#[dlp::parallel]
fn scratch_and_work_in_the_source(n: u64) -> usize {
    let mut longest = 0_usize;
    let mut buffer: String = String::from("ab");
    for (_, y) in (0..n).map(|x| (x, work(x))) {
        buffer.clear();
        longest = longest.min(if buffer.contains('a') { 1 } else { y as usize });
    }
    longest
}

#[dlp::parallel]
fn scratch_and_written_items(n: u64) -> Vec<u64> {
    let mut values: Vec<u64> = (0..n).collect();
    let mut digits: Vec<u64> = Vec::new();
    for value in values.iter_mut() {
        digits.clear();
        digits.extend([work(*value) % 10, *value]);
        *value = digits.iter().sum();
    }
    values
}

#[dlp::parallel]
fn returned_while_it_is_changed(n: u64) -> Vec<u64> {
    let mut values: Vec<u64> = (0..n).collect();
    for value in &mut values {
        *value += 10;
        if *value == 13 {
            return values;
        }
    }
    vec![]
}
