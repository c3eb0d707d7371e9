//! Whether the function that is left can return a [`RemoteError`] in place of an error that it cannot have here, chosen by
//! what it returns. Knows only that type.

use std::fmt;
use std::marker::PhantomData;

use super::RemoteError;

/// What the function returns, as a type without a value.
pub struct Returned<R>(PhantomData<fn() -> R>);

impl<R> Returned<R> {
    /// Of a type that is to be inferred.
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// A value of the type, for type checking only.
    ///
    /// # Panics
    /// Always: the code that calls it is never reached.
    pub fn conjure(&self) -> R {
        unreachable!("a conjured value is only ever type-checked")
    }

    /// Gives the type to a value.
    pub fn same(&self, value: R) -> R {
        value
    }

    /// Type-checks a value.
    pub fn is(&self, _value: R) {}
}

impl<R> Default for Returned<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Returned<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Returned<{}>", std::any::type_name::<R>())
    }
}

/// Functions whose error can be made of a [`RemoteError`].
pub trait StandIn {
    /// What the function returns.
    type Value;
    /// That error, if there can be one.
    fn dlp_stand_in(&self, error: RemoteError) -> Result<Self::Value, RemoteError>;
}

impl<T, E: From<RemoteError>> StandIn for &Returned<Result<T, E>> {
    type Value = Result<T, E>;

    fn dlp_stand_in(&self, error: RemoteError) -> Result<Result<T, E>, RemoteError> {
        Ok(Err(error.into()))
    }
}

/// Functions that have no such error.
pub trait NoStandIn {
    /// What the function returns.
    type Value;
    /// That error, if there can be one.
    fn dlp_stand_in(&self, error: RemoteError) -> Result<Self::Value, RemoteError>;
}

impl<R> NoStandIn for Returned<R> {
    type Value = R;

    fn dlp_stand_in(&self, error: RemoteError) -> Result<R, RemoteError> {
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::exit::Told;

    #[test]
    fn a_function_takes_a_stand_in_if_its_error_does() {
        let error = || RemoteError::new("f".into(), 3, Told { rank: 2, said: vec!["x".to_owned()] });
        let boxed = Returned::<Result<u8, Box<dyn Error>>>::new();
        assert!(
            matches!((&&boxed).dlp_stand_in(error()), Ok(Err(error)) if error.to_string().starts_with("x (in"))
        );
        assert!((&&Returned::<Result<u8, String>>::new()).dlp_stand_in(error()).is_err());
        assert!((&&Returned::<u8>::new()).dlp_stand_in(error()).is_err());
    }
}
