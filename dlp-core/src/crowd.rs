//! Whether the threads that libraries start in each rank are more than the computer has cores for. Ranks share a computer, and
//! a library that starts a thread for each core does so in every one of them.
//!
//! What is asked for is read from the environment when a session begins; what is really there is counted after the first
//! loop. One warning a job, by the root.

use std::fmt;

/// A variable that says how many threads a library starts, and the libraries that look at it, by their files.
const LIBRARIES: [(&str, &[&str]); 4] = [
    ("OMP_NUM_THREADS", &["libgomp", "libomp", "libiomp"]),
    ("OPENBLAS_NUM_THREADS", &["libopenblas"]),
    ("MKL_NUM_THREADS", &["libmkl_"]),
    ("RAYON_NUM_THREADS", &[]),
];

/// What launchers call the number of ranks on this computer.
const RANKS_HERE: [&str; 4] =
    ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "PMIX_LOCAL_SIZE", "MV2_COMM_WORLD_LOCAL_SIZE"];

/// This computer, and how many ranks share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Computer {
    pub(crate) ranks: usize,
    /// All of them, whatever part of them this rank may use.
    pub(crate) cores: usize,
}

/// More threads than cores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crowd {
    here: Computer,
    threads: usize,
    /// What sets their number, where that is known.
    by: Option<&'static str>,
    /// What it is set to; a library for which nothing is set starts one for each core.
    set: bool,
}

impl Computer {
    /// Reads how many ranks are here through `var`.
    pub(crate) fn read(var: impl Fn(&str) -> Option<String>, cores: usize) -> Option<Self> {
        let number = |name: &&str| var(name)?.trim().parse().ok();
        let ranks = RANKS_HERE.iter().find_map(number).filter(|&ranks| ranks > 1)?;
        Some(Self { ranks, cores })
    }

    /// What the environment asks for, where that is too much. `usable`: the cores that this rank may use, which is what a
    /// library takes if nothing is said; `loaded`: the files of the libraries that the program is linked with.
    pub(crate) fn asked(
        self,
        var: impl Fn(&str) -> Option<String>,
        usable: usize,
        loaded: &str,
    ) -> Option<Crowd> {
        let number =
            |name: &str| var(name)?.split(',').next()?.trim().parse().ok().filter(|&count: &usize| count > 0);
        LIBRARIES.iter().find_map(|(name, files)| {
            let set = number(name);
            let present = || files.iter().any(|file| loaded.contains(file));
            let governed = || *name != "OMP_NUM_THREADS" && number("OMP_NUM_THREADS").is_some();
            let threads = set.or_else(|| (present() && !governed()).then_some(usable))?;
            self.crowd(threads, Some(name), set.is_some())
        })
    }

    /// What is there, where that is too much: threads beside the one that is the rank and dlp's own.
    pub(crate) fn counted(self, threads: usize) -> Option<Crowd> {
        self.crowd(threads, None, false)
    }

    fn crowd(self, threads: usize, by: Option<&'static str>, set: bool) -> Option<Crowd> {
        (threads > 1 && threads * self.ranks > self.cores).then_some(Crowd { here: self, threads, by, set })
    }
}

impl fmt::Display for Crowd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Computer { ranks, cores } = self.here;
        let (threads, fair) = (self.threads, (cores / ranks).max(1));
        write!(f, "{ranks} ranks on this computer, each with {threads} threads")?;
        match (self.by, self.set) {
            (Some(by), true) => write!(f, " ({by}={threads})")?,
            (Some(by), false) => write!(f, " ({by} is not set)")?,
            (None, _) => f.write_str(" of a library")?,
        }
        let by = self.by.unwrap_or("OMP_NUM_THREADS, RAYON_NUM_THREADS or the like");
        write!(
            f,
            ", are {} threads for {cores} cores, and get into each other's way: set {by} to {fair}, with \
             `mpiexec -x NAME={fair} ..` (Open MPI) or `mpiexec -genv NAME {fair} ..` (MPICH)",
            ranks * threads
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Computer = Computer { ranks: 4, cores: 16 };

    fn asked(vars: &[(&str, &str)], usable: usize, loaded: &str) -> Option<String> {
        let var =
            |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
        HERE.asked(var, usable, loaded).map(|crowd| crowd.to_string())
    }

    #[test]
    fn the_ranks_here_are_read_from_the_launcher() {
        let read = |name: &str, value: &str| {
            Computer::read(|known| (known == name).then(|| value.to_string()), 8).map(|here| here.ranks)
        };
        assert_eq!(read("OMPI_COMM_WORLD_LOCAL_SIZE", "4"), Some(4));
        assert_eq!(read("MPI_LOCALNRANKS", "2"), Some(2));
        assert_eq!(read("MPI_LOCALNRANKS", "1"), None);
        assert_eq!(read("PATH", "4"), None);
    }

    #[test]
    fn what_fits_is_not_spoken_of() {
        assert_eq!(asked(&[], 16, "/lib/libc.so.6"), None);
        assert_eq!(asked(&[("OMP_NUM_THREADS", "4")], 16, "/lib/libgomp.so.1"), None);
        assert_eq!(asked(&[("OMP_NUM_THREADS", "1")], 16, "/lib/libopenblas.so.0"), None);
        // Bound to one core each, a library starts one thread.
        assert_eq!(asked(&[], 1, "/lib/libgomp.so.1"), None);
        assert_eq!(HERE.counted(4), None);
    }

    #[test]
    fn what_is_too_much_is_named_with_what_to_set() {
        let told = asked(&[("RAYON_NUM_THREADS", "8")], 16, "").unwrap();
        assert!(
            told.contains("4 ranks on this computer, each with 8 threads (RAYON_NUM_THREADS=8)"),
            "{told}"
        );
        assert!(
            told.contains("are 32 threads for 16 cores") && told.contains("RAYON_NUM_THREADS to 4"),
            "{told}"
        );
        let told = asked(&[], 16, "/lib/libopenblas.so.0").unwrap();
        assert!(told.contains("each with 16 threads (OPENBLAS_NUM_THREADS is not set)"), "{told}");
        assert!(asked(&[("OMP_NUM_THREADS", "8,2")], 16, "").is_some());
        let told = HERE.counted(5).unwrap().to_string();
        assert!(told.contains("each with 5 threads of a library, are 20 threads"), "{told}");
    }
}
