//! A program to run under a time limit, and what came of it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{self, Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::pipe::Reader;
use crate::process::{self, Tag};
use crate::sys::{self, Signal};

/// The time limit of a job that sets none.
const LIMIT: Duration = Duration::from_secs(60);

/// How long a launcher that was told to end may take to end its ranks and to clear up: Open MPI gives
/// them two seconds.
const GRACE: Duration = Duration::from_secs(3);

/// How long the processes of a job may outlive the first of them: time to exit, not to work.
const AFTERLIFE: Duration = Duration::from_secs(1);

/// How long output may take to arrive once no process is left to write any.
const DRAIN: Duration = Duration::from_secs(5);

/// A program to run, alone ([`Job::alone`]) or on several ranks ([`Launcher::job`](crate::Launcher::job)).
///
/// It always has a time limit, 60 seconds where none is set. When the limit passes, every process of the job
/// is ended: first politely, so that a launcher can clear up, then for good.
#[derive(Clone, Debug)]
#[must_use = "a job does nothing until it is run"]
pub struct Job {
    program: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
    stdin: Option<Vec<u8>>,
    limit: Duration,
    signals: Vec<(Duration, Signal, Whom)>,
}

/// Which process of a job a signal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The first one: the launcher, where there is one.
    First,
    /// A rank.
    Rank(usize),
}

impl Job {
    /// A job that runs `binary` by itself, with no launcher. A name without a slash is looked up on the
    /// `PATH`.
    pub fn alone(binary: impl AsRef<Path>) -> Job {
        Job {
            program: resolved(binary.as_ref()),
            args: Vec::new(),
            env: Vec::new(),
            directory: None,
            stdin: None,
            limit: LIMIT,
            signals: Vec::new(),
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Job {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Job {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets an environment variable, on every rank; the rest of the environment is inherited.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Job {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Runs in this directory.
    pub fn current_dir(mut self, directory: impl Into<PathBuf>) -> Job {
        self.directory = Some(directory.into());
        self
    }

    /// Gives these bytes on standard input; without it there is none. Under a launcher rank 0 reads them.
    /// MPICH's launcher ends the job if they are more than a pipe holds (64 KiB) and rank 0 reads them
    /// slowly; that of Open MPI 5.0.11 never tells rank 0 that the input is over.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Job {
        self.stdin = Some(bytes.into());
        self
    }

    /// Signals one process when the job has run this long; a rank, as soon after that as it is there.
    pub fn signal(mut self, after: Duration, signal: Signal, whom: Whom) -> Job {
        self.signals.push((after, signal, whom));
        self
    }

    /// Ends the job when it has run this long.
    pub fn limit(mut self, limit: Duration) -> Job {
        self.limit = limit;
        self
    }

    /// Runs the job to its end, or to its limit.
    ///
    /// # Panics
    /// If the program cannot be started; see [`try_run`](Job::try_run).
    #[track_caller]
    pub fn run(&self) -> Outcome {
        self.try_run().unwrap_or_else(|error| panic!("cannot run {}: {error}", self.program.display()))
    }

    /// As [`run`](Job::run).
    ///
    /// # Errors
    /// If the program cannot be started.
    pub fn try_run(&self) -> io::Result<Outcome> {
        let tag = Tag::new();
        let start = Instant::now();
        let mut child = self.command(&tag).spawn()?;
        let stdout = child.stdout.take().map(Reader::start);
        let stderr = child.stderr.take().map(Reader::start);
        self.feed(&mut child);

        let mut signals = self.signals.clone();
        let first = child.id();
        let ended = wait(&mut child, start, self.limit, |elapsed| {
            // The child has not been waited for: its id is its own.
            signals.retain(|(after, signal, whom)| elapsed < *after || !send(*signal, *whom, first, &tag));
        })?;
        let timed_out = ended.is_none();
        let status = match ended {
            Some(status) => status,
            None => end(&mut child, &tag)?,
        };
        let elapsed = start.elapsed();
        let orphans = end_orphans(&tag);
        let read = |pipe: Option<Reader>| pipe.map(|pipe| pipe.finish(DRAIN)).unwrap_or_default();
        Ok(Outcome { status, stdout: read(stdout), stderr: read(stderr), elapsed, timed_out, orphans })
    }

    fn command(&self, tag: &Tag) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .env(Tag::VARIABLE, tag.value())
            .stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, so that ending the job cannot end us.
            .process_group(0);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        sys::end_with_parent(&mut command);
        command
    }

    /// Writes the input from a thread: the limit holds for a program that does not read it, too.
    fn feed(&self, child: &mut Child) {
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), self.stdin.clone()) {
            // A program may end without reading its input: then the write fails, and that is fine.
            thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
    }
}

/// A relative path means the same file in whatever directory the job runs.
pub(crate) fn resolved(binary: &Path) -> PathBuf {
    let is_name = binary.components().count() == 1 && !binary.has_root();
    if is_name { binary.to_owned() } else { path::absolute(binary).unwrap_or_else(|_| binary.to_owned()) }
}

/// Sends a signal; whether there was somebody to send it to.
fn send(signal: Signal, whom: Whom, first: u32, tag: &Tag) -> bool {
    let target = match whom {
        Whom::First => Some(first),
        Whom::Rank(rank) => process::rank(tag, rank),
    };
    target.iter().for_each(|&pid| sys::signal_process(pid, signal));
    target.is_some()
}

/// The status of a process that ends within `limit`; `meanwhile` is called now and then.
fn wait(
    child: &mut Child,
    start: Instant,
    limit: Duration,
    mut meanwhile: impl FnMut(Duration),
) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let elapsed = start.elapsed();
        meanwhile(elapsed);
        let Some(left) = limit.checked_sub(elapsed) else { return Ok(None) };
        // Looking seldom costs the job no processor time, and the measured time no more than a fiftieth.
        let pause = (elapsed / 50).clamp(Duration::from_micros(200), Duration::from_millis(10));
        thread::sleep(pause.min(left));
    }
}

/// Ends a job that has run into its limit. Its first process is waited for last: until then its id, which is
/// also its group's, cannot become another's.
fn end(child: &mut Child, tag: &Tag) -> io::Result<ExitStatus> {
    let leader = child.id();
    let members = process::family(Some(leader), tag);
    sys::signal_group(leader, Signal::Terminate);
    process::wait_gone(&members, GRACE);
    sys::signal_group(leader, Signal::Kill);
    process::kill_all(members, || process::family(Some(leader), tag));
    child.wait()
}

/// Ends what outlives a job whose first process has ended, and counts it.
fn end_orphans(tag: &Tag) -> usize {
    let members = process::family(None, tag);
    if members.is_empty() {
        return 0;
    }
    process::wait_gone(&members, AFTERLIFE);
    let orphans = process::family(None, tag);
    process::kill_all(orphans.clone(), || process::family(None, tag));
    orphans.len()
}

/// What came of a [`Job`].
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The exit status of the first process: the launcher's, or the program's if it ran alone. Under MPICH a
    /// launcher's 0 is no proof that every rank succeeded.
    pub status: ExitStatus,
    /// Everything written to standard output.
    pub stdout: Vec<u8>,
    /// Everything written to standard error.
    pub stderr: Vec<u8>,
    /// From the start to the end of the first process.
    pub elapsed: Duration,
    /// The limit passed, and the job was ended.
    pub timed_out: bool,
    /// Processes of the job that were still there a second after the first had ended by itself, and were
    /// killed.
    pub orphans: usize,
}

impl Outcome {
    /// The job ended by itself, in time, with status 0, and left nothing running.
    #[must_use]
    pub fn success(&self) -> bool {
        self.status.success() && !self.timed_out && self.orphans == 0
    }

    /// The exit code; `None` if a signal ended it.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Standard output as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// How it ended and all it wrote: the message of a failed assertion.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.timed_out { "ended at its time limit, " } else { "" };
        write!(f, "{how}{} after {:.2} s", self.status, self.elapsed.as_secs_f64())?;
        if self.orphans > 0 {
            write!(f, ", {} processes left running", self.orphans)?;
        }
        write!(f, "\n--- stdout ---\n{}", self.stdout_text())?;
        write!(f, "\n--- stderr ---\n{}", self.stderr_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Job {
        Job::alone("sh").args(["-c", script])
    }

    #[test]
    fn output_status_and_settings_come_through() {
        let directory = std::env::temp_dir().canonicalize().expect("a directory for temporary files");
        let outcome = shell("echo $1 $COLOUR; pwd -P; echo oh >&2; exit 3")
            .args(["sh", "first"])
            .env("COLOUR", "red")
            .current_dir(&directory)
            .run();
        assert_eq!(outcome.code(), Some(3), "{outcome}");
        assert_eq!(outcome.stdout_text(), format!("first red\n{}\n", directory.display()));
        assert_eq!(outcome.stderr_text(), "oh\n");
        assert!(!outcome.success() && !outcome.timed_out);
    }

    #[test]
    fn input_and_output_larger_than_any_pipe_do_not_block() {
        let bytes: Vec<u8> = (0..4_000_000_u32).map(|i| (i % 251) as u8).collect();
        let outcome = shell("tee /dev/stderr").stdin(bytes.clone()).run();
        assert!(outcome.success(), "{:?}", outcome.status);
        assert!(outcome.stdout == bytes && outcome.stderr == bytes, "bytes were lost or changed");
    }

    #[test]
    fn a_program_that_does_not_read_its_input_may_end() {
        assert!(shell("true").stdin(vec![0; 4_000_000]).run().success());
    }

    #[test]
    fn a_signal_arrives() {
        let outcome = shell("trap 'echo told; exit 5' TERM; while :; do sleep 0.05; done")
            .signal(Duration::from_millis(300), Signal::Terminate, Whom::First)
            .run();
        assert_eq!((outcome.code(), outcome.stdout_text().as_str()), (Some(5), "told\n"), "{outcome}");
        let outcome = shell("sleep 0.1; echo done")
            .signal(Duration::ZERO, Signal::Stop, Whom::First)
            .signal(Duration::from_millis(300), Signal::Continue, Whom::First)
            .run();
        assert!(outcome.success() && outcome.elapsed > Duration::from_millis(300), "{outcome}");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let error = Job::alone("./no such program").try_run().expect_err("nothing to run");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
