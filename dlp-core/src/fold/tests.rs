use super::*;
use std::fmt::Debug;

/// What one folded by `O` comes to, as bytes.
fn folded<T: Folds<O>, O>(values: &[T]) -> Vec<u8> {
    let (state, mut bytes) = (State::default(), vec![]);
    T::start(&state);
    values.iter().for_each(|value| value.take_in(&state));
    T::write(&state, &mut bytes);
    bytes
}

/// The values with which the statement is run.
fn steps<T: Folds<O>, O>(values: &[T]) -> Vec<T> {
    let mut bytes = folded::<T, O>(values);
    bytes.push(7);
    let (steps, rest) = T::read(&bytes).unwrap();
    assert_eq!(rest, [7]);
    steps.collect()
}

/// From `start`, one after another: `None` where it overflows.
fn checked(start: i8, values: &[i8]) -> Option<i8> {
    values.iter().try_fold(start, |sum, value| sum.checked_add(*value))
}

#[test]
fn a_sum_overflows_where_the_serial_one_does_and_ends_where_it_does() {
    // Every list of up to four of these, from every start.
    let some = [-128, -127, -100, -1, 0, 1, 28, 100, 127];
    let mut lists = vec![vec![]];
    for length in 0..4 {
        let longer: Vec<Vec<i8>> = lists
            .iter()
            .filter(|list| list.len() == length)
            .flat_map(|list| some.map(|value| [&list[..], &[value]].concat()))
            .collect();
        lists.extend(longer);
    }
    for list in lists {
        let steps = steps::<i8, by::Sum>(&list);
        for start in i8::MIN..=i8::MAX {
            assert_eq!(checked(start, &steps), checked(start, &list), "{start} and {list:?} by {steps:?}");
            let wrapped = |values: &[i8]| values.iter().fold(start, |sum, value| sum.wrapping_add(*value));
            assert_eq!(wrapped(&steps), wrapped(&list), "{start} and {list:?}");
        }
    }
}

#[test]
fn a_long_way_is_taken_in_few_steps() {
    for value in [127, -128] {
        let list = vec![value; 1000];
        let steps = steps::<i8, by::Sum>(&list);
        assert!(steps.len() < 10, "{steps:?}");
        assert!((i8::MIN..=i8::MAX).all(|start| checked(start, &steps).is_none()));
        assert_eq!(
            steps.iter().fold(0_i8, |a, b| a.wrapping_add(*b)),
            list.iter().fold(0_i8, |a, b| a.wrapping_add(*b))
        );
    }
    assert_eq!(steps::<u64, by::Sum>(&[u64::MAX, 3]), [u64::MAX, 3]);
    assert_eq!(steps::<u8, by::Sum>(&[200, 100]), [255, 45]);
    assert_eq!(steps::<i64, by::Sum>(&[i64::MIN, 5]), [-i64::MAX, -1, 5]);
}

#[test]
fn what_has_no_order_is_one_value() {
    assert_eq!(steps::<u32, by::Max>(&[3, 9, 4]), [9]);
    assert_eq!(steps::<i128, by::Min>(&[3, -9, i128::MAX]), [-9]);
    assert_eq!(steps::<u128, by::Max>(&[1, u128::MAX]), [u128::MAX]);
    assert_eq!(steps::<u8, by::And>(&[0b110, 0b011]), [0b010]);
    assert_eq!(steps::<i16, by::Xor>(&[-1, 5]), [-6]);
    assert_eq!(steps::<bool, by::Or>(&[false, true]), [true]);
    assert_eq!(steps::<i32, by::WrappingSum>(&[i32::MAX, 1]), [i32::MIN]);
    assert_eq!(steps::<u8, by::WrappingProduct>(&[16, 17]), [16]);
    assert_eq!(steps::<f64, by::LooseSum>(&[0.1, 0.2, 0.3]), [0.1 + 0.2 + 0.3]);
    assert_eq!(steps::<f32, by::LooseProduct>(&[0.5, 3.0]), [1.5]);
}

#[test]
fn the_statement_is_run_also_where_it_does_nothing() {
    assert_eq!(steps::<u64, by::Sum>(&[0, 0]), [0]);
    assert_eq!(steps::<i64, by::Sum>(&[5, -5]), [5, -5], "it may overflow on the way");
    assert_eq!(steps::<u8, by::Min>(&[255]), [255]);
    assert_eq!(steps::<bool, by::And>(&[true]), [true]);
    assert_eq!(steps::<f64, by::LooseSum>(&[-0.0])[0].to_bits(), (-0.0_f64).to_bits());
    assert_eq!(steps::<f64, by::LooseSum>(&[0.0])[0].to_bits(), 0.0_f64.to_bits());
}

#[test]
fn sums_of_any_size_have_room() {
    assert_eq!(steps::<u64, by::Sum>(&[u64::MAX, 1, u64::MAX]), [u64::MAX, u64::MAX, 1]);
    let both = [i64::MAX, i64::MAX, i64::MIN, i64::MIN, 1];
    assert_eq!(steps::<i64, by::Sum>(&both), [i64::MAX, i64::MAX, -i64::MAX, -i64::MAX, -2, 1]);
    let many = vec![usize::MAX; 300];
    let list = steps::<usize, by::Sum>(&many);
    assert_eq!(
        list.iter().fold(0_usize, |a, b| a.wrapping_add(*b)),
        many.iter().fold(0_usize, |a, b| a.wrapping_add(*b))
    );
}

#[test]
fn what_no_fold_wrote_is_an_error() {
    fn refused<T: Folds<by::Sum> + Debug>(sum: i128, low: i128, high: i128) {
        let bytes = postcard::to_stdvec(&(sum, low, high)).unwrap();
        assert!(T::read(&bytes).is_err(), "{sum} between {low} and {high}");
    }
    refused::<i32>(1, 1, 1);
    refused::<i32>(-1, -1, -1);
    refused::<i32>(5, 0, 4);
    refused::<i32>(-5, -4, 0);
    refused::<i32>(0, i128::MIN, 0);
    refused::<i32>(0, 0, i128::MAX);
    refused::<u32>(-1, -1, 0);
    refused::<u32>(1, 0, 2);
    assert!(<i32 as Folds<by::Sum>>::read(&[2, 0]).is_err(), "cut short");
    assert!(<u16 as Folds<by::Max>>::read(&[2]).is_err(), "cut short");
}

macro_rules! fold {
    ($place:expr, $value:expr, $by:expr) => {{
        let (place, value) = ($place, $value);
        let fold = &Fold::of(&place, 3, $by);
        if (&&&*fold).dlp_on() {
            (&&&*fold).dlp_add(&value);
        }
        let folding: Option<&dyn Folding> = (&&&*fold).dlp_folding();
        let folds = AllFolds::new([folding], false);
        folds.start();
        if (&&&*fold).dlp_on() {
            (&&&*fold).dlp_add(&value);
            (&&&*fold).dlp_add(&value);
        }
        let mut draft = Draft::of(0);
        draft.close(0);
        folds.flush(&mut draft);
        folds.flush(&mut draft);
        let bytes = draft.record().take();
        let mut reader = Reader::new(&bytes);
        reader.site().map(|site| {
            let mut place = place;
            for step in (&&&*fold).dlp_steps(&mut reader) {
                place += (&&&*fold).dlp_step(&step);
            }
            assert!(reader.is_empty());
            (site, place)
        })
    }};
}

#[test]
fn the_type_says_whether_values_are_folded() {
    assert_eq!(fold!(1_u8, 2, by::Sum), Some((3, 5)));
    assert_eq!(fold!(1_i64, &-20, by::Sum), Some((3, -39)));
    assert_eq!(fold!(1, 2, by::Sum), Some((3, 5)));
    assert_eq!(fold!(1.0, 2.0, by::Sum), None);
    assert_eq!(fold!(1.0_f32, 2.0, by::LooseSum), Some((3, 5.0)));
    assert_eq!(fold!(1_u128, 2, by::Sum), None);
    assert_eq!(fold!(String::from("a"), "b", by::Sum), None);
    fn generic<T: Copy + std::ops::AddAssign + PartialEq + Debug>(value: T) {
        assert_eq!(fold!(value, value, by::Sum), None);
    }
    generic(1_u8);
}
