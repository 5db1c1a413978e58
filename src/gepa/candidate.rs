//! Candidates, and the ids of the pool and of the data lists.

use std::fmt;
use std::sync::Arc;

use crate::py::Str;

/// A candidate's place in the pool. 0 is the seed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CandidateId(pub u32);

impl CandidateId {
    /// The id of the candidate at a position of the pool.
    #[must_use]
    pub fn at(position: usize) -> Self {
        // A pool never comes near the bound.
        Self(u32::try_from(position).unwrap_or(u32::MAX))
    }

    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// An example's position in the training list or in the validation list; which of them, the context says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ExampleId(pub u32);

impl ExampleId {
    /// The ids of a list of so many examples.
    pub(crate) fn all(count: usize) -> impl DoubleEndedIterator<Item = Self> {
        (0..u32::try_from(count).unwrap_or(u32::MAX)).map(Self)
    }

    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl From<CandidateId> for u64 {
    fn from(id: CandidateId) -> Self {
        Self::from(id.0)
    }
}

impl From<ExampleId> for u64 {
    fn from(id: ExampleId) -> Self {
        Self::from(id.0)
    }
}

impl fmt::Debug for CandidateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

impl fmt::Debug for ExampleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e{}", self.0)
    }
}

/// New texts by component, in order.
pub type Texts = Vec<(Str, Str)>;

/// A full set of component texts, in the seed's order. Clones share.
///
/// Two candidates are equal if they have the same texts under the same names, in whatever order.
#[derive(Clone)]
pub struct Candidate(Arc<[(Str, Str)]>);

impl Candidate {
    /// Of a repeated name the last text counts, at the first one's place.
    pub fn new<N: Into<Str>, T: Into<Str>>(components: impl IntoIterator<Item = (N, T)>) -> Self {
        let mut texts: Texts = Vec::new();
        for (name, text) in components {
            let (name, text) = (name.into(), text.into());
            match texts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = text,
                None => texts.push((name, text)),
            }
        }
        Self(texts.into())
    }

    #[must_use]
    pub fn get(&self, component: &str) -> Option<&Str> {
        self.0.iter().find(|(name, _)| &**name == component).map(|(_, text)| text)
    }

    /// Names and texts in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Str, &Str)> {
        self.0.iter().map(|(name, text)| (name, text))
    }

    pub fn names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.0.iter().map(|(name, _)| name)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A copy with these texts in place of its own.
    ///
    /// # Errors
    /// The first name that is none of its components.
    pub fn with(&self, texts: &[(Str, Str)]) -> Result<Self, Str> {
        let mut components = self.0.to_vec();
        for (name, text) in texts {
            let Some((_, old)) = components.iter_mut().find(|(known, _)| known == name) else {
                return Err(name.clone());
            };
            *old = text.clone();
        }
        Ok(Self(components.into()))
    }

    /// Names and texts by name: equal for equal candidates.
    pub(crate) fn key(&self) -> Texts {
        let mut key = self.0.to_vec();
        key.sort_unstable();
        key
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.len() == other.len() && self.iter().all(|(name, text)| other.get(name) == Some(text))
    }
}

impl Eq for Candidate {}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_whatever_the_order() {
        let one = Candidate::new([("a", "1"), ("b", "2")]);
        let other = Candidate::new([("b", "2"), ("a", "1")]);
        assert_eq!(one, other);
        assert_eq!(one.key(), other.key());
        assert_ne!(one, Candidate::new([("a", "1")]));
        assert_ne!(one, Candidate::new([("a", "1"), ("b", "3")]));
    }

    #[test]
    fn new_texts_take_the_place_of_the_old() {
        let seed = Candidate::new([("a", "1"), ("b", "2")]);
        let child = seed.with(&[("b".into(), "3".into())]).unwrap();
        assert_eq!(child, Candidate::new([("a", "1"), ("b", "3")]));
        assert_eq!(seed.with(&[("c".into(), "3".into())]), Err("c".into()));
    }
}
