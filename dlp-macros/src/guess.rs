//! What a misspelt word was meant to be, and lists of words for messages.

/// What to say of a word that is none of the known ones: which one it may have been meant to be, and all of them.
pub(crate) fn unknown(what: &str, word: &str, known: &[&str], quote: &str) -> String {
    let all = listed(known, quote);
    match nearest(word, known) {
        Some(near) => format!("unknown {what} `{word}`, did you mean {quote}{near}{quote}? there are {all}"),
        None => format!("unknown {what} `{word}`, expected one of {all}"),
    }
}

/// The known word that `word` is a slip of, if there is one.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let (distance, near) = known.iter().map(|&known| (distance(word, known), known)).min()?;
    (distance <= near.len().div_ceil(3)).then_some(near)
}

/// The words in quotes, with commas between.
pub(crate) fn listed(words: &[&str], quote: &str) -> String {
    words.iter().map(|word| format!("{quote}{word}{quote}")).collect::<Vec<_>>().join(", ")
}

/// The least number of letters to insert, delete or replace (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_textbook() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn only_a_near_word_is_guessed() {
        assert_eq!(nearest("mangaed", &["managed", "block"]), Some("managed"));
        assert_eq!(nearest("zebra", &["managed", "block"]), None);
        assert_eq!(
            unknown("gather", "rot", &["all", "root"], "\""),
            "unknown gather `rot`, did you mean \"root\"? there are \"all\", \"root\""
        );
    }
}
