//! Values that cannot travel.

#[derive(Clone, Debug)]
struct Opaque(u32);

#[dlp::parallel]
fn computed(values: &[u32]) -> Vec<Opaque> {
    let mut all = Vec::new();
    for value in values {
        let opaque = Opaque(value + 1);
        all.push(opaque);
        all.push(Opaque(value + 2));
        all.insert(0, opaque_of(*value));
    }
    all
}

fn opaque_of(value: u32) -> Opaque {
    Opaque(value)
}

#[dlp::parallel]
fn generic<T: Clone>(values: &[T]) -> Vec<T> {
    let mut all = Vec::new();
    for value in values {
        all.push(value.clone());
        let copy = value.clone();
        all.push(copy);
    }
    all
}

fn main() {
    println!("{:?}", computed(&[1]));
    println!("{:?}", generic(&[1]));
}
