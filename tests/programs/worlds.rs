//! A test program: the ways of starting and ending a session, named by the first argument. Each rank says who it
//! is; each way must end with all ranks gone and status 0, unless it is one of the bad ones.

use std::process::ExitCode;

fn greet() {
    let all = dlp::all_gather(dlp::rank());
    dlp::println!("{} ranks: {all:?}", dlp::size());
}

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("lazy") => greet(),
        Some("lazy_exit") => {
            greet();
            std::process::exit(0);
        }
        Some("unused") => println!("nobody asked"),
        Some("guard") => {
            let _session = dlp::init();
            greet();
        }
        Some("guard_early") => {
            let session = dlp::init();
            greet();
            drop(session);
        }
        #[cfg(feature = "mpi")]
        Some("adopted") => {
            use dlp::mpi::topology::Communicator;
            let (universe, _) =
                dlp::mpi::initialize_with_threading(dlp::mpi::Threading::Multiple).expect("once");
            let world = universe.world();
            let session = dlp::init_with(&world);
            greet();
            drop(session);
            // MPI is still the program's own.
            assert!(world.size() >= 1);
        }
        #[cfg(feature = "mpi")]
        Some("adopted_part") => {
            use dlp::mpi::topology::{Color, Communicator};
            let (universe, _) =
                dlp::mpi::initialize_with_threading(dlp::mpi::Threading::Multiple).expect("once");
            let world = universe.world();
            let part = world.split_by_color(Color::with_value(world.rank() % 2)).expect("a part");
            let session = dlp::init_with(&part);
            if world.rank() % 2 == 0 {
                greet();
            }
            drop(session);
        }
        Some("twice") => {
            let _first = dlp::init();
            let _second = dlp::init();
        }
        Some("thread") => {
            let _session = dlp::init();
            let other = std::thread::spawn(dlp::rank).join();
            let said = other.expect_err("another thread is no rank");
            println!("{}", said.downcast_ref::<&str>().expect("a message"));
        }
        Some("exit_3") => {
            greet();
            if dlp::rank() == dlp::size() - 1 {
                std::process::exit(3);
            }
            dlp::barrier();
        }
        Some("panic_outside") => {
            greet();
            assert!(dlp::rank() != dlp::size() - 1, "the last rank gives up");
            dlp::barrier();
        }
        Some("panic_guarded") => {
            let _session = dlp::init();
            assert!(dlp::rank() != dlp::size() - 1, "the last rank gives up");
            dlp::barrier();
        }
        Some("many_threads") => {
            // As a library would that starts its threads when it is first used.
            let each = 2 + std::thread::available_parallelism().map_or(1, usize::from);
            let threads = || (0..each).for_each(|_| drop(std::thread::spawn(std::thread::park)));
            threads();
            dlp::barrier();
            dlp::map(0..8, |x| x).for_each(drop);
        }
        Some("panic_in_map") => {
            dlp::map(0..20, |x| assert!(x != 7, "seven")).count();
        }
        Some("astray") => {
            if dlp::rank() == 1 {
                dlp::gather(1);
            } else {
                dlp::barrier();
            }
        }
        Some("left_behind") => {
            if dlp::rank() != 1 {
                dlp::barrier();
            }
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}
