//! Marks in a function that is not annotated itself.

fn total(values: &[u32]) -> u32 {
    let mut total = 0;
    #[parallel]
    for value in values {
        total += value;
    }
    total
}

fn with_the_attribute_in_scope(values: &[u32]) -> u32 {
    use dlp::parallel;
    let mut total = 0;
    #[parallel]
    for value in values {
        total += value;
    }
    total
}

fn in_order(values: &[u32]) -> u32 {
    let mut total = 0;
    for value in values {
        #[serial]
        {
            total += value;
        }
    }
    total
}

fn main() {}
