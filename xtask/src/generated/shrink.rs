//! Makes a program that fails as small as it can be while it still fails.

use std::collections::HashSet;

use super::program::Program;
use super::tree::Form;

/// How many candidates go into one build.
const BATCH: usize = 90;

/// The smallest program that was found to fail. `judge` says of each of some programs whether it fails in the same way;
/// it is slow, and is asked about many at once.
pub(super) fn shrink<E>(
    mut program: Program,
    mut judge: impl FnMut(&[Program]) -> Result<Vec<bool>, E>,
) -> Result<Program, E> {
    let mut known = HashSet::new();
    loop {
        let size = program.size();
        let mut candidates: Vec<Program> = program
            .smaller()
            .into_iter()
            .filter(|candidate| candidate.size() < size && known.insert(candidate.print(Form::Split, "f")))
            .collect();
        candidates.sort_by_key(Program::size);
        let mut best = None;
        // The smallest candidates leave out most, and fail least often: some of all sizes in each build.
        let builds = candidates.len().div_ceil(BATCH).max(1);
        for build in 0..builds {
            let batch: Vec<Program> = candidates
                .iter()
                .skip(build)
                .step_by(builds)
                .enumerate()
                .map(|(id, candidate)| Program { id, ..candidate.clone() })
                .collect();
            if batch.is_empty() {
                continue;
            }
            let failing = judge(&batch)?;
            best = batch.into_iter().zip(failing).find(|(_, fails)| *fails).map(|(candidate, _)| candidate);
            if best.is_some() {
                break;
            }
        }
        match best {
            Some(smaller) => program = Program { id: program.id, ..smaller },
            None => return Ok(program),
        }
    }
}
