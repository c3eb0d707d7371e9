//! Which processes belong to a job.
//!
//! A process group is not enough: Open MPI puts each rank into a group of its own, and a rank whose launcher
//! has died is nobody's child. So a job's processes carry a tag in their environment, which children inherit,
//! and are found by that tag, by their group, or by their parents, read from `/proc`. Where there is no
//! `/proc` nothing is found, and the group is all that can be signalled.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::sys::{self, Signal};

/// How often processes that are to end are looked at.
const POLL: Duration = Duration::from_millis(5);

/// The mark that every process of one job inherits.
#[derive(Debug)]
pub(crate) struct Tag(String);

impl Tag {
    /// The environment variable that carries it.
    pub(crate) const VARIABLE: &str = "XTASK_JOB";

    /// A tag that no other job on this machine has.
    pub(crate) fn new() -> Tag {
        static JOBS: AtomicU64 = AtomicU64::new(0);
        let number = JOBS.fetch_add(1, Ordering::Relaxed);
        // The time keeps apart two runs of which the second got the process id of the first.
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        Tag(format!("{}-{number}-{now}", process::id()))
    }

    pub(crate) fn value(&self) -> &str {
        &self.0
    }

    fn is_on(&self, pid: u32) -> bool {
        has(pid, Tag::VARIABLE, &self.0)
    }
}

/// Whether a process was started with this variable in its environment. Another user's process is not readable, and not ours.
fn has(pid: u32, variable: &str, value: &str) -> bool {
    let entry = format!("{variable}={value}");
    environment(pid).is_some_and(|environ| environ.split(|&byte| byte == 0).any(|e| e == entry.as_bytes()))
}

/// What a program was started with. For a moment, while it turns into another one, there is nothing to be read.
fn environment(pid: u32) -> Option<Vec<u8>> {
    const ATTEMPTS: u32 = 200;
    for _ in 0..ATTEMPTS {
        // In one go: of two, the second may be cut short by the other program.
        let mut environ = vec![0; 1 << 18];
        let length =
            File::open(format!("/proc/{pid}/environ")).and_then(|mut file| file.read(&mut environ)).ok()?;
        if length > 0 {
            environ.truncate(length);
            return Some(environ);
        }
        thread::sleep(Duration::from_millis(1));
        // One that has ended, or is no program, has none.
        Stat::read(pid)?;
    }
    None
}

/// The process that is this rank of a job, by what its launcher has told it, once it is there.
pub(crate) fn rank(tag: &Tag, rank: usize) -> Option<u32> {
    let told = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"];
    let is_it = |pid: &u32| {
        Stat::read(*pid).is_some()
            && tag.is_on(*pid)
            && told.iter().any(|name| has(*pid, name, &rank.to_string()))
    };
    process_ids().into_iter().find(is_it)
}

/// One process, and no later one that happens to get its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    pid: u32,
    /// When it began, in ticks since the machine started.
    started: u64,
}

impl Process {
    fn is_alive(self) -> bool {
        Stat::read(self.pid).is_some_and(|stat| stat.process == self)
    }
}

/// The processes of a job that live now. `leader` is the job's first process, as long as it has not been
/// waited for: from then on its id may be another's, and only the tag tells.
pub(crate) fn family(leader: Option<u32>, tag: &Tag) -> Vec<Process> {
    let all: Vec<Stat> = process_ids().into_iter().filter_map(Stat::read).collect();
    let mut pids: HashSet<u32> = all
        .iter()
        .filter(|stat| leader == Some(stat.group) || tag.is_on(stat.process.pid))
        .map(|stat| stat.process.pid)
        .collect();
    pids.extend(leader);
    // Children may stand before their parents in the list: repeat until no more are found.
    loop {
        let found = pids.len();
        pids.extend(
            all.iter()
                .filter(|stat| pids.contains(&stat.parent))
                .map(|stat| stat.process.pid)
                .collect::<Vec<_>>(),
        );
        if pids.len() == found {
            break;
        }
    }
    all.iter().map(|stat| stat.process).filter(|process| pids.contains(&process.pid)).collect()
}

/// Waits until all of them are gone, or for `patience`. Where none could be seen, nothing tells when they are
/// gone, and the whole of it is waited.
pub(crate) fn wait_gone(processes: &[Process], patience: Duration) {
    let start = Instant::now();
    let any_left = || processes.is_empty() || processes.iter().any(|process| process.is_alive());
    while start.elapsed() < patience && any_left() {
        thread::sleep(POLL);
    }
}

/// Kills them, and whatever they start meanwhile, and waits until they are gone. `find` says which there are
/// now.
pub(crate) fn kill_all(mut known: Vec<Process>, find: impl Fn() -> Vec<Process>) {
    // A process in an uninterruptible system call dies when the call returns; that is not waited for for
    // ever.
    let give_up = Instant::now() + Duration::from_secs(5);
    while Instant::now() < give_up {
        known.extend(find());
        known.retain(|process| process.is_alive());
        if known.is_empty() {
            return;
        }
        for process in &known {
            sys::signal_process(process.pid, Signal::Kill);
        }
        thread::sleep(POLL);
    }
}

/// What `/proc/PID/stat` says of a living process.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    process: Process,
    parent: u32,
    group: u32,
}

impl Stat {
    fn read(pid: u32) -> Option<Stat> {
        Stat::parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// `None` for one that is dead and only waits to be waited for, and for a thread of the system's own.
    fn parse(pid: u32, text: &str) -> Option<Stat> {
        // The second field is the program's name in brackets, and the name may hold brackets and blanks.
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        // Numbered from 1 in proc(5); the state is field 3 and stands first here.
        let field = |number: usize| fields.get(number - 3).copied();
        const SYSTEM: u64 = 0x0020_0000; // `PF_KTHREAD`
        if matches!(field(3)?, "Z" | "X") || field(9)?.parse::<u64>().ok()? & SYSTEM != 0 {
            return None;
        }
        Some(Stat {
            process: Process { pid, started: field(22)?.parse().ok()? },
            parent: field(4)?.parse().ok()?,
            group: field(5)?.parse().ok()?,
        })
    }
}

/// The ids of all processes; none where there is no `/proc`.
fn process_ids() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let text = "42 (a) R 7 (b) S 10 11 12 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 987654 0 0";
        let expected = Stat { process: Process { pid: 42, started: 987_654 }, parent: 10, group: 11 };
        assert_eq!(Stat::parse(42, text), Some(expected));
    }

    #[test]
    fn a_dead_process_is_none_nor_is_a_thread_of_the_system() {
        let text = "42 (sleep) Z 10 11 12 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 987654 0 0";
        assert_eq!(Stat::parse(42, text), None);
        let text = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0";
        assert_eq!(Stat::parse(2, text), None);
    }

    #[test]
    fn a_process_that_turns_into_another_all_the_time_is_found() {
        let (tag, again) = (Tag::new(), "exec sh -c \"$0\" \"$0\"");
        let mut child = process::Command::new("sh")
            .args(["-c", again, again])
            .env(Tag::VARIABLE, tag.value())
            .spawn()
            .expect("there is a shell");
        let lost = (0..300).filter(|_| family(None, &tag).len() != 1).count();
        child.kill().and_then(|()| child.wait()).expect("it is ended");
        assert_eq!(lost, 0, "of 300");
    }

    #[test]
    fn a_later_process_with_the_same_id_is_another() {
        let own = Stat::read(process::id()).expect("this process is alive").process;
        assert!(own.is_alive());
        assert!(!Process { started: own.started + 1, ..own }.is_alive());
    }
}
