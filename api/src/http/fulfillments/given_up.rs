use purser_domain::fulfillment::Remedy;
use serde::Deserialize;

/// What the customer gets for goods that did not arrive.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Remedy)]
pub(crate) enum GivenUpRemedy {
    /// The money for them. Where nothing of the order has arrived and nothing of it is left, all of the money.
    Refund,
    /// The same goods once more, as far as they are in stock: a new fulfillment is opened for them.
    Replacement,
    /// Neither. A return may still ask for them.
    None,
}

impl From<GivenUpRemedy> for Remedy {
    fn from(remedy: GivenUpRemedy) -> Self {
        match remedy {
            GivenUpRemedy::Refund => Self::Refund,
            GivenUpRemedy::Replacement => Self::Replacement,
            GivenUpRemedy::None => Self::Nothing,
        }
    }
}
