//! What the `DLP_*` variables ask for. Those of the root hold on every rank: it sends them along when ranks
//! meet at a loop, because launchers do not hand the environment to other nodes.

use serde::{Deserialize, Serialize};

use crate::encoding::{decode, encode};
use crate::schedule::Chunk;
use crate::site::Strategy;
use crate::wire::Payload;

/// The settings of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `DLP_STRATEGY`: overrides the strategy of every annotated loop.
    pub strategy: Option<Strategy>,
    /// `DLP_CHUNK`: overrides how many iterations of every annotated loop are handed out at a time.
    pub chunk: Option<Chunk>,
    /// `DLP_VERIFY=1`: the root also runs every iteration itself, and compares.
    pub verify: bool,
    /// `DLP_SUMMARY=1`: the root says at the end what each rank did.
    pub summary: bool,
    /// `DLP_RANKS=N`: this many ranks as threads of one process.
    pub ranks: Option<usize>,
}

/// What of it travels.
#[derive(Serialize, Deserialize)]
struct Shared {
    strategy: Option<String>,
    /// 0 for an automatic chunk.
    chunk: Option<u64>,
    verify: bool,
}

impl Settings {
    /// Reads the environment through `var`.
    ///
    /// # Errors
    /// Names the variable, what is wrong with its value and what would be right.
    pub fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let strategy = match var("DLP_STRATEGY").as_deref() {
            None | Some("") => None,
            Some(name) => Some(name.parse().map_err(|why| format!("`DLP_STRATEGY`: {why}"))?),
        };
        let chunk = match var("DLP_CHUNK").as_deref() {
            None | Some("") => None,
            Some("auto") => Some(Chunk::Auto),
            Some(count) => {
                let count = count.trim().parse().ok().filter(|&count| count > 0);
                Some(Chunk::Fixed(count.ok_or_else(|| {
                    format!(
                        "`DLP_CHUNK` is `{}`, expected a number of iterations, 1 or more, or `auto`",
                        var("DLP_CHUNK").unwrap_or_default()
                    )
                })?))
            }
        };
        let flag = |name: &str| match var(name).as_deref() {
            None | Some("" | "0") => Ok(false),
            Some("1") => Ok(true),
            Some(other) => Err(format!("`{name}` is `{other}`, expected `1` or `0`")),
        };
        let (verify, summary) = (flag("DLP_VERIFY")?, flag("DLP_SUMMARY")?);
        let ranks = match var("DLP_RANKS").as_deref() {
            None | Some("") => None,
            Some(count) => Some(count.trim().parse().ok().filter(|&count| count > 0).ok_or_else(|| {
                format!("`DLP_RANKS` is `{count}`, expected the number of ranks to run as threads, 1 or more")
            })?),
        };
        Ok(Self { strategy, chunk, verify, summary, ranks })
    }

    /// What the other ranks need to know, as bytes.
    pub fn share(&self) -> Payload {
        let mut bytes = vec![];
        let strategy = self.strategy.map(|strategy| strategy.to_string());
        let chunk = self.chunk.map(|chunk| chunk.fixed().unwrap_or(0));
        encode(&Shared { strategy, chunk, verify: self.verify }, &mut bytes);
        bytes.into()
    }

    /// These settings, overridden by what the root shares.
    ///
    /// # Errors
    /// If the bytes are not what [`Settings::share`] makes.
    pub fn adopt(&self, shared: &[u8]) -> Result<Self, String> {
        let Shared { strategy, chunk, verify } = decode(shared)?;
        let strategy = strategy.map(|name| name.parse()).transpose()?;
        let chunk = chunk.map(|count| if count == 0 { Chunk::Auto } else { Chunk::Fixed(count) });
        Ok(Self { strategy, chunk, verify, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Settings, String> {
        Settings::read(|known| (known == name).then(|| value.to_string()))
    }

    #[test]
    fn good_values_are_read_and_shared() {
        let settings = read("DLP_STRATEGY", "round_robin").unwrap();
        assert_eq!(settings.strategy, Some(Strategy::RoundRobin));
        assert_eq!(Settings::default().adopt(&settings.share()), Ok(settings));
        assert_eq!(read("DLP_RANKS", "3").unwrap().ranks, Some(3));
        for (value, chunk) in [("auto", Chunk::Auto), ("7", Chunk::Fixed(7))] {
            let settings = read("DLP_CHUNK", value).unwrap();
            assert_eq!(settings.chunk, Some(chunk));
            assert_eq!(Settings::default().adopt(&settings.share()), Ok(settings));
        }
        let settings = read("DLP_VERIFY", "1").unwrap();
        assert!(settings.verify && Settings::default().adopt(&settings.share()).unwrap().verify);
        assert!(read("DLP_SUMMARY", "1").unwrap().summary);
        assert_eq!(read("PATH", "x"), Ok(Settings::default()));
    }

    #[test]
    fn bad_values_name_the_variable_and_what_is_valid() {
        let why = read("DLP_STRATEGY", "foo").unwrap_err();
        assert!(
            why.contains("DLP_STRATEGY") && why.contains("`foo`") && why.contains("`round_robin`"),
            "{why}"
        );
        for ranks in ["0", "-1", "many"] {
            assert!(read("DLP_CHUNK", ranks).unwrap_err().contains("1 or more"));
            assert!(read("DLP_RANKS", ranks).unwrap_err().contains("1 or more"));
        }
        assert!(read("DLP_SUMMARY", "yes").is_err() && read("DLP_VERIFY", "yes").is_err());
    }
}
