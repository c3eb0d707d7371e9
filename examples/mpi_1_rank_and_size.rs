//! Every rank says which one it is, and how many there are.
//!
//! Each rank prints one line, and the lines come in no fixed order. With N ranks the sorted output is
//! `rank=0, size=N` to `rank=N-1, size=N`. If it is N times `rank=0, size=1`, the launcher and the
//! program belong to different MPI installations.
//!
//! ```text
//! cargo run --example mpi_1_rank_and_size
//! mpiexec -np 4 target/debug/examples/mpi_1_rank_and_size
//! ```

#[dlp::main]
fn main() {
    println!("rank={}, size={}", dlp::rank(), dlp::size());
}
