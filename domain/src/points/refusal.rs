/// Why a points account refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointsRefusal {
    /// Fewer points are available than were asked for. How many there are is not told: whoever asks may be somebody else.
    #[error("fewer than {asked} points are available")]
    Insufficient {
        /// Points asked for.
        asked: i64,
    },
    /// The account would have earned more than [`crate::points::MAX_EARNED`].
    #[error("an account earns at most 1000000000000000 points")]
    TooMany,
    /// The order has frozen points here already.
    #[error("the order has frozen points here already")]
    AlreadyFrozen,
    /// The order has no frozen points here.
    #[error("the order has no frozen points here")]
    NotFrozen,
    /// More would come back than was ever spent.
    #[error("{asked} points cannot be returned: {spent} are spent")]
    MoreThanSpent {
        /// Points to return.
        asked: i64,
        /// Points that are spent and not returned, for all orders together.
        spent: i64,
    },
    /// More would be taken back than was ever granted.
    #[error("{asked} points cannot be revoked: {earned} are earned")]
    MoreThanEarned {
        /// Points to revoke.
        asked: i64,
        /// Points that were granted and not revoked, spent ones among them.
        earned: i64,
    },
}
