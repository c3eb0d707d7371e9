//! A test program: the conformance checks of a transport, on the ranks of an MPI job.
//!
//! `conformance [BYTES [ROOM]]`: cut payloads into messages of at most so many bytes, and let payloads of so many come in at
//! the same time. `conformance direct BYTES`: one payload of exactly so many bytes, from the last rank to the root, and how much
//! memory that took.

#[path = "sizes/value.rs"]
mod value;

use dlp_core::transport::processes::Mpi;
use dlp_core::transport::{Idle, Transport, conformance};
use dlp_core::wire::Message;
use value::{check, pattern, peak};

fn directly(end: &Mpi, bytes: usize) {
    if end.rank() + 1 == end.size() {
        end.send(0, Message::Answer(pattern(bytes, 5).into()).encode(1));
    } else if end.rank() == 0 {
        let mut idle = Idle::new(end.rings());
        let (_, frame) = loop {
            match end.poll() {
                Some(news) => break news,
                None => end.wait(idle.rest()),
            }
        };
        match Message::decode(frame) {
            Ok((1, Message::Answer(payload))) => check(&payload, bytes, 5),
            other => panic!("{other:?} came"),
        }
    }
    end.close();
    println!("rank {}: {}", end.rank(), peak(bytes));
}

fn start() -> Mpi {
    let group = std::env::var("DLP_RANKS_PER_NODE").ok().and_then(|count| count.parse().ok());
    Mpi::start(group).expect("MPI starts")
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("direct") {
        let bytes = std::env::args().nth(2).and_then(|bytes| bytes.parse().ok());
        return directly(&start(), bytes.expect("a number of bytes"));
    }
    let number = |at| std::env::args().nth(at).map(|bytes| bytes.parse().expect("a number of bytes"));
    let (limit, room): (Option<usize>, Option<usize>) = (number(1), number(2));
    let mut end = start();
    if let Some(limit) = limit {
        end = end.with_longest_message(limit);
    }
    if let Some(room) = room {
        end = end.with_room(room);
    }
    conformance::all(&end, limit.unwrap_or(2 << 20));
    if end.rank() == 0 {
        println!("{} ranks conform", end.size());
    }
    end.close();
}
