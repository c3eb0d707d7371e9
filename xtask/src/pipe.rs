//! Reading a process's output while it runs, so that a full pipe cannot stop it.

use std::io::{ErrorKind, Read};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A thread that reads a pipe to its end.
#[derive(Debug)]
pub(crate) struct Reader {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Nothing is ever sent: the thread drops its end when it is done.
    done: Receiver<()>,
}

impl Reader {
    /// Starts reading.
    pub(crate) fn start(mut pipe: impl Read + Send + 'static) -> Reader {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (running, done) = mpsc::channel();
        let shared = Arc::clone(&bytes);
        thread::spawn(move || {
            let _running = running;
            let mut chunk = vec![0; 64 * 1024];
            loop {
                match pipe.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(count) => {
                        let mut all = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        all.extend_from_slice(&chunk[..count]);
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => return,
                }
            }
        });
        Reader { bytes, done }
    }

    /// What has been read when the pipe ends, or after `patience`: a process that got away may hold the pipe
    /// open for ever.
    pub(crate) fn finish(self, patience: Duration) -> Vec<u8> {
        let _ = self.done.recv_timeout(patience);
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
