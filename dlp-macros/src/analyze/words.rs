//! What well-known methods and functions do, by name: the only thing about them that syntax can tell.
//!
//! A name that is missing here never makes a wrong answer: what changes a place outside the loop without being
//! recognised is rejected by the compiler, which sees it in a closure that may only read.

use syn::{Expr, ExprCall, Ident};

/// Methods that change what they are called on, where that is mutable.
const MUTATORS: &str = "\
    append as_mut as_mut_ptr as_mut_slice chunks_exact_mut chunks_mut clear clone_from \
    copy_from_slice dedup dedup_by dedup_by_key drain entry extend extend_from_slice fill \
    fill_bytes first_mut flush gen gen_bool gen_range get_mut get_or_insert get_or_insert_default \
    get_or_insert_with insert insert_str iter_mut last_mut make_mut next next_back next_u32 \
    next_u64 nth or_insert pop pop_back pop_first pop_front pop_last push push_back push_front \
    push_str push_within_capacity random random_bool random_iter random_range read_exact read_line \
    read_to_end read_to_string read_until recv remove remove_entry replace resize resize_with \
    retain retain_mut reverse rotate_left rotate_right seek shift_remove sort sort_by sort_by_key \
    sort_unstable sort_unstable_by sort_unstable_by_key split_at_mut split_first_mut split_last_mut \
    split_off swap swap_remove swap_with_slice take truncate values_mut write_all write_fmt \
    write_str";

/// Of those, the ones whose value is `()`, but for a number's `rotate_left`.
const UNIT_MUTATORS: &str = "\
    append clear copy_from_slice dedup dedup_by dedup_by_key extend extend_from_slice fill \
    insert_str push push_back push_front push_str resize resize_with retain retain_mut reverse \
    sort sort_by sort_by_key sort_unstable sort_unstable_by sort_unstable_by_key truncate";

/// Methods that hand out, through a shared reference, a way to change what they are called on, or change it.
const HANDLES: &str = "\
    borrow_mut compare_exchange compare_exchange_weak fetch_add fetch_and fetch_max fetch_min \
    fetch_nand fetch_or fetch_sub fetch_update fetch_xor lock send try_borrow_mut try_lock try_send \
    try_write";

/// Methods that change cells, locks and channels through a shared reference, and have names that others have as well.
const EXCHANGES: &str = "\
    recv recv_timeout replace replace_with set store swap take try_iter try_recv update write";

/// Methods that change what they are called on through a shared reference, if their value is not used.
const SILENT: &str = "\
    append clear extend extend_from_slice flush get_mut insert as_mut pop push push_back push_front \
    push_str put remove replace set store swap update write write_all write_fmt write_str";

/// Methods that only read, so that a call whose value is not used is no effect on what they are called on.
const READERS: &str = "\
    as_bytes as_ref as_slice as_str binary_search bytes chars chunks chunks_exact clone contains \
    contains_key first get is_empty iter keys last len lines range read split split_whitespace \
    to_owned to_string to_vec values windows";

/// Methods that do no work to speak of, so that it does not matter when they are called.
const HARMLESS: &str = "\
    abs as_bytes as_path as_ref as_slice as_str ceil clone cloned copied cos exp floor into \
    is_empty is_none is_some len ln log10 log2 max min powf powi round saturating_sub sin sqrt \
    to_lowercase to_owned to_string to_uppercase to_vec trim unwrap_or wrapping_add wrapping_mul \
    wrapping_sub";

/// Beside those and the ones that only read: what may stand under a condition on an accumulator.
const LIGHT: &str = "\
    abs_diff as_deref as_deref_mut as_mut checked_add checked_div checked_mul checked_sub cmp eq \
    expect ge gt hypot is_alphabetic is_alphanumeric is_err is_finite is_infinite is_nan \
    is_negative is_none_or is_numeric is_ok is_positive is_some_and is_uppercase is_lowercase le lt \
    map_or mul_add ne ok overflowing_add overflowing_sub partial_cmp pow peek rem_euclid \
    saturating_add saturating_mul signum starts_with ends_with tan then then_some total_cmp \
    trunc unsigned_abs unwrap unwrap_or_default wrapping_neg wrapping_div";

/// Methods of files, sockets and the like.
const WRITERS: &str = "\
    flush send send_to set_len shutdown sync_all sync_data write write_all write_at write_fmt write_str \
    write_vectored";

/// Functions that swap what two places hold.
const SWAPS: &str = "replace swap take";

/// Methods that give a part of what they are called on, or the same again.
const PARTS: &str = "\
    as_path as_ref as_slice as_str clone to_owned";

/// Methods that copy what their argument points to, and do not keep the reference.
const COPYING: &str = "\
    extend_from_slice push_str write_all write_str";

/// Methods that take a closure without a value.
const UNIT_CONSUMERS: &str = "\
    for_each inspect";

/// Types whose `new` only wraps its argument.
const WRAPPERS: &str = "\
    Arc Box Cell Mutex Rc RefCell RwLock";

/// Types whose `new()` is empty, and does nothing.
const EMPTY: &str =
    "BTreeMap BTreeSet BinaryHeap HashMap HashSet LinkedList OsString PathBuf String Vec VecDeque";

fn is_one_of(words: &str, word: &Ident) -> bool {
    words.split(' ').any(|known| word == known)
}

pub(super) fn mutates(method: &Ident) -> bool {
    is_one_of(MUTATORS, method)
}

/// Whether a method changes what it is called on even if its value is used. Of some names, what else has them does not: a
/// number's `rotate_left`, a string's `replace`; where they do, the compiler says so.
pub(super) fn surely_mutates(method: &Ident) -> bool {
    mutates(method) && !is_one_of("replace rotate_left rotate_right take", method)
}

/// Whether a method changes what it is called on, and does little.
pub(super) fn mutates_lightly(method: &Ident) -> bool {
    const HEAVY: [&str; 6] = ["dedup", "fill", "read", "recv", "retain", "sort"];
    let name = method.to_string();
    mutates(method) && !HEAVY.iter().any(|heavy| name.starts_with(heavy))
}

/// Whether a method goes through the elements of what it is called on, each to be changed.
pub(super) fn lends_elements(method: &Ident) -> bool {
    let name = method.to_string();
    name == "iter_mut" || name == "values_mut" || name.starts_with("chunks_") && name.ends_with("mut")
}

pub(super) fn mutates_to_unit(method: &Ident) -> bool {
    is_one_of(UNIT_MUTATORS, method)
}

pub(super) fn hands_out(method: &Ident) -> bool {
    is_one_of(HANDLES, method)
}

/// Whether a method changes a cell, a lock or a channel, if it is called on one.
pub(super) fn exchanges(method: &Ident) -> bool {
    is_one_of(EXCHANGES, method)
}

/// Whether a method fills what it is called on, if that is empty.
pub(super) fn fills(method: &Ident) -> bool {
    method == "get_or_init" || method == "get_or_try_init"
}

/// Whether a method does nothing but change what many share: an atomic number, a thread's own variable.
pub(super) fn counts(method: &Ident) -> bool {
    let name = method.to_string();
    name.starts_with("fetch_") || name.starts_with("compare_exchange") || name == "with_borrow_mut"
}

/// Whether a call without a used value changes what it is called on through a shared reference.
pub(super) fn changes_shared(method: &Ident) -> bool {
    hands_out(method) || is_one_of(SILENT, method)
}

pub(crate) fn reads(method: &Ident) -> bool {
    is_one_of(READERS, method)
}

pub(super) fn is_harmless(method: &Ident) -> bool {
    is_one_of(HARMLESS, method)
}

/// Whether a method does so little that it may be done by every rank.
pub(super) fn is_light(method: &Ident) -> bool {
    is_one_of(HARMLESS, method) || is_one_of(READERS, method) || is_one_of(LIGHT, method)
}

pub(super) fn writes_out(method: &Ident) -> bool {
    is_one_of(WRITERS, method)
}

/// Whether a call is `mem::swap(..)` or the like.
pub(super) fn swaps(call: &ExprCall) -> bool {
    let Expr::Path(path) = &*call.func else { return false };
    path.path.segments.len() > 1
        && path.path.segments.last().is_some_and(|last| is_one_of(SWAPS, &last.ident))
}

pub(super) fn gives_part(method: &Ident) -> bool {
    is_one_of(PARTS, method)
}

pub(super) fn copies(method: &Ident) -> bool {
    is_one_of(COPYING, method)
}

pub(super) fn consumes_unit(method: &Ident) -> bool {
    is_one_of(UNIT_CONSUMERS, method)
}

/// Whether a call makes an empty value: `Vec::new()`.
pub(super) fn is_empty(call: &ExprCall) -> bool {
    let Expr::Path(path) = &*call.func else { return false };
    let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
    call.args.is_empty()
        && names.next().is_some_and(|name| name == "new")
        && names.next().is_some_and(|name| is_one_of(EMPTY, name))
}

/// Whether a call only puts its arguments together: `Some(..)`, `Point(..)`, `Rc::new(..)`.
pub(super) fn constructs(call: &ExprCall) -> bool {
    let Expr::Path(path) = &*call.func else { return false };
    let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
    let Some(last) = names.next() else { return false };
    last.to_string().starts_with(char::is_uppercase)
        || (last == "new"
            && call.args.len() == 1
            && names.next().is_some_and(|name| is_one_of(WRAPPERS, name)))
}
