//! Short messages from one rank to another of its node, through memory that they share and without a call of MPI.
//!
//! A queue of one writer and one reader in which a message is its own flag, so that one cache line travels and not two (J. Giacomoni,
//! T. Moseley, M. Vachharajani: "FastForward for efficient pipeline parallelism: a cache-optimized concurrent lock-free queue",
//! PPoPP 2008). Knows bytes and memory; not what they say, nor who is at the other end.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes a message can have: as many as there is room for.
const LONGEST: usize = LINES * LINE - WORD;

/// How many lines of memory there are between two ranks, one way.
const LINES: usize = 128;

const WORD: usize = size_of::<u64>();
const LINE: usize = size_of::<Line>();

/// A cache line.
#[repr(C, align(64))]
struct Line([AtomicU64; 8]);

/// The memory between two ranks, one way; all zero at first.
#[repr(C)]
pub(super) struct Post {
    /// How many lines the reader has given back so far.
    given_back: Line,
    /// A message begins with a line whose first word is one more than its length, and 0 as long as it is not there. That is
    /// so for every line at which one may begin.
    lines: [Line; LINES],
}

/// Where a writer is.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// How many lines were written so far.
    written: u64,
    /// How many of them had been given back at the last look.
    given_back: u64,
}

/// Where a reader is.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// How many lines were read so far.
    read: u64,
}

impl Post {
    /// The word that is so many words behind the beginning of this line, round and round.
    fn word(&self, line: u64, words: usize) -> &AtomicU64 {
        let line = (line as usize).wrapping_add(words / 8) % LINES;
        &self.lines[line].0[words % 8]
    }
}

/// How many lines a message of so many bytes takes.
fn lines(bytes: usize) -> u64 {
    (WORD + bytes).div_ceil(LINE) as u64
}

impl Writer {
    /// Writes a message, if there is room for it now.
    #[inline]
    pub(super) fn write(&mut self, post: &Post, message: &[u8]) -> bool {
        let (begin, end) = (self.written, self.written + lines(message.len()));
        if end - self.given_back > LINES as u64 {
            self.given_back = post.given_back.0[0].load(Ordering::Acquire);
            if end - self.given_back > LINES as u64 {
                return false;
            }
        }
        let (words, rest) = message.as_chunks::<WORD>();
        for (place, word) in words.iter().enumerate() {
            post.word(begin, place + 1).store(u64::from_le_bytes(*word), Ordering::Relaxed);
        }
        if !rest.is_empty() {
            let mut word = [0; WORD];
            word[..rest.len()].copy_from_slice(rest);
            post.word(begin, words.len() + 1).store(u64::from_le_bytes(word), Ordering::Relaxed);
        }
        post.word(begin, 0).store(message.len() as u64 + 1, Ordering::Release);
        self.written = end;
        true
    }
}

impl Reader {
    /// Reads the next message, if there is one, into `message`, in place of what is there.
    ///
    /// # Errors
    /// If what is there cannot have been written by a [`Writer`].
    #[inline]
    pub(super) fn read(&mut self, post: &Post, message: &mut Vec<u8>) -> Result<bool, String> {
        let begin = self.read;
        let length = match post.word(begin, 0).load(Ordering::Acquire) {
            0 => return Ok(false),
            flag => flag - 1,
        };
        let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST);
        let length = length.ok_or("a message longer than the memory that it is in")?;
        message.clear();
        for place in 0..length.div_ceil(WORD) {
            let word = post.word(begin, place + 1).load(Ordering::Relaxed);
            message.extend_from_slice(&word.to_le_bytes());
        }
        message.truncate(length);
        let end = begin + lines(length);
        for line in begin..end {
            post.word(line, 0).store(0, Ordering::Relaxed);
        }
        post.given_back.0[0].store(end, Ordering::Release);
        self.read = end;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Box<Post> {
        let line = || Line(std::array::from_fn(|_| AtomicU64::new(0)));
        Box::new(Post { given_back: line(), lines: std::array::from_fn(|_| line()) })
    }

    /// Neither all alike nor all zero.
    fn message(number: usize, length: usize) -> Vec<u8> {
        (0..length).map(|at| (number * 31 + at) as u8).collect()
    }

    #[test]
    fn messages_of_every_length_come_as_they_went() {
        let (post, mut writer, mut reader) = (empty(), Writer::default(), Reader::default());
        let mut got = vec![1, 2, 3];
        for length in (0..200).chain([2047, 2048, LONGEST - 1, LONGEST]) {
            assert_eq!(reader.read(&post, &mut got), Ok(false));
            assert!(writer.write(&post, &message(length, length)));
            assert_eq!(reader.read(&post, &mut got), Ok(true));
            assert_eq!(got, message(length, length));
        }
    }

    #[test]
    fn what_there_is_no_room_for_is_not_written() {
        let (post, mut writer, mut reader, mut got) = (empty(), Writer::default(), Reader::default(), vec![]);
        assert!(!writer.write(&post, &vec![7; LONGEST + 1]));
        let lengths = [0, 56, 57, 120, 121, 2048];
        let (mut sent, mut read) = (0, 0);
        for _ in 0..1000 {
            let length = lengths[sent % lengths.len()];
            if writer.write(&post, &message(sent, length)) {
                sent += 1;
                continue;
            }
            assert!(reader.read(&post, &mut got).unwrap());
            assert_eq!(got, message(read, lengths[read % lengths.len()]));
            read += 1;
        }
        while reader.read(&post, &mut got).unwrap() {
            assert_eq!(got, message(read, lengths[read % lengths.len()]));
            read += 1;
        }
        assert_eq!(sent, read);
        assert!(sent > 400);
    }

    #[test]
    fn what_nobody_wrote_is_an_error() {
        let post = empty();
        post.word(0, 0).store(u64::MAX, Ordering::Relaxed);
        assert!(Reader::default().read(&post, &mut vec![]).is_err());
    }

    #[test]
    fn two_threads_agree() {
        const MESSAGES: usize = if cfg!(miri) { 200 } else { 100_000 };
        let length = |number: usize| number * number % 300;
        let post = empty();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut writer = Writer::default();
                for number in 0..MESSAGES {
                    while !writer.write(&post, &message(number, length(number))) {
                        std::thread::yield_now();
                    }
                }
            });
            let (mut reader, mut got) = (Reader::default(), vec![]);
            for number in 0..MESSAGES {
                while !reader.read(&post, &mut got).unwrap() {
                    std::thread::yield_now();
                }
                assert_eq!(got, message(number, length(number)));
            }
        });
    }
}
