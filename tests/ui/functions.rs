//! What the attribute cannot stand on.

#[dlp::parallel]
async fn suspended() -> u32 {
    let mut total = 0;
    for x in 0..3 {
        total += std::future::ready(x).await;
    }
    total
}

#[dlp::parallel]
const fn in_the_compiler() {
    let mut x = 0;
    while x < 3 {
        x += 1;
    }
}

#[dlp::parallel]
extern "C" fn from_outside() {
    for _ in 0..3 {}
}

#[dlp::parallel]
struct NoFunction;

trait Declared {
    #[dlp::parallel]
    fn declared(&self);
}

fn main() {
    let _ = suspended();
    in_the_compiler();
    from_outside();
    let _ = NoFunction;
}
