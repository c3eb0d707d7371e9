//! What the attribute does not recognise, the compiler does: the parallel part may not write outside.

struct Counter(u32);

impl Counter {
    fn bump(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

#[dlp::parallel]
fn by_a_method_of_its_own(values: &[u32]) -> Vec<u32> {
    let mut counter = Counter(0);
    let mut all = vec![];
    for value in values {
        let number = counter.bump();
        all.push(number + value);
    }
    all
}

fn main() {
    println!("{:?}", by_a_method_of_its_own(&[1]));
}
