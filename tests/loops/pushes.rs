//! `push` of a number, which is replayed for many iterations at a time where nobody can tell, and only there.

use std::collections::BinaryHeap;
use std::ops::{Deref, DerefMut};

use super::{same, work};

same! {
    onto_a_parameter(70);
    onto_fields(70);
    onto_what_counts_its_pushes(40);
    onto_a_heap_and_a_text(40);
    onto_what_leads_to_a_vector(40);
    with_others_between(90);
    by_a_trait_of_the_user(40);
    onto_one_of_two(60);
    every_kind_of_number(33);
    onto_a_vector_that_grows_as_it_does(100);
}

fn onto_a_parameter(n: u64) -> Vec<f64> {
    #[dlp::parallel]
    fn fill(list: &mut Vec<f64>, n: u64) {
        for x in 0..n {
            list.push(work(x) as f64 * 0.1);
        }
    }
    let mut list = vec![-0.0, f64::NAN];
    fill(&mut list, n);
    list
}

#[derive(Debug, Default)]
struct Both {
    even: Vec<u32>,
    odd: Vec<u32>,
}

#[dlp::parallel]
fn onto_fields(n: u32) -> Both {
    let mut both = Both::default();
    for x in 0..n {
        if x % 7 < 4 {
            both.even.push(2 * x);
        } else {
            both.odd.push(2 * x + 1);
        }
    }
    both
}

#[derive(Debug, Default)]
struct Counted {
    values: Vec<u64>,
    sum: u64,
}

impl Counted {
    fn push(&mut self, value: u64) {
        self.sum = self.sum * 3 + value;
        self.values.push(value);
    }
}

#[dlp::parallel]
fn onto_what_counts_its_pushes(n: u64) -> Counted {
    let mut counted = Counted::default();
    for x in 0..n {
        counted.push(x % 5);
    }
    counted
}

#[dlp::parallel]
fn onto_a_heap_and_a_text(n: u32) -> (Vec<u32>, String) {
    let (mut heap, mut text) = (BinaryHeap::new(), String::new());
    for x in 0..n {
        heap.push(work(x.into()) as u32);
        text.push(char::from_u32(97 + x % 26).unwrap());
    }
    (heap.into_sorted_vec(), text)
}

#[derive(Debug, Default)]
struct Named(Vec<i8>, usize);

impl Deref for Named {
    type Target = Vec<i8>;

    fn deref(&self) -> &Vec<i8> {
        &self.0
    }
}

impl DerefMut for Named {
    fn deref_mut(&mut self) -> &mut Vec<i8> {
        self.1 += 1;
        &mut self.0
    }
}

#[dlp::parallel]
fn onto_what_leads_to_a_vector(n: i8) -> Named {
    let mut named = Named::default();
    for x in 0..n {
        named.push(-x);
    }
    named
}

#[dlp::parallel(chunk = 30)]
fn with_others_between(n: u64) -> (Vec<u64>, Vec<usize>) {
    let (mut list, mut lengths) = (vec![], vec![]);
    for x in 0..n {
        if x % 11 == 10 {
            list.truncate(5);
        } else if x % 13 == 12 {
            lengths.push(x as usize);
        } else if x % 17 != 16 {
            list.push(work(x));
        }
    }
    (list, lengths)
}

trait Push {
    fn push(&mut self, value: i64);
}

impl Push for i64 {
    fn push(&mut self, value: i64) {
        *self = self.wrapping_mul(31) + value;
    }
}

#[dlp::parallel]
fn by_a_trait_of_the_user(n: i64) -> i64 {
    let mut hash = 7_i64;
    for x in 0..n {
        hash.push(x);
    }
    hash
}

fn onto_one_of_two(n: u64) -> (Vec<u64>, Vec<u64>) {
    #[dlp::parallel]
    fn fill<'a>(a: &'a mut Vec<u64>, b: &'a mut Vec<u64>, n: u64) {
        let mut list = if n % 2 == 0 { a } else { b };
        list.push(0);
        for x in 0..n {
            list.push(x);
        }
        list = &mut *list;
        list.push(1);
    }
    let (mut a, mut b) = (vec![], vec![]);
    fill(&mut a, &mut b, n);
    (a, b)
}

type Numbers = (Vec<u8>, Vec<(i16, [f32; 2])>, Vec<bool>, Vec<char>, Vec<i128>, Vec<usize>);

#[dlp::parallel]
fn every_kind_of_number(n: u8) -> Numbers {
    let (mut bytes, mut groups, mut flags) = (vec![], vec![], vec![]);
    #[parallel]
    for x in 0..n {
        bytes.push(x.wrapping_mul(9));
    }
    #[parallel]
    for x in 0..n {
        groups.push((i16::from(x), [f32::from(x), f32::NAN]));
    }
    #[parallel]
    for x in 0..n {
        flags.push(x % 3 == 0);
    }
    let (mut letters, mut long, mut sizes) = (vec![], vec![], vec![]);
    #[parallel]
    for x in 0..n {
        letters.push(char::from(x));
    }
    #[parallel]
    for x in 0..n {
        long.push(i128::from(x) - 5);
    }
    #[parallel]
    for x in 0..n {
        sizes.push(usize::from(x));
    }
    (bytes, groups, flags, letters, long, sizes)
}

#[dlp::parallel]
fn onto_a_vector_that_grows_as_it_does(n: u64) -> (usize, usize) {
    let mut list = Vec::with_capacity(3);
    for x in 0..n {
        list.push(x as f32);
    }
    (list.len(), list.capacity())
}
