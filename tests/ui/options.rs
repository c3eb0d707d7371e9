//! Every wrong option is reported at once, and nothing else: the functions are there.

#[dlp::parallel(stratgey = "managed", priority = 3)]
fn unknown_options() {
    for _ in 0..3 {}
}

#[dlp::parallel(strategy = "roundrobin", gather = "rot", manager = "busy")]
fn unknown_values() {
    for _ in 0..3 {}
}

#[dlp::parallel(strategy = 3, chunk = "many", gather = root, crate = "1")]
fn values_of_the_wrong_kind() {
    for _ in 0..3 {}
}

#[dlp::parallel(strategy, chunk = 0, reorder = "yes", crate = dlp)]
fn no_values() {
    for _ in 0..3 {}
}

#[dlp::parallel(chunk = 2, chunk = 3)]
fn given_twice() {
    for _ in 0..3 {}
}

#[dlp::parallel(strategy = "block", chunk = 8)]
fn shares_and_chunks() {
    for _ in 0..3 {}
}

#[dlp::parallel(strategy = "serial", chunk = 8)]
fn one_rank_and_chunks() {
    for _ in 0..3 {}
}

#[dlp::parallel("managed")]
fn without_a_name() {
    for _ in 0..3 {}
}

#[dlp::parallel(strategy("managed"))]
fn without_an_equals_sign() {
    for _ in 0..3 {}
}

const NOT_A_STRATEGY: u8 = 3;

#[dlp::parallel(strategy = NOT_A_STRATEGY)]
fn a_constant_of_another_type() {
    for _ in 0..3 {}
}

fn main() {
    unknown_options();
    unknown_values();
    not_available_yet();
    values_of_the_wrong_kind();
    no_values();
    given_twice();
    shares_and_chunks();
    one_rank_and_chunks();
    without_a_name();
    without_an_equals_sign();
    a_constant_of_another_type();
}
