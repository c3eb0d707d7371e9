//! `cargo xtask simulate`: how loops scale on machines that are not at hand, forecast with the project's own state machines.
//!
//! ```text
//! cargo xtask simulate                      the studies, into docs/scale.md and docs/scale/*.svg; some minutes
//! cargo xtask simulate --up-to 4096         up to so many ranks, for a first look: prints, and writes nothing
//! cargo xtask simulate --measure            measure this machine first, into docs/scale/machine.json
//! cargo xtask simulate --check              run real jobs, and compare with what is forecast for them
//! cargo xtask simulate --far 20             microseconds from node to node (2: InfiniBand or the like; 20: Ethernet)
//! ```
//!
//! The studies are the same, digit by digit, for the same `docs/scale/machine.json`; real jobs are not. What is printed is also
//! written into the page, between the lines that name it.

mod case;
mod check;
mod machine;
mod plot;
mod study;

use std::ffi::OsString;

use self::case::Forecaster;
use self::machine::Machine;
use crate::page::Page;
use crate::{Failure, setup};

/// What was asked for.
struct Request {
    measures: bool,
    checks: bool,
    up_to: Option<usize>,
    /// Microseconds.
    far: f64,
}

fn request(arguments: &[OsString]) -> Option<Request> {
    let mut request = Request { measures: false, checks: false, up_to: None, far: 2.0 };
    let mut words = arguments.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        match word? {
            "--measure" => request.measures = true,
            "--check" => request.checks = true,
            "--up-to" => request.up_to = Some(words.next()??.parse().ok()?),
            "--far" => request.far = words.next()??.parse().ok().filter(|far| *far >= 0.0)?,
            _ => return None,
        }
    }
    Some(request)
}

pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let request = request(arguments).ok_or(Failure::Usage)?;
    setup::ensure()?;
    let page = Page::new("scale.md");
    if request.measures {
        machine::measure()?.write()?;
    }
    let machine = Machine::read()?.with_far(request.far);
    let forecaster = Forecaster::build()?;
    let mut sections = vec![("machine", machine.table())];
    if request.checks {
        sections.push(("check", check::run(&forecaster, &machine)?));
    }
    // Real jobs are run by themselves: nothing else is to be on the machine.
    if request.measures || request.checks {
        return page.tell(&sections, true);
    }
    let study = study::run(&forecaster, &machine, request.up_to)?;
    sections.extend(study.tables());
    let whole = request.up_to.is_none() && request.far == 2.0;
    if whole {
        for (name, picture) in study.pictures() {
            page.write(&format!("scale/{name}.svg"), &picture)?;
        }
    }
    page.tell(&sections, whole)
}
