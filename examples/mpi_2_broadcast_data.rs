//! The root has some data and broadcasts it: afterwards every rank has it.
//!
//! Each rank prints one line, and the lines come in no fixed order. What follows `data=` is the same on
//! every rank, and the same as in the run with one rank.
//!
//! ```text
//! cargo run --example mpi_2_broadcast_data
//! mpiexec -np 4 target/debug/examples/mpi_2_broadcast_data
//! ```

use serde::{Deserialize, Serialize};

/// Any type that serde can write and read may be broadcast.
#[derive(Debug, Serialize, Deserialize)]
struct Data {
    key1: (i64, f64, Complex),
    key2: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Complex {
    re: f64,
    im: f64,
}

#[dlp::main]
fn main() {
    let data = dlp::is_root().then(|| Data {
        key1: (7, 2.72, Complex { re: 2.0, im: 3.0 }),
        key2: vec!["abc".to_owned(), "xyz".to_owned()],
    });

    let data = dlp::bcast(data);

    println!("rank={}, size={}, data={data:?}", dlp::rank(), dlp::size());
}
