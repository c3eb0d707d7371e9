//! The marks of a later version.

#[dlp::parallel]
fn marked(values: &[u32]) -> u32 {
    let mut total = 0;
    #[parallel]
    for value in values {
        #[serial]
        {
            total += value;
        }
    }
    total
}

fn main() {
    println!("{}", marked(&[1]));
}
