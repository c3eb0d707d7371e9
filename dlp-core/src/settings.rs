//! What the `DLP_*` variables ask for. Those of the root hold on every rank: it sends them along when ranks
//! meet at a loop, because launchers do not hand the environment to other nodes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::encoding::{decode, encode};
use crate::schedule::Chunk;
use crate::site::{Check, Strategy};
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
    /// `DLP_CHECK=full`: overrides how every annotated loop compares the ranks' input.
    pub check: Option<Check>,
    /// `DLP_LONGEST_MESSAGE=BYTES`: longer payloads go over MPI in pieces of so many bytes.
    pub longest_message: Option<usize>,
    /// `DLP_RANKS_PER_NODE=K`: so many ranks are a node, of those that share memory.
    pub ranks_per_node: Option<usize>,
    /// `DLP_STALL=60s`: after how long a silence to say who waits for whom.
    pub stall: Stall,
}

/// The longest message that can be asked for: MPI counts bytes up to 2^31 - 1.
pub const LONGEST_MESSAGE: usize = 1 << 30;

/// What to do about a silence while ranks wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stall {
    /// How long it has to last; `None` to say nothing.
    pub after: Option<Duration>,
    /// End the job then.
    pub abort: bool,
}

impl Default for Stall {
    /// Five minutes, and the job goes on.
    fn default() -> Self {
        Self { after: Some(Duration::from_secs(300)), abort: false }
    }
}

impl Stall {
    /// Reads `60s`, `5m`, `2h`, `500ms`, `off`, and the same with `,abort`.
    fn read(text: &str) -> Option<Self> {
        let (span, abort) = match text.trim().strip_suffix(",abort") {
            Some(span) => (span.trim(), true),
            None => (text.trim(), false),
        };
        if span == "off" && !abort {
            return Some(Self { after: None, abort });
        }
        let unit = span.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(span.len());
        let (number, unit) = span.split_at(unit);
        let number: u64 = number.parse().ok().filter(|&number| number > 0)?;
        let after = match unit.trim() {
            "ms" => Duration::from_millis(number),
            "" | "s" => Duration::from_secs(number),
            "m" | "min" => Duration::from_secs(number.checked_mul(60)?),
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            _ => return None,
        };
        Some(Self { after: Some(after), abort })
    }
}

/// The check of this name.
fn named(name: &str) -> Option<Check> {
    Check::NAMES.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
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
        let check = match var("DLP_CHECK").as_deref() {
            None | Some("") => None,
            Some(name) => Some(named(name).ok_or_else(|| {
                format!("`DLP_CHECK` is `{name}`, expected `sample`, `full` for all items, or `off`")
            })?),
        };
        let stall = match var("DLP_STALL").as_deref() {
            None | Some("") => Stall::default(),
            Some(text) => Stall::read(text).ok_or_else(|| {
                format!(
                    "`DLP_STALL` is `{text}`, expected a time such as `60s`, `5m` or `2h`, `60s,abort` to end the job then, \
                     or `off`"
                )
            })?,
        };
        let longest_message = match var("DLP_LONGEST_MESSAGE").as_deref() {
            None | Some("") => None,
            Some(bytes) => {
                let known = bytes.trim().parse().ok().filter(|bytes| (1..=LONGEST_MESSAGE).contains(bytes));
                Some(known.ok_or_else(|| {
                    format!("`DLP_LONGEST_MESSAGE` is `{bytes}`, expected a number of bytes, 1 to {LONGEST_MESSAGE}")
                })?)
            }
        };
        let ranks_per_node = match var("DLP_RANKS_PER_NODE").as_deref() {
            None | Some("") => None,
            Some(count) => Some(count.trim().parse().ok().filter(|&count| count > 0).ok_or_else(|| {
                format!("`DLP_RANKS_PER_NODE` is `{count}`, expected a number of ranks, 1 or more")
            })?),
        };
        Ok(Self { strategy, chunk, verify, summary, ranks, check, longest_message, ranks_per_node, stall })
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
        assert_eq!(read("DLP_RANKS_PER_NODE", "2").unwrap().ranks_per_node, Some(2));
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
    fn times_are_read_with_their_unit() {
        let stall = |text| read("DLP_STALL", text).map(|settings| settings.stall);
        let after = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(stall("60s").unwrap(), Stall { after: after(60), abort: false });
        assert_eq!(stall("5m,abort").unwrap(), Stall { after: after(300), abort: true });
        assert_eq!(stall("2h").unwrap().after, after(7200));
        assert_eq!(stall("250ms").unwrap().after, Some(Duration::from_millis(250)));
        assert_eq!(stall("off").unwrap().after, None);
        for wrong in ["0s", "soon", "5 days", "-1s", "off,abort", "60s,stop"] {
            assert!(stall(wrong).unwrap_err().contains("DLP_STALL"), "{wrong}");
        }
    }

    #[test]
    fn bad_values_name_the_variable_and_what_is_valid() {
        let why = read("DLP_STRATEGY", "foo").unwrap_err();
        assert!(
            why.contains("DLP_STRATEGY") && why.contains("`foo`") && why.contains("`round_robin`"),
            "{why}"
        );
        for ranks in ["0", "-1", "many"] {
            assert!(read("DLP_RANKS_PER_NODE", ranks).unwrap_err().contains("1 or more"));
            assert!(read("DLP_CHUNK", ranks).unwrap_err().contains("1 or more"));
            assert!(read("DLP_RANKS", ranks).unwrap_err().contains("1 or more"));
        }
        assert_eq!(read("DLP_CHECK", "full").unwrap().check, Some(Check::Full));
        assert!(read("DLP_CHECK", "all").unwrap_err().contains("`full`"));
        for bytes in ["0", "2147483648", "2 MiB"] {
            assert!(read("DLP_LONGEST_MESSAGE", bytes).unwrap_err().contains("1 to 1073741824"));
        }
        assert_eq!(read("DLP_LONGEST_MESSAGE", "1000").unwrap().longest_message, Some(1000));
        assert!(read("DLP_SUMMARY", "yes").is_err() && read("DLP_VERIFY", "yes").is_err());
    }
}
