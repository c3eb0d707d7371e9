//! Values of any size that tell what became of them, and how much memory that took.

/// Bytes that are wrong wherever they are moved or mixed.
pub(crate) fn pattern(bytes: usize, salt: u64) -> Vec<u8> {
    (0..bytes as u64).map(|at| byte(at, salt)).collect()
}

fn byte(at: u64, salt: u64) -> u8 {
    (at ^ (at >> 13) ^ salt.wrapping_mul(97)) as u8
}

/// Makes sure that a value is what was made.
pub(crate) fn check(value: &[u8], bytes: usize, salt: u64) {
    assert_eq!(value.len(), bytes);
    let wrong = (0..).zip(value).find(|&(at, &found)| found != byte(at, salt));
    assert!(wrong.is_none(), "of {bytes} bytes with number {salt}, this one is another one: {wrong:?}");
}

/// The most memory that this process has had, and how often the value's size that is.
pub(crate) fn peak(bytes: usize) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 =
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(f64::NAN);
    let peak = kilobytes * 1024.0;
    format!("at its peak {:.2} GiB, {:.2} times the value", peak / f64::from(1 << 30), peak / bytes as f64)
}
