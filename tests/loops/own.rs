//! What an iteration makes for itself it may change as it likes, by methods that are refused on what it shares; and what
//! it shares it may change under `#[serial]`.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};

invariant! {
    cells_of_its_own(9);
    a_tree_of_its_own(9);
    a_channel_of_its_own(9);
    methods_of_the_same_name(9);
    cells_of_the_items(6);
    a_static_in_loop_order(9);
    cells_that_are_read(9);
}

#[dlp::parallel]
fn cells_of_its_own(n: u64) -> Vec<u64> {
    let mut out = vec![];
    for x in 0..n {
        let (count, list) = (Cell::new(x), RefCell::new(vec![n]));
        for y in 0..x {
            count.set(count.get() + y);
            list.borrow_mut().push(y);
        }
        let lock = Mutex::new(n);
        *lock.lock().unwrap() += count.replace(7);
        let atomic = AtomicU64::new(x);
        let before = atomic.fetch_add(1, Ordering::Relaxed);
        out.push(lock.into_inner().unwrap() + list.take().len() as u64 + count.take() + before);
    }
    out
}

struct Branch {
    value: u64,
    leaves: RefCell<Vec<Rc<Branch>>>,
}

#[dlp::parallel]
fn a_tree_of_its_own(n: u64) -> Vec<u64> {
    let mut sums = vec![];
    for x in 0..n {
        let root = Rc::new(Branch { value: x, leaves: RefCell::new(vec![]) });
        for value in 0..x {
            root.leaves.borrow_mut().push(Rc::new(Branch { value, leaves: RefCell::default() }));
        }
        let sum = root
            .leaves
            .borrow()
            .iter()
            .map(|leaf| leaf.value + leaf.leaves.borrow().len() as u64)
            .sum::<u64>();
        sums.push(root.value + sum);
    }
    sums
}

#[dlp::parallel]
fn a_channel_of_its_own(n: u64) -> u64 {
    let mut total = 0;
    for x in 0..n {
        let (sender, receiver) = mpsc::channel();
        for y in 0..x {
            sender.send(y).unwrap();
        }
        drop(sender);
        while let Ok(y) = receiver.recv() {
            total += y;
        }
    }
    total
}

#[dlp::parallel]
fn methods_of_the_same_name(n: usize) -> Vec<String> {
    let lines: Vec<String> = (0..n).map(|x| format!("{x},{x}")).collect();
    let (separator, mut out) = (String::from(","), vec![]);
    for line in &lines {
        let mut first = line.split(&separator).next();
        let word = line.replace(&separator, "-").replace('1', "one");
        let taken = first.take().unwrap_or_default();
        let plain = separator.replace(',', "");
        out.push(format!("{word} {taken}{plain} {}", line.chars().take(2).collect::<String>()));
    }
    out
}

struct Node {
    value: f64,
    grad: Cell<f64>,
    seen: Mutex<BTreeMap<usize, f64>>,
}

#[dlp::parallel]
fn cells_of_the_items(n: usize) -> (Vec<f64>, f64) {
    let nodes: Vec<Node> =
        (0..n).map(|x| Node { value: x as f64, grad: Cell::new(0.5), seen: Mutex::default() }).collect();
    for (at, node) in nodes.iter().enumerate() {
        let grad = node.value.sqrt();
        #[serial]
        node.grad.set(grad + node.grad.get());
        #[serial]
        {
            node.seen.lock().unwrap().insert(at, grad);
        }
    }
    let seen = nodes.iter().map(|node| node.seen.lock().unwrap().values().sum::<f64>()).sum();
    (nodes.iter().map(|node| node.grad.get()).collect(), seen)
}

#[dlp::parallel]
fn a_static_in_loop_order(n: u64) -> Vec<u64> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = Arc::new(AtomicU64::new(5));
    let mut ids = vec![];
    for x in 0..n {
        let y = x * x;
        #[serial]
        {
            let id = next.fetch_add(1, Ordering::Relaxed);
            ids.push(id + y);
        }
        NEXT.fetch_max(y, Ordering::Relaxed);
    }
    ids.push(NEXT.load(Ordering::Relaxed));
    ids
}

#[dlp::parallel]
#[allow(deprecated)]
fn cells_that_are_read(n: u64) -> Vec<u64> {
    let (scale, known) = (Cell::new(3), OnceCell::new());
    scale.set(4);
    let mut out = vec![];
    for x in 0..n {
        let base = *known.get_or_init(|| n * 2);
        out.push(x * scale.get() + base);
    }
    out
}
