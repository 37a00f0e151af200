use purser_domain::chain::ChainHash;
use serde_json::Value;

/// What is not as it must be, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Difference {
    /// A position is missing from the log.
    #[error("position {missing} is missing from the log{}", followed_by(*.next))]
    Position {
        /// The first one that is missing.
        missing: i64,
        /// The event that is there instead.
        next: Option<i64>,
    },
    /// The log goes on behind its head.
    #[error("the log has an event at position {position}, but its head says that it ends at {head}")]
    BeyondHead {
        /// The last event's position.
        position: i64,
        /// The head's.
        head: i64,
    },
    /// A stream's sequence has a gap.
    #[error(
        "position {position}: the event has sequence {found} in the stream {aggregate_type} {aggregate_id}, \
         where {expected} comes next"
    )]
    Sequence {
        /// The event's position.
        position: i64,
        /// The stream's kind.
        aggregate_type: String,
        /// The stream's id.
        aggregate_id: String,
        /// The number that comes next.
        expected: i64,
        /// The number that is there.
        found: i64,
    },
    /// An event, or the hash beside it, is not what was appended.
    #[error("position {position}: the event was changed, its hash is {computed} and should be {stored}")]
    Hash {
        /// The event's position.
        position: i64,
        /// The hash beside the event, in hexadecimal digits.
        stored: String,
        /// The hash of the event.
        computed: ChainHash,
    },
    /// The payload is the same JSON in other bytes.
    #[error("position {position}: the event was changed, there is white space around its {column}")]
    WhiteSpace {
        /// The event's position.
        position: i64,
        /// `payload` or `metadata`.
        column: &'static str,
    },
    /// The payload or the metadata is not JSON any more.
    #[error("position {position}: the event was changed, its {column} is not JSON: {reason}")]
    NotJson {
        /// The event's position.
        position: i64,
        /// `payload` or `metadata`.
        column: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The head's hash is not the last event's.
    #[error("the head of the log at position {position} has hash {stored}, the event there has {computed}")]
    HeadHash {
        /// The head's position.
        position: i64,
        /// The head's hash.
        stored: ChainHash,
        /// The last event's.
        computed: ChainHash,
    },
    /// An event cannot be read, and not every view has it parked or skipped.
    #[error("position {position}: the event cannot be read: {reason}")]
    Unreadable {
        /// The event's position.
        position: i64,
        /// Why.
        reason: String,
    },
    /// An event leaves a stock with more reserved than on hand, or with less than nothing.
    #[error("position {position}: stock {stock} has {on_hand} on hand and {reserved} reserved after the event")]
    Stock {
        /// The event's position.
        position: i64,
        /// Which stock.
        stock: String,
        /// Pieces on hand.
        on_hand: i64,
        /// Pieces reserved.
        reserved: i64,
    },
    /// A view claims to know events that the log does not have.
    #[error("view {view} is at position {position}, but the log ends at {head}")]
    ViewBeyondHead {
        /// The view's name.
        view: &'static str,
        /// Its checkpoint.
        position: i64,
        /// The log's end.
        head: i64,
    },
    /// A view holds an event that cannot be folded into it.
    #[error(
        "view {view}: the event at position {position} cannot be folded, and is neither parked nor skipped: {cause}"
    )]
    Unfoldable {
        /// The view's name.
        view: &'static str,
        /// The event's position.
        position: i64,
        /// Why.
        cause: String,
    },
    /// A row is not what the log says.
    #[error(transparent)]
    Row(Box<RowDifference>),
}

/// A row of a view that is not what the log says.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("view {view}, table {table}, row {key}: {}", self.what_differs())]
pub struct RowDifference {
    /// The view's name.
    pub view: &'static str,
    /// The table.
    pub table: &'static str,
    /// The row's primary key, as a JSON object.
    pub key: Value,
    /// The row in the view; none where it is missing.
    pub stored: Option<Value>,
    /// The row that the log gives; none where there should be no such row.
    pub derived: Option<Value>,
}

impl RowDifference {
    fn what_differs(&self) -> String {
        match (&self.stored, &self.derived) {
            (Some(Value::Object(stored)), Some(Value::Object(derived))) => {
                stored.iter().find(|(column, value)| derived.get(*column) != Some(value)).map_or_else(
                    || "the same values in other bytes".to_owned(),
                    |(column, value)| {
                        let derived = derived.get(column).unwrap_or(&Value::Null);
                        format!("column {column} is {value} and should be {derived}")
                    },
                )
            }
            (Some(stored), None) => format!("is {stored} and should not be there"),
            (None, Some(derived)) => format!("is missing and should be {derived}"),
            (stored, derived) => format!("is {stored:?} and should be {derived:?}"),
        }
    }
}

fn followed_by(next: Option<i64>) -> String {
    next.map_or_else(String::new, |next| format!(", {next} comes next"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(stored: Option<Value>, derived: Option<Value>) -> String {
        RowDifference { view: "sales", table: "sales_day", key: json!({"day": "2010-12-01"}), stored, derived }
            .to_string()
    }

    #[test]
    fn a_row_difference_names_the_first_column_that_differs() {
        assert_eq!(
            row(Some(json!({"day": "2010-12-01", "units": 3})), Some(json!({"day": "2010-12-01", "units": 4}))),
            r#"view sales, table sales_day, row {"day":"2010-12-01"}: column units is 3 and should be 4"#
        );
    }

    #[test]
    fn a_missing_row_and_one_too_many_are_told_apart() {
        assert!(row(None, Some(json!({"units": 4}))).ends_with(r#"is missing and should be {"units":4}"#));
        assert!(row(Some(json!({"units": 4})), None).ends_with(r#"is {"units":4} and should not be there"#));
    }
}
