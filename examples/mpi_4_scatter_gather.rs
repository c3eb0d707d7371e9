//! Each rank takes every `size`-th item of a list and doubles it, and the root gathers the results.
//!
//! Each rank prints one line an item, and the lines of different ranks come in no fixed order. Each of
//! 10, 11, 12, 13 is printed once, with `rank` = (its index) mod `size`. The root's last two lines depend
//! on the number of ranks only: one list a rank, then these lists joined. Sorted, the latter is
//! `[20, 22, 24, 26]` at every number of ranks, and unsorted with one.
//!
//! ```text
//! cargo run --example mpi_4_scatter_gather
//! mpiexec -np 4 target/debug/examples/mpi_4_scatter_gather
//! ```

#[dlp::main]
fn main() {
    let workload = [10, 11, 12, 13];

    let mut result: Vec<i32> = Vec::new();
    for data in dlp::split_round_robin(workload) {
        println!("rank={}, size={}, data={data}", dlp::rank(), dlp::size());
        result.push(2 * data);
    }

    if let Some(total) = dlp::gather(result) {
        println!("job splits: {total:?}");
        println!("flat result: {:?}", total.concat());
    }
}
