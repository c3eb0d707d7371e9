//! A test program: the conformance checks of a transport, on the ranks of an MPI job.
//!
//! `conformance [BYTES]`: cut payloads into messages of at most so many bytes.

use dlp_core::transport::processes::Mpi;
use dlp_core::transport::{Transport, conformance};

fn main() {
    let limit = std::env::args().nth(1).map(|bytes| bytes.parse().expect("a number of bytes"));
    let mut end = Mpi::start().expect("MPI starts");
    if let Some(limit) = limit {
        end = end.with_longest_message(limit);
    }
    conformance::all(&end);
    if end.rank() == 0 {
        println!("{} ranks conform", end.size());
    }
    end.close();
}
