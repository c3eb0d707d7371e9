//! Bytes that messages carry for others: what they mean is known where they are made and read.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Bytes that may be shared by several receivers and cost nothing when empty.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Payload(Option<Arc<Vec<u8>>>);

impl Payload {
    /// The bytes as a vector, copied only if somebody else still holds them.
    pub fn into_vec(self) -> Vec<u8> {
        self.0.map_or_else(Vec::new, |bytes| Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec()))
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self((!bytes.is_empty()).then(|| Arc::new(bytes)))
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}
