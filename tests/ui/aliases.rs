//! What an iteration would change through a shared reference, under another name: each rank would change its own copy.
#![allow(static_mut_refs)]

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock, mpsc};

struct Node {
    grad: Cell<f64>,
    log: Mutex<Vec<usize>>,
}

#[dlp::parallel]
fn another_name(total: &Arc<Mutex<usize>>) {
    for x in 0..9 {
        let t = Arc::clone(total);
        *t.lock().unwrap() += x;
    }
}

#[dlp::parallel]
fn a_sender_of_its_own(sender: mpsc::Sender<usize>) {
    for x in 0..9 {
        let own = sender.clone();
        own.send(x * x).unwrap();
    }
}

#[dlp::parallel]
fn an_element(cells: &[RefCell<Vec<usize>>], counts: &[Cell<usize>]) {
    for x in 0..9 {
        let list = &cells[x % 3];
        list.borrow_mut().push(x);
        let count = &counts[x % 3];
        count.set(count.get() + 1);
    }
}

#[dlp::parallel]
fn what_a_table_has(table: &HashMap<usize, AtomicUsize>) {
    for x in 0..9 {
        if let Some(count) = table.get(&x) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        match table.get(&x) {
            Some(count) if x > 3 => count.store(x, Ordering::Relaxed),
            _ => {}
        }
        let before = table.get(&x).map_or(0, |count| count.swap(x, Ordering::Relaxed));
        assert!(before < 10);
    }
}

#[dlp::parallel]
fn fields_of_the_item(nodes: &[Node]) {
    for (x, node) in nodes.iter().enumerate() {
        node.grad.set(x as f64);
        node.log.lock().unwrap().push(x);
        Cell::set(&node.grad, 1.0);
    }
}

#[dlp::parallel]
fn items_that_are_shared(nodes: Vec<Rc<RefCell<usize>>>) {
    for node in nodes {
        *node.borrow_mut() += 1;
    }
}

thread_local! {
    static SEEN: Cell<usize> = const { Cell::new(0) };
    static LIST: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}
static NEXT: AtomicUsize = AtomicUsize::new(0);
static N: AtomicUsize = AtomicUsize::new(0);
static ALL: Mutex<Vec<usize>> = Mutex::new(Vec::new());

#[dlp::parallel]
fn statics() -> Vec<usize> {
    let mut ids = vec![];
    for x in 0..9 {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        ids.push(id);
        let id = N.fetch_add(x, Ordering::Relaxed);
        ids.push(id);
        let mut all = ALL.lock().unwrap();
        all.push(x);
    }
    ids
}

#[dlp::parallel]
fn of_this_thread() -> Vec<usize> {
    let mut ids = vec![];
    for x in 0..9 {
        SEEN.with(|seen| seen.set(seen.get() + x));
        LIST.with_borrow_mut(|list| list.push(x));
        let before = SEEN.replace(x);
        ids.push(before);
    }
    ids
}

#[dlp::parallel]
fn values_that_are_exchanged(last: &Cell<usize>, queue: &mpsc::Receiver<usize>, once: &OnceCell<usize>) -> Vec<usize> {
    let mut found = vec![];
    for x in 0..9 {
        let before = last.replace(x);
        found.push(before);
        let next = queue.recv().unwrap();
        found.push(next);
        let first = *once.get_or_init(|| x);
        found.push(first);
    }
    found
}

#[dlp::parallel]
fn two_names(lock: &RwLock<usize>) -> usize {
    let total = Cell::new(0);
    let same = &total;
    let mut seen = vec![];
    for x in 0..9 {
        same.set(x);
        let now = total.get();
        seen.push(now);
    }
    seen.len() + *lock.read().unwrap()
}

fn main() {}
