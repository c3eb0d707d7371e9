//! What `#[dlp::main]` cannot stand on.

#[dlp::main]
fn start() {}

#[dlp::main(ranks = 3)]
async fn main(arguments: Vec<String>) {
    drop(arguments);
}

#[dlp::main]
mod program {}
