//! How far a goal has come.

/// Where one goal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    /// Bits of [`Fact`]s.
    told: u16,
    /// Bits of item positions: those the agent has been told of.
    pub shown: u32,
    /// Bits of item positions: those given up for their price.
    pub dropped: u32,
    /// Bits of the questions about it that were answered.
    pub answered: u32,
    /// The wish that stood in for the real one has been taken back.
    pub corrected: bool,
    /// The alternative has taken the goal's place.
    pub instead: bool,
    pub refused: u8,
    pub objected: u8,
    /// The customer's turn in which it was last said.
    pub said_at: usize,
}

/// A goal's way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    #[default]
    Unsaid,
    Raised,
    /// The customer has said yes to it.
    Agreed,
    Settled,
}

/// Facts of a goal that are told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    Reason,
    Pay,
    Refund,
    Order,
    Limit,
    /// That the gift card does not hold enough: heard, not told.
    Short,
    /// It was asked for again after it had been passed over.
    Again,
}

impl Progress {
    pub const fn told(&self, fact: Fact) -> bool {
        self.told & (1 << fact as u16) != 0
    }

    pub const fn tell(&mut self, fact: Fact) {
        self.told |= 1 << fact as u16;
    }

    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Raised | Stage::Agreed)
    }
}
