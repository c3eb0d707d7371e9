//! What the program does to the world outside: by which rank, so that it happens once.

use std::any::type_name;

use crate::record::Witness;
use crate::session::{self, Mode, Within};

/// Whether a `println!` of an annotated function prints here: on the root only where all ranks run the same code,
/// and wherever it stands where only this rank runs it.
pub fn prints() -> bool {
    match session::mode() {
        Mode::Together | Mode::Replaying => session::current().is_root(),
        Mode::Iterating | Mode::ReplayingOwn | Mode::Alone => true,
    }
}

/// Prints what an iteration has formatted, in its turn, on the rank that prints.
pub fn print(text: &str) {
    if prints() {
        print!("{text}");
    }
}

/// Marks that from here on only the root runs this function, until it is dropped.
#[derive(Debug)]
pub struct Stay {
    _within: Option<Within>,
}

/// After a loop with `gather = "root"`: `None` on the ranks that leave the function here.
pub fn stay() -> Option<Stay> {
    if session::mode() != Mode::Together {
        return Some(Stay { _within: None });
    }
    let session = session::current();
    session.is_root().then(|| Stay { _within: (session.size() > 1).then(|| Within::new(Mode::Alone)) })
}

/// Whether writing to a place of some type changes the world outside the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Inside,
    Outside,
    Unknown,
}

/// By the type's name, which is the only thing that tells in generic code and through wrappers such as
/// `BufWriter<File>`. A type of the user's own that hides a file in a field is not seen.
fn reach(name: &str) -> Reach {
    const OUTSIDE: [&str; 8] = [
        "std::fs::File",
        "std::io::stdio::Std",
        "std::net::",
        "std::os::unix::net::",
        "std::process::Child",
        "std::os::fd::owned::OwnedFd",
        "std::io::pipe::PipeWriter",
        "std::sys::stdio::",
    ];
    if OUTSIDE.iter().any(|outside| name.contains(outside)) {
        Reach::Outside
    } else if name.contains("dyn std::io::Write") {
        Reach::Unknown
    } else {
        Reach::Inside
    }
}

/// Whether nobody else replays what this rank does.
fn replays_alone() -> bool {
    matches!(session::mode(), Mode::ReplayingOwn | Mode::Iterating)
}

impl<T> Witness<T> {
    /// Whether an effect on this accumulator is replayed here: one on the world outside by the root only.
    ///
    /// # Panics
    /// If the type hides whether it is outside.
    #[inline]
    pub fn replays(&self) -> bool {
        self.replays.get().unwrap_or_else(|| self.find_out())
    }

    #[cold]
    fn find_out(&self) -> bool {
        let replays = match reach(type_name::<T>()) {
            Reach::Inside => true,
            Reach::Outside => replays_alone() || session::current().is_root(),
            Reach::Unknown => session::current().fail(&format!(
                "an effect writes to a `{}`, which may be a file or a buffer: a file is written by the root only, a \
                 buffer by every rank; use the concrete type (`BufWriter<File>`, `Vec<u8>`)",
                type_name::<T>()
            )),
        };
        self.replays.set(Some(replays));
        replays
    }

    /// Makes sure that every rank can do what is done to the place.
    ///
    /// # Panics
    /// If only the root can.
    pub fn stays_inside(&self, name: &str) {
        if self.is_outside() && !replays_alone() && session::current().size() > 1 {
            session::current().fail(&format!(
                "`{name}` is of type `{}`, in the world outside the program, which only the root writes to; in a piece of a \
                 loop that is run in loop order, write to it in statements of their own, as in `writeln!({name}, ..)?;`, \
                 and use no value of it",
                type_name::<T>()
            ));
        }
    }

    /// Whether the place is in the world outside the program, where only the root acts.
    pub fn is_outside(&self) -> bool {
        reach(type_name::<T>()) == Reach::Outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufWriter, Write};

    fn of<T>() -> Reach {
        reach(type_name::<T>())
    }

    #[test]
    fn files_are_outside_and_buffers_inside() {
        assert_eq!(of::<std::fs::File>(), Reach::Outside);
        assert_eq!(of::<&mut BufWriter<std::fs::File>>(), Reach::Outside);
        assert_eq!(of::<std::io::StdoutLock<'static>>(), Reach::Outside);
        assert_eq!(of::<std::io::Stdout>(), Reach::Outside);
        assert_eq!(of::<BufWriter<std::net::TcpStream>>(), Reach::Outside);
        assert_eq!(of::<Vec<u8>>(), Reach::Inside);
        assert_eq!(of::<String>(), Reach::Inside);
        assert_eq!(of::<std::sync::Mutex<Vec<u8>>>(), Reach::Inside);
        assert_eq!(of::<Box<dyn Write>>(), Reach::Unknown);
    }
}
