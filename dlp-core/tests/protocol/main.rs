//! The protocol, proved for small loops: its own state machines under every order of everything that can happen.
//!
//! The states are the real `Manager`, `Worker`, `Well` and `Rendezvous` and what is on the way between them; `stateright` visits
//! all that can be reached. It knows the public interface of `dlp-core` and neither a transport nor a clock.
//!
//! What is proved is listed in `model.rs`, what can happen in a loop in `case.rs`. The larger sizes, minutes of them:
//! `cargo test --release -p dlp-core --no-default-features --test protocol -- --ignored --nocapture`

mod book;
mod case;
mod end;
mod kinds;
mod model;
mod net;
mod pools;
mod proofs;
mod step;
mod world;
