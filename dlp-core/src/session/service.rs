//! Who answers the other ranks while the root's main thread runs user code.

use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::Duration;

use super::Session;
use crate::report::FAILED;
use crate::transport::Idle;

impl Session {
    /// On the root: whether this thread looks after the hub from now on, or a service thread has to because
    /// this one is busy with user code.
    pub(crate) fn attend(&'static self, attended: bool) {
        if self.hub.is_none() || !self.transport.concurrent() {
            return;
        }
        self.attended.store(attended, Ordering::Release);
        if !attended {
            // Always: the thread may have gone to rest because there was nothing to meet at, not because of `attended`.
            self.service.get_or_init(|| self.start_service()).unpark();
        }
    }

    /// Whether messages are answered while this thread is busy.
    pub(crate) fn has_service(&self) -> bool {
        self.transport.concurrent()
    }

    fn start_service(&'static self) -> Thread {
        let serve = move || {
            let hub = self.hub.as_ref().expect("only the root attends");
            let mut idle = Idle::new(self.transport.rings());
            while !self.over.load(Ordering::Acquire) && !self.transport.aborted() {
                if self.attended.load(Ordering::Acquire) || hub.is_idle() {
                    idle.reset();
                    // Woken by `attend`; the limit is for the end of the session and for meetings that go on
                    // after the root has left them.
                    std::thread::park_timeout(Duration::from_millis(100));
                    continue;
                }
                match hub.pump(&*self.transport) {
                    Ok(true) => idle.reset(),
                    Ok(false) => {
                        let rest = idle.rest();
                        self.mind_silence(&rest);
                        self.transport.wait(rest);
                    }
                    Err(why) => {
                        self.explain(&why);
                        self.transport.abort(FAILED);
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("dlp service".into()).spawn(serve);
        thread
            .unwrap_or_else(|why| self.fail(&format!("cannot start a service thread: {why}")))
            .thread()
            .clone()
    }
}
