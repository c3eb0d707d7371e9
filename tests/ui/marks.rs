//! Marks that stand where they cannot, or say what they cannot.

#[dlp::parallel]
fn on_no_loop(values: &[u32]) -> u32 {
    #[parallel]
    let mut total = 0;
    #[parallel]
    for value in values {
        total += value;
    }
    #[dlp::parallel]
    while total > 3 {
        total /= 2;
    }
    total
}

#[dlp::parallel]
fn one_in_another(rows: &[Vec<u32>]) -> u32 {
    let mut total = 0;
    #[parallel]
    for row in rows {
        #[parallel]
        for value in row {
            total += value;
        }
    }
    total
}

#[dlp::parallel]
fn in_a_closure(values: &[u32]) -> u32 {
    let add = || {
        let mut total = 0;
        #[parallel]
        for value in values {
            total += value;
        }
        total
    };
    add()
}

#[dlp::parallel]
fn with_options(values: &[u32]) -> u32 {
    let mut total = 0;
    #[parallel(strategy = "blok", gather = "root")]
    for value in values {
        total += value;
    }
    #[parallel = "block"]
    for value in values {
        total += value;
    }
    #[parallel(chunk = 2, chunk = 3, crate = "dlp")]
    for value in values {
        total += value;
    }
    total
}

fn main() {
    println!("{}", on_no_loop(&[1]) + one_in_another(&[]) + in_a_closure(&[1]) + with_options(&[1]));
}
