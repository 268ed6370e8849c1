//! Texts of a caller that travel with an order.

use std::collections::BTreeMap;
use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::limits;
use crate::reject::{AnnotationPart, Reject};

/// Texts that a caller attaches to an order. The engine keeps them and never reads them; keys carry the name of
/// whoever reads them as a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Annotations(Option<Arc<BTreeMap<Box<str>, Box<str>>>>);

impl Annotations {
    /// Checks and wraps texts.
    ///
    /// # Errors
    /// [`Reject::AnnotationsTooLarge`] past the limits of [`limits`].
    pub fn new<K: Into<Box<str>>, V: Into<Box<str>>>(
        texts: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, Reject> {
        let map: BTreeMap<Box<str>, Box<str>> =
            texts.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        let within = |part, most: usize, limit: usize| {
            let refused = Reject::AnnotationsTooLarge { part, limit: limit as u64 };
            if most <= limit { Ok(()) } else { Err(refused) }
        };
        let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
        let (key, text) = (
            longest(&mut map.keys().map(|key| key.len())),
            longest(&mut map.values().map(|text| text.len())),
        );
        within(AnnotationPart::Count, map.len(), limits::MAX_ANNOTATIONS)?;
        within(AnnotationPart::Key, key, limits::MAX_ANNOTATION_KEY_LENGTH)?;
        within(AnnotationPart::Text, text, limits::MAX_ANNOTATION_VALUE_LENGTH)?;
        Ok(Self((!map.is_empty()).then(|| Arc::new(map))))
    }

    /// The text of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.as_ref()?.get(key).map(AsRef::as_ref)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// All texts in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|map| map.iter()).map(|(key, value)| (key.as_ref(), value.as_ref()))
    }
}

impl<C> Encode<C> for Annotations {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.map(self.0.as_ref().map_or(0, |map| map.len() as u64))?;
        for (key, value) in self.iter() {
            e.str(key)?.str(value)?;
        }
        Ok(())
    }
}

impl<C> Decode<'_, C> for Annotations {
    fn decode(d: &mut minicbor::Decoder<'_>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let texts = d.map_iter::<&str, &str>()?.collect::<Result<Vec<_>, _>>()?;
        Self::new(texts).map_err(minicbor::decode::Error::custom)
    }
}
