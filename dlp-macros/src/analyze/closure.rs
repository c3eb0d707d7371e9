//! Closures that stay in the statement of an effect.

use syn::{Expr, ExprClosure};

use super::Analyzer;
use super::lift::Draft;
use crate::model::{Carry, Leaf};
use crate::place::Place;
use crate::scope::Origin;

/// What is known inside such a closure.
#[derive(Default)]
pub(super) struct Kept {
    /// Variables of a smaller id are captured.
    pub(super) captured: usize,
    /// The places outside the loop that it changes, which are accumulators of the effect; with their numbers.
    pub(super) accumulators: Vec<(Place, usize)>,
    /// The places outside the loop that it was seen to change.
    pub(super) changes: Vec<Place>,
}

impl Analyzer {
    /// A closure stays in the statement, and what it captures of the iteration is carried.
    pub(super) fn keep(&mut self, closure: &mut ExprClosure, draft: &mut Draft) {
        // Once to see what it changes, and once more when that is known.
        let (uses, reads, findings) = (self.uses.len(), self.reads.len(), self.findings.len());
        let captured = self.scopes.next();
        self.kept = Some(Kept { captured, ..Kept::default() });
        self.closure(&mut closure.clone(), false);
        let changes = self.kept.take().map(|kept| kept.changes).unwrap_or_default();
        self.uses.truncate(uses);
        self.reads.truncate(reads);
        self.findings.truncate(findings);

        let accumulators = changes.into_iter().map(|place| (place.clone(), draft.number(place))).collect();
        let captured = self.scopes.next();
        self.kept = Some(Kept { captured, accumulators, changes: Vec::new() });
        self.closure(closure, false);
        self.kept = None;

        let mut seen = Vec::new();
        for used in &self.uses[uses..] {
            if used.id < captured && !seen.contains(&used.id) {
                seen.push(used.id);
                let value = syn::ExprPath { attrs: Vec::new(), qself: None, path: used.ident.clone().into() };
                let carry = match used.origin {
                    Origin::Item => Carry::CapturePart(used.ident.clone()),
                    _ => Carry::Capture(used.ident.clone()),
                };
                draft.leaves.push(Leaf { value: Expr::Path(value), carry });
            }
        }
    }
}
