//! `gather = "root"` where it cannot be.

use std::process::ExitCode;

#[dlp::parallel(gather = "root")]
fn main() -> ExitCode {
    let mut total = 0;
    for x in 0..3 {
        total += x;
    }
    assert_eq!(total, 3);
    ExitCode::SUCCESS
}

type Outcome = Result<u32, std::num::ParseIntError>;

#[dlp::parallel(gather = "root")]
pub fn not_spelt_out(text: &str) -> Outcome {
    let mut total: u32 = text.parse()?;
    for x in 0..3 {
        total += x;
    }
    Ok(total)
}

#[dlp::parallel(gather = "root")]
pub fn followed(more: bool) -> u32 {
    let mut total = 0;
    if more {
        for x in 0..3 {
            total += x;
        }
        total *= 2;
    }
    total
}

#[dlp::parallel(gather = "root")]
pub fn in_the_value() -> u32 {
    let mut total = 0;
    {
        for x in 0..3 {
            total += x;
        }
        total
    }
}
