//! Whether this process was started as one rank of several, read from its environment.
//!
//! Only names of variables are known here. A plain `./binary` is no launch, and then MPI is not even
//! initialised: a batch script of SLURM without `srun` runs one process, whatever the job could use.

use std::fmt;

/// A process that a launcher started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The launcher, for messages.
    pub by: &'static str,
    /// How many ranks it says there are, where it says so.
    pub size: Option<usize>,
}

/// What tells that a launcher was there, and where it says how many ranks there are. The first match counts:
/// several may be set at once (`srun` sets PMI or PMIx beside its own).
const MARKS: [(&str, &str, &str); 5] = [
    ("Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    ("MPICH", "PMI_RANK", "PMI_SIZE"),
    ("MPICH", "PMI_FD", "PMI_SIZE"),
    ("PMIx", "PMIX_RANK", "PMIX_SIZE"),
    ("MVAPICH", "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"),
];

impl Launch {
    /// Reads the environment through `var`.
    pub fn detect(var: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name: &str| var(name)?.trim().parse().ok();
        // A task of a SLURM step; a batch script or an interactive shell has a job but no step of its own.
        let in_step = var("SLURM_STEP_ID").is_some() && var("SLURM_STEP_NUM_TASKS").is_some();
        for (by, mark, size) in MARKS {
            if var(mark).is_some() {
                let size = number(size).or_else(|| in_step.then(|| number("SLURM_STEP_NUM_TASKS")).flatten());
                return Some(Launch { by, size });
            }
        }
        let size: Option<usize> = number("SLURM_STEP_NUM_TASKS");
        (in_step && size != Some(1)).then_some(Launch { by: "SLURM", size })
    }
}

/// How many tasks a batch job of SLURM has, if this process is alone in one of several: its script has most likely forgotten
/// `srun`.
pub fn forgotten(var: impl Fn(&str) -> Option<String>) -> Option<usize> {
    let number = |name: &str| var(name)?.trim().parse().ok();
    let tasks =
        var("SLURM_JOB_ID").and_then(|_| number("SLURM_NTASKS").or_else(|| number("SLURM_NPROCS")))?;
    let alone = var("SLURM_STEP_ID").is_none() && Launch::detect(&var).is_none();
    (alone && tasks > 1).then_some(tasks)
}

impl fmt::Display for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            Some(1) => write!(f, "a launcher of {} with 1 rank", self.by),
            Some(size) => write!(f, "a launcher of {} with {size} ranks", self.by),
            None => write!(f, "a launcher of {}", self.by),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(vars: &[(&str, &str)]) -> Option<Launch> {
        Launch::detect(|name| {
            vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
        })
    }

    #[test]
    fn launchers_are_told_apart() {
        let of = |vars: &[(&str, &str)]| detect(vars).map(|launch| (launch.by, launch.size));
        assert_eq!(
            of(&[("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "4")]),
            Some(("Open MPI", Some(4)))
        );
        assert_eq!(of(&[("PMI_RANK", "0"), ("PMI_SIZE", "3")]), Some(("MPICH", Some(3))));
        assert_eq!(of(&[("PMIX_RANK", "0")]), Some(("PMIx", None)));
        let srun = [("SLURM_STEP_ID", "0"), ("SLURM_STEP_NUM_TASKS", "8"), ("SLURM_PROCID", "2")];
        assert_eq!(of(&srun), Some(("SLURM", Some(8))));
        let with_pmix = [&srun[..], &[("PMIX_RANK", "2")]].concat();
        assert_eq!(of(&with_pmix), Some(("PMIx", Some(8))));
    }

    #[test]
    fn a_plain_process_is_no_launch() {
        assert_eq!(detect(&[]), None);
        let batch_script = [("SLURM_JOB_ID", "7"), ("SLURM_PROCID", "0"), ("SLURM_NTASKS", "64")];
        assert_eq!(detect(&batch_script), None);
        assert_eq!(detect(&[("SLURM_STEP_ID", "0"), ("SLURM_STEP_NUM_TASKS", "1")]), None);
        let tasks = |vars: &[(&str, &str)]| {
            forgotten(|name| {
                vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
            })
        };
        assert_eq!(tasks(&batch_script), Some(64));
        assert_eq!(tasks(&[("SLURM_JOB_ID", "7"), ("SLURM_NTASKS", "1")]), None);
        assert_eq!(tasks(&[&batch_script[..], &[("SLURM_STEP_ID", "0")]].concat()), None);
        assert_eq!(tasks(&[&batch_script[..], &[("OMPI_COMM_WORLD_RANK", "0")]].concat()), None);
        assert_eq!(tasks(&[]), None);
    }
}
