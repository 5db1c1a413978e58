//! One agent, one user, one task: from the opening line to the reward.

pub mod environment;
pub mod reward;

pub use environment::{EnvInfo, EnvResponse, Environment, STOP, UserReply, respond_content};
pub use reward::{OutputCheck, Reward, RewardInfo, RewardResult};
