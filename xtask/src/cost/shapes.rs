#[dlp::parallel]
pub fn square_roots(values: &[f64]) -> Vec<f64> {
    let mut roots = Vec::new();
    for value in values {
        let root = value.abs().sqrt();
        roots.push(root);
    }
    roots
}

#[dlp::parallel(strategy = "block")]
pub fn mean(values: &[f64]) -> f64 {
    let mut total = 0.0;
    for value in values {
        total += value.sin().powi(2);
    }
    total / values.len() as f64
}

#[dlp::parallel(gather = "root")]
pub fn count_long(lines: &[String], limit: usize) -> usize {
    let mut count = 0_usize;
    for line in lines {
        let words = line.split_whitespace().filter(|word| word.len() > limit).count();
        if words > 0 {
            count += words;
        }
    }
    count
}

#[dlp::parallel]
pub fn word_counts(lines: &[String]) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for line in lines {
        for word in line.split(' ') {
            *counts.entry(word.to_lowercase()).or_insert(0) += 1;
        }
    }
    counts
}

#[dlp::parallel]
pub fn parsed(lines: &[String]) -> Result<Vec<i64>, ParseIntError> {
    let mut numbers = Vec::with_capacity(lines.len());
    for line in lines {
        let number: i64 = line.trim().parse()?;
        numbers.push(number * 2);
    }
    Ok(numbers)
}

#[dlp::parallel(chunk = 4)]
pub fn first_large(values: &[f64], limit: f64) -> Option<(usize, f64)> {
    let mut found = None;
    for (at, value) in values.iter().enumerate() {
        let size = value.abs().ln_1p();
        if size > limit {
            found = Some((at, size));
            break;
        }
    }
    found
}

#[dlp::parallel]
pub fn report(rows: &[Row]) -> f64 {
    let mut heaviest = 0.0_f64;
    for row in rows {
        let weight = row.values.iter().sum::<f64>() * row.scale;
        println!("{}: {weight:.3}", row.name);
        heaviest = heaviest.max(weight);
    }
    heaviest
}

#[dlp::parallel]
pub fn distinct(lines: &[String], limit: usize) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for line in lines {
        let key = line.trim().to_uppercase();
        #[serial]
        {
            if kept.len() == limit {
                break;
            }
            if seen.insert(key.clone()) {
                kept.push(key);
            }
        }
    }
    kept
}

#[dlp::parallel]
pub fn norms(rows: &[Row]) -> Vec<f64> {
    rows.iter().map(|row| row.values.iter().map(|x| x * x).sum::<f64>().sqrt()).filter(|norm| *norm > 1.0).collect()
}

#[dlp::parallel]
pub fn line_fit(points: &[(f64, f64)], steps: u32) -> (f64, f64) {
    let mut slope = 0.0;
    for _ in 0..steps {
        let mut gradient = 0.0;
        #[parallel]
        for (x, y) in points {
            gradient += (slope * x - y) * x;
        }
        slope -= 0.1 * gradient;
    }
    let mut error = 0.0;
    #[parallel(strategy = "round_robin")]
    for (x, y) in points {
        error += (slope * x - y).powi(2);
    }
    (slope, error)
}

#[dlp::parallel]
pub fn summarise(summary: &mut Summary, rows: &[Row]) {
    for row in rows {
        let total = row.values.iter().sum::<f64>();
        let name = row.name.to_lowercase();
        summary.total += total;
        summary.names.push(name);
    }
}

#[dlp::parallel]
pub fn relax(grid: &mut [f64], old: &[f64]) {
    for (at, cell) in grid.iter_mut().enumerate() {
        let next = old.get(at + 1).copied().unwrap_or_default();
        *cell = 0.5 * (*cell + next);
    }
}
