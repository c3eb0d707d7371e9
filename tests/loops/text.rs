//! Text, and values that need wrapping.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use super::{same, work};

same! {
    write_text(5);
    print_what_is_taken(3);
    write_lines_through_a_reference(5);
    write_to_standard_output(3);
    text_pieces(5);
    temporaries_live_long_enough(5);
    captured_in_a_format_string(4);
    wrapped_values(4);
    stored_closures(4);
}

#[dlp::parallel]
fn print_what_is_taken(n: u32) -> (Vec<u32>, u32) {
    let (mut queue, mut count) = (vec![1, 2, 3], 0);
    println!("one: {:?}", queue.pop());
    for x in 0..n {
        println!("{x}");
        count += x;
    }
    let more = Some(4).map(|x| {
        print!("{}{x}", queue.pop().unwrap());
        x
    });
    println!();
    (queue, count + more.unwrap())
}

#[dlp::parallel]
fn write_text(n: u32) -> String {
    let mut text = String::new();
    for x in 0..n {
        let square = x * x;
        write!(text, "{x}:{square:>4}").unwrap();
        writeln!(text, " {:?} {y}", Some(x), y = square + 1).expect("a string takes everything");
        let _ = writeln!(text);
    }
    text
}

fn write_lines_through_a_reference(n: u32) -> (Vec<u8>, String) {
    #[dlp::parallel]
    fn into(out: &mut impl std::io::Write, text: &mut String, n: u32) {
        for x in 0..n {
            out.write_all(x.to_string().as_bytes()).unwrap();
            writeln!(out, "{}", work(x.into())).unwrap();
            text.write_str(&x.to_string()).unwrap();
        }
    }
    let (mut out, mut text) = (Vec::new(), String::new());
    into(&mut out, &mut text, n);
    (out, text)
}

#[dlp::parallel]
fn write_to_standard_output(n: u64) -> u64 {
    use std::io::{self, Write};
    let mut lines = 0;
    for x in 0..n {
        writeln!(io::stdout(), "{}", work(x)).unwrap();
        io::stdout().lock().write_all(b"line\n").unwrap();
        lines += 1;
    }
    lines
}

#[dlp::parallel]
fn text_pieces(n: usize) -> String {
    let mut text = String::from("pieces");
    let separator = ", ";
    for x in 0..n {
        let piece = x.to_string();
        text.push_str(separator);
        text.push_str(&piece);
        text.push_str(&format!("<{x}>"));
        text += &piece;
        text.push('.');
        text.push_str(piece.trim());
    }
    text
}

#[dlp::parallel]
fn temporaries_live_long_enough(n: usize) -> String {
    fn name(x: usize) -> String {
        format!(" {x} ")
    }
    let mut text = String::new();
    for x in 0..n {
        text.push_str(name(x).trim());
    }
    text
}

#[dlp::parallel]
fn closures_of(n: u32) -> Vec<Box<dyn Fn(u32) -> u32>> {
    let mut all: Vec<Box<dyn Fn(u32) -> u32>> = Vec::new();
    for x in 0..n {
        let y = x * 10;
        all.push(Box::new(move |z| x + y + z));
    }
    all
}

fn stored_closures(n: u32) -> Vec<u32> {
    closures_of(n).iter().map(|each| each(1)).collect()
}

#[dlp::parallel]
fn wrapped_values(n: u32) -> Vec<Rc<(u32, Box<u32>)>> {
    let mut all = Vec::new();
    for x in 0..n {
        let y = x + 1;
        all.push(Rc::new((x, Box::new(y * 2))));
    }
    all
}

#[dlp::parallel]
fn captured_in_a_format_string(n: u32) -> BTreeMap<u32, String> {
    let k = "outer";
    let mut map = BTreeMap::new();
    for x in 0..n {
        map.entry(x + 100).or_insert_with(|| format!("{k}"));
        let k = x * 2;
        map.entry(x).or_insert_with(|| format!("{k:>3} {x}"));
    }
    map
}
