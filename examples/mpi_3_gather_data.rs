//! Every rank has some data, and the root gathers it.
//!
//! Each rank prints one line, and the lines come in no fixed order. The root prints the data of all ranks
//! in the order of the ranks (`["hello", "world", "!", "!"]` with four of them), the others print `None`.
//!
//! ```text
//! cargo run --example mpi_3_gather_data
//! mpiexec -np 4 target/debug/examples/mpi_3_gather_data
//! ```

#[dlp::main]
fn main() {
    let data = match dlp::rank() {
        0 => "hello",
        1 => "world",
        _ => "!",
    };

    let data = dlp::gather(data.to_owned());

    println!("rank={}, size={}, data={data:?}", dlp::rank(), dlp::size());
}
