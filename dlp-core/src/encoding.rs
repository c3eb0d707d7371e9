//! A value as bytes: postcard, with errors that name the type and the cure. Knows nothing of what the value is for.

use std::fmt;

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::strict::Whole;

/// Appends a value as postcard.
///
/// # Panics
/// Where serde or postcard cannot write the type, with the reason and the cure.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) {
    if let Err(why) = postcard::serialize_with_flavor(&Whole(value), Append(bytes)) {
        panic!(
            "a value of type `{}` cannot be encoded: {why}; postcard needs a `Serialize` that says the length of its \
             sequences and does without `skip_serializing_if`, `flatten` and untagged enums",
            std::any::type_name::<T>()
        )
    }
}

/// Reads a value that [`encode`] made and that fills `bytes`.
///
/// # Errors
/// If the bytes are something else.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(unreadable::<T>(&format!("{} bytes are left over", rest.len()))),
        Err(why) => Err(unreadable::<T>(&why)),
    }
}

/// The value of a successful read.
///
/// # Panics
/// If the type does not read back what it wrote: a mistake in its `Serialize` or `Deserialize`.
pub(crate) fn decoded<T>(result: postcard::Result<T>) -> T {
    result.unwrap_or_else(|why| panic!("{}", unreadable::<T>(&why)))
}

fn unreadable<T>(why: &dyn fmt::Display) -> String {
    format!(
        "a value of type `{}` was not read back as it was written: {why}; its `Serialize` and `Deserialize` must \
         agree in a format without field names (`skip_serializing_if`, `flatten` and untagged enums do not)",
        std::any::type_name::<T>()
    )
}

/// Lets postcard append to a vector in slices.
struct Append<'a>(&'a mut Vec<u8>);

impl Flavor for Append<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_encoding_is_an_error() {
        let mut bytes = vec![];
        encode(&(1_u32, String::from("abc")), &mut bytes);
        assert!(decode::<(u32, String)>(&bytes).is_ok());
        assert!(decode::<(u32, String)>(&bytes[..bytes.len() - 1]).is_err());
        bytes.push(0);
        assert!(decode::<(u32, String)>(&bytes).unwrap_err().contains("left over"));
    }
}
