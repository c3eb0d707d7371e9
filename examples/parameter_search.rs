//! A parameter search on real data: random forests that tell handwritten digits apart, over a grid of
//! parameters whose points take very unequal time.
//!
//! The data are the 1,797 images of 8 x 8 pixels that the crate `smartcore` carries (E. Alpaydin and C. Kaynak,
//! Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998). One iteration is one point of the
//! grid: it trains and tests a forest for each of three folds. A forest of 64 deep trees takes a hundred times as
//! long as one of 2 shallow trees, so that equal shares would leave most ranks idle; a manager does not.
//!
//! ```text
//! cargo run --release --example parameter_search
//! mpiexec -np 4 target/release/examples/parameter_search
//! mpiexec -np 4 target/debug/examples/parameter_search --quick
//! ```

use std::process::ExitCode;

use smartcore::dataset::{Dataset, digits};
use smartcore::ensemble::random_forest_classifier::{
    RandomForestClassifier, RandomForestClassifierParameters,
};
use smartcore::error::Failed;
use smartcore::linalg::basic::matrix::DenseMatrix;

/// The images are dealt out to so many folds; each is the test set once.
const FOLDS: usize = 3;

/// A point of the grid.
#[derive(Clone, Copy, Debug)]
struct Point {
    trees: u16,
    depth: u16,
}

/// The rows of the images that `chosen` picks, with the digits that they show.
fn rows(
    data: &Dataset<f32, f32>,
    chosen: impl Fn(usize) -> bool,
) -> Result<(DenseMatrix<f32>, Vec<u32>), Failed> {
    let picked: Vec<usize> = (0..data.num_samples).filter(|&row| chosen(row)).collect();
    let pixels: Vec<&[f32]> =
        picked.iter().map(|row| &data.data[row * data.num_features..][..data.num_features]).collect();
    let digits = picked.iter().map(|&row| data.target[row] as u32).collect();
    Ok((DenseMatrix::from_2d_array(&pixels)?, digits))
}

/// How many test images the forests of a point get right, over all folds.
fn score(data: &Dataset<f32, f32>, point: Point) -> Result<usize, Failed> {
    let mut right = 0;
    for fold in 0..FOLDS {
        let (train, known) = rows(data, |row| row % FOLDS != fold)?;
        let (test, expected) = rows(data, |row| row % FOLDS == fold)?;
        let parameters = RandomForestClassifierParameters::default()
            .with_n_trees(point.trees)
            .with_max_depth(point.depth)
            .with_seed(1);
        let forest = RandomForestClassifier::fit(&train, &known, parameters)?;
        right += forest.predict(&test)?.iter().zip(&expected).filter(|(found, digit)| found == digit).count();
    }
    Ok(right)
}

/// Scores every point of the grid, in the order of the grid; a point that fails says why.
#[dlp::parallel(strategy = "managed", chunk = 1)]
fn search(data: &Dataset<f32, f32>, grid: &[Point]) -> Vec<Result<usize, String>> {
    let mut scores = Vec::new();
    for &point in grid {
        let score = score(data, point).map_err(|error| error.to_string());
        scores.push(score);
    }
    scores
}

#[dlp::main]
fn main() -> ExitCode {
    let quick = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [only] if only == "--quick" => true,
        _ => {
            dlp::eprintln!("usage: parameter_search [--quick]");
            return ExitCode::from(2);
        }
    };
    let (trees, depths): (&[u16], &[u16]) =
        if quick { (&[1, 4], &[2, 5]) } else { (&[2, 4, 8, 16, 32, 64], &[2, 4, 8, 16]) };
    let grid: Vec<Point> =
        trees.iter().flat_map(|&trees| depths.iter().map(move |&depth| Point { trees, depth })).collect();
    let data = digits::load_dataset();

    let scores = search(&data, &grid);

    dlp::println!("trees  depth  accuracy of {} images", data.num_samples);
    let mut best = None;
    for (Point { trees, depth }, score) in grid.iter().zip(&scores) {
        match score {
            Ok(right) => {
                dlp::println!("{trees:>5}  {depth:>5}  {:.4}", *right as f64 / data.num_samples as f64);
                best = best.max(Some((*right, std::cmp::Reverse((*trees, *depth)))));
            }
            Err(error) => dlp::println!("{trees:>5}  {depth:>5}  {error}"),
        }
    }
    let Some((right, std::cmp::Reverse((trees, depth)))) = best else {
        dlp::eprintln!("no point of the grid could be scored");
        return ExitCode::FAILURE;
    };
    dlp::println!("best: {trees} trees of depth {depth}, {right} right");
    ExitCode::SUCCESS
}
