//! Every example, at 1 to 4 ranks under `mpiexec`, against its serial run.
#![cfg(feature = "mpi")]

mod common;

use common::{RANKS, alone, bad, good, ranks, sorted, threads};
use xtask::Job;

/// The same standard output as alone, byte for byte, with every strategy where the program has an annotated loop.
fn same_as_alone(name: &str, args: &[&str], strategies: &[&str]) {
    let expected = good(&alone(name).args(args));
    for count in RANKS {
        assert_eq!(good(&ranks(count, name).args(args)), expected, "{name} at {count} ranks");
        for strategy in strategies {
            let job = ranks(count, name).args(args).env("DLP_STRATEGY", strategy);
            assert_eq!(good(&job), expected, "{name} at {count} ranks, {strategy}");
        }
    }
}

const STRATEGIES: [&str; 4] = ["managed", "round_robin", "block", "serial"];

#[test]
fn front_page() {
    assert_eq!(good(&alone("front_serial")), "45\n");
    for name in ["front_loop", "front_function"] {
        same_as_alone(name, &[], &[]);
    }
    same_as_alone("front_attribute", &[], &STRATEGIES);
}

#[test]
fn word_count_of_this_repository() {
    same_as_alone("word_count", &[concat!(env!("CARGO_MANIFEST_DIR"), "/dlp-core")], &STRATEGIES);
}

#[test]
fn word_count_says_what_it_leaves_out_and_stops_where_there_is_nothing() {
    let dir = std::env::temp_dir().join(format!("dlp-word-count-{}", std::process::id()));
    std::fs::create_dir_all(dir.join("deep")).unwrap();
    std::fs::write(dir.join("a.txt"), "one two two\n").unwrap();
    std::fs::write(dir.join("b.bin"), [0xff, 0xfe, 0]).unwrap();
    std::fs::write(dir.join("deep/c.txt"), "Two three\n").unwrap();
    let dir_arg = dir.to_str().unwrap();
    same_as_alone("word_count", &[dir_arg], &[]);
    let told = good(&ranks(3, "word_count").arg(dir_arg));
    assert!(told.contains("b.bin"), "{told}");
    std::fs::remove_dir_all(&dir).unwrap();

    for job in [ranks(3, "word_count"), alone("word_count"), threads(3, "word_count")] {
        let outcome = bad(&job.arg(dir_arg));
        assert_eq!(outcome.stdout_text(), "", "{outcome}");
        assert!(outcome.stderr_text().contains(dir_arg), "{outcome}");
    }
}

#[test]
fn parameter_search() {
    same_as_alone("parameter_search", &["--quick"], &["round_robin"]);
}

/// What these five print names the rank that prints it; what does not is the same.
fn by_rank(name: &str, expected: impl Fn(usize) -> Vec<String>) {
    let check = |job: &Job, count: usize| {
        let (told, mut expected) = (good(job), expected(count));
        expected.sort_unstable();
        assert_eq!(sorted(&told), expected, "{name} at {count} ranks");
    };
    check(&alone(name), 1);
    for count in RANKS {
        check(&ranks(count, name), count);
        check(&threads(count, name), count);
    }
}

#[test]
fn mpi_1_rank_and_size() {
    by_rank("mpi_1_rank_and_size", |size| {
        (0..size).map(|rank| format!("rank={rank}, size={size}")).collect()
    });
}

#[test]
fn mpi_2_broadcast_data() {
    let data = r#"data=Data { key1: (7, 2.72, Complex { re: 2.0, im: 3.0 }), key2: ["abc", "xyz"] }"#;
    by_rank("mpi_2_broadcast_data", |size| {
        (0..size).map(|rank| format!("rank={rank}, size={size}, {data}")).collect()
    });
}

#[test]
fn mpi_3_gather_data() {
    by_rank("mpi_3_gather_data", |size| {
        let all: Vec<&str> = (0..size).map(|rank| *["hello", "world"].get(rank).unwrap_or(&"!")).collect();
        let told = |rank| if rank == 0 { format!("{:?}", Some(&all)) } else { "None".to_string() };
        (0..size).map(|rank| format!("rank={rank}, size={size}, data={}", told(rank))).collect()
    });
}

#[test]
fn mpi_4_scatter_gather() {
    by_rank("mpi_4_scatter_gather", |size| {
        let share = |rank: usize| (10..14).skip(rank).step_by(size);
        let splits: Vec<Vec<i32>> =
            (0..size).map(|rank| share(rank).map(|data| 2 * data).collect()).collect();
        let flat: Vec<i32> = splits.iter().flatten().copied().collect();
        (0..size)
            .flat_map(|rank| share(rank).map(move |data| format!("rank={rank}, size={size}, data={data}")))
            .chain([format!("job splits: {splits:?}"), format!("flat result: {flat:?}")])
            .collect()
    });
}

#[test]
fn mpi_5_map_unordered() {
    let check = |job: &Job, count: usize| {
        let told = good(job);
        let (lines, lists): (Vec<&str>, Vec<&str>) =
            told.lines().partition(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        assert_eq!(lists.len(), 4, "{told}");
        let mut letters: Vec<char> =
            lists.iter().find(|line| line.starts_with('[')).unwrap().chars().collect();
        letters.retain(char::is_ascii_lowercase);
        letters.sort_unstable();
        assert_eq!(letters, ['e', 'h', 'l', 'l', 'o'], "{told}");
        assert!(told.contains("['h', 'e', 'l', 'l', 'o']"), "{told}");
        // Each index once on some rank, and once more on the root.
        let mut calls: Vec<&str> = lines.iter().map(|line| line.split_once(' ').unwrap().1).collect();
        calls.sort_unstable();
        assert_eq!(calls, ["0 h", "0 h", "1 e", "1 e", "2 l", "2 l", "3 l", "3 l", "4 o", "4 o"], "{told}");
        assert!(lines.iter().all(|line| line.split_once(' ').unwrap().0.parse::<usize>().unwrap() < count));
    };
    check(&alone("mpi_5_map_unordered"), 1);
    for count in RANKS {
        check(&ranks(count, "mpi_5_map_unordered"), count);
        check(&threads(count, "mpi_5_map_unordered"), count);
    }
}
