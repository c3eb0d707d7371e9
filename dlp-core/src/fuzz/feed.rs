//! Choices made by arbitrary bytes; when these are used up, each choice is the first one. Knows nothing of what is chosen.

/// Bytes that decide.
pub(super) struct Feed<'a>(&'a [u8]);

impl<'a> Feed<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    /// One of so many.
    pub(super) fn choice(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    pub(super) fn flag(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    /// A small number, or one at an end of what there is.
    pub(super) fn number(&mut self) -> u64 {
        match self.byte() {
            255 => u64::MAX,
            254 => u64::MAX - 1,
            253 => 1 << 63,
            252 => 1 << 32,
            251 => u64::from_le_bytes(self.array()),
            small => u64::from(small),
        }
    }

    pub(super) fn array<const N: usize>(&mut self) -> [u8; N] {
        let (mut array, bytes) = ([0; N], self.bytes(N));
        array[..bytes.len()].copy_from_slice(bytes);
        array
    }

    /// At most so many bytes.
    pub(super) fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        bytes
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }
}
