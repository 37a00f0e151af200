/// Why a stock refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockRefusal {
    /// Fewer pieces are available than were asked for; while orders wait, none are available to others.
    #[error("{asked} asked, {available} available")]
    Insufficient {
        /// Pieces asked for.
        asked: i64,
        /// Pieces available.
        available: i64,
    },
    /// The correction would take pieces that are held for orders, or that are not there.
    #[error("an adjustment by {change} would take more than the {available} available")]
    AdjustmentTooLow {
        /// The difference asked for.
        change: i64,
        /// Pieces that are not held for orders.
        available: i64,
    },
    /// A correction by nothing.
    #[error("an adjustment must not be zero")]
    EmptyAdjustment,
    /// The stock would count more than [`crate::stock::MAX_ON_HAND`].
    #[error("a stock counts at most 1000000000000 pieces")]
    TooMany,
    /// The order holds something here already.
    #[error("the order holds a reservation here already")]
    AlreadyReserved,
    /// The order waits here already.
    #[error("the order waits for pieces here already")]
    AlreadyBackordered,
    /// The order holds or awaits fewer pieces than the part that was named.
    #[error("a part of {asked} was named of a reservation of {reserved}")]
    PartTooLarge {
        /// Pieces named.
        asked: i64,
        /// Pieces of the reservation.
        reserved: i64,
    },
    /// The order holds nothing here.
    #[error("the order holds no reservation here")]
    NotReserved,
    /// The reservation is not as far as that, or past it.
    #[error("the reservation is not in the stage that this needs")]
    WrongStage,
}
