//! What must hold when nothing happens any more in a simulated loop.
//!
//! Knows what the serial loop does; not how this one came to its end.

use dlp_core::site::Gather;

use crate::world::World;

impl World {
    pub(crate) fn check_end(&self) {
        match self.plan.death {
            Some((rank, _)) if self.ranks[rank].out.is_none() => self.check_standstill(),
            _ => self.check_all(),
        }
        self.check_outcomes();
    }

    /// A rank has died in the loop. Whoever started the job will end it; but until then nobody may take the loop for done, if
    /// effects of the dead one are missing.
    fn check_standstill(&self) {
        if self.root.manager.is_over() {
            self.check_handed_over();
        } else {
            assert_eq!(self.root.outcome, None, "an outcome, and the loop is not over");
        }
    }

    fn check_all(&self) {
        assert!(self.root.manager.is_over());
        let inside = self.ranks.iter().filter(|rank| rank.out.is_none() && !rank.dead).count();
        assert_eq!(inside, 0, "so many ranks never leave the loop");
        let serial = self.plan.serial() as usize;
        let missing = self.ran[..serial].iter().filter(|&&times| times != 1).count();
        assert_eq!(missing, 0, "so many iterations did not run");
        let ran: u64 = self.ran.iter().map(|&times| u64::from(times)).sum();
        if self.plan.how.is_none() {
            assert_eq!(self.root.manager.done(), ran, "every iteration is told of");
        }
        if self.plan.gather != Gather::None {
            self.check_handed_over();
            let handed = self.root.handed.iter().filter(|&&handed| handed).count();
            assert_eq!(handed as u64, ran, "what ran is handed over");
        }
        self.check_replay();
    }

    /// The effects of all that the serial loop does are here.
    fn check_handed_over(&self) {
        let serial = self.plan.serial() as usize;
        let missing = self.root.handed[..serial].iter().filter(|&&handed| !handed).count();
        assert_eq!(missing, 0, "so many iterations were not handed over, and the loop is over");
    }

    /// Whoever replays has done what the serial loop does, and was left where that is.
    fn check_replay(&self) {
        for rank in &self.ranks {
            if self.plan.gather == Gather::All {
                assert_eq!(rank.parts, self.root.parts, "rank {} has all Parts", rank.number);
            }
            if let Some(replayed) = rank.replayed() {
                assert_eq!((replayed, rank.left), (self.plan.serial(), self.plan.exit()));
            }
        }
    }

    /// All are told the same, and it is so.
    fn check_outcomes(&self) {
        let Some(outcome) = self.root.outcome else {
            assert!(self.ranks.iter().all(|rank| !matches!(rank.out, Some(Some(_)))));
            return;
        };
        assert!(self.plan.terms.hold);
        let told = self.ranks.iter().filter_map(|rank| rank.out).all(|told| told == Some(outcome));
        assert!(told, "not all were told {outcome:?}");
        let exit = self.plan.exit();
        if self.plan.tentative {
            let cancelled = exit.map(|exit| exit + 1);
            assert!(outcome.exit.is_none() || outcome.exit == cancelled, "{outcome:?}");
        } else {
            assert_eq!(outcome.exit, exit);
        }
        assert!(outcome.exit.is_some() || outcome.end == self.plan.length, "{outcome:?}");
    }
}
