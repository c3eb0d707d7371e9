//! What a figure is to reach, as the project has set it for itself.

use std::fmt;

/// What the figure of dlp is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    /// The row is there to be looked at.
    None,
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// No more than so many times what plain C takes.
    AtMostOfC(f64),
    /// No less than so many times what plain C makes.
    AtLeastOfC(f64),
}

impl Goal {
    /// Whether it is reached; nothing if there is none, or if what it is measured by is not there.
    pub(super) fn reached(self, ours: f64, c: Option<f64>) -> Option<bool> {
        match self {
            Goal::None => None,
            Goal::AtMost(most) => Some(ours <= most),
            Goal::AtLeast(least) => Some(ours >= least),
            Goal::AtMostOfC(times) => c.map(|c| ours <= times * c),
            Goal::AtLeastOfC(times) => c.map(|c| ours >= times * c),
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::None => Ok(()),
            Goal::AtMost(most) => write!(f, "<= {most}"),
            Goal::AtLeast(least) => write!(f, ">= {least}"),
            Goal::AtMostOfC(times) => write!(f, "<= {times} x C"),
            Goal::AtLeastOfC(times) => write!(f, ">= {times} x C"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_reached_or_not_or_there_is_none() {
        assert_eq!(Goal::None.reached(1.0, Some(1.0)), None);
        assert_eq!(Goal::AtMost(2.0).reached(2.0, None), Some(true));
        assert_eq!(Goal::AtLeast(2.0).reached(1.9, None), Some(false));
        assert_eq!(Goal::AtMostOfC(1.5).reached(3.1, Some(2.0)), Some(false));
        assert_eq!(Goal::AtLeastOfC(0.5).reached(1.0, Some(2.0)), Some(true));
        assert_eq!(Goal::AtLeastOfC(0.5).reached(1.0, None), None);
    }
}
