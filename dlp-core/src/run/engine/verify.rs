//! `DLP_VERIFY=1`: the root runs every iteration itself, just before it replays it, and compares what the two have recorded.
//!
//! That finds what no compiler sees: an iteration that depends on more than its item, by a static, a file, the time, or an
//! address. The first difference is named by index, rank and statement. Knows records as bytes, and nothing of what they mean.

use super::Engine;
use crate::part::Draft;
use crate::record::EXITS;
use crate::session::{Mode, Within};

impl Engine<'_> {
    /// Runs the iteration that is next in loop order, if it is here, and compares.
    pub(super) fn verify(&mut self) {
        let index = self.ledger.next_index();
        let Some((member, there)) = self.ledger.peek().map(|(member, there)| (member, there.to_vec())) else {
            return;
        };
        let Some(draft) = self.trace(index) else { return };
        let record = draft.record();
        let here = record.take();
        if here == there {
            return;
        }
        let place = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
        // Where it has nothing more, the next effect of the other rank is one too many.
        let what = self.describe(record.site_at(place).filter(|_| place < here.len()));
        self.link.session().fail(&format!(
            "iteration {index} of {} is another one on rank {member} than on the root, {what}: it depends on more than \
             its item and what was there before the loop, such as a static, a file, the time, a random number, or the order \
             of a hash table",
            self.at
        ));
    }

    /// Runs an iteration, if there is one, and remembers where each of its effects begins.
    fn trace(&mut self, index: u64) -> Option<Draft> {
        let _within = Within::new(Mode::Iterating);
        let mut draft = Draft::traced();
        self.work.rehearse(index, &mut draft, self.observer).then_some(draft)
    }

    /// In what two records of an iteration differ, if it is in the effect at `site`, or in the way out of that number.
    fn describe(&self, site: Option<u32>) -> String {
        match site {
            Some(site) if site >= EXITS => "by the way in which it leaves the loop".to_owned(),
            Some(site) => match self.at.sites.get(site as usize) {
                Some(site) => format!("in the statement in line {} that writes `{}`", site.line, site.target),
                None => "in what it has recorded".to_owned(),
            },
            None => "in how many effects it has".to_owned(),
        }
    }
}
