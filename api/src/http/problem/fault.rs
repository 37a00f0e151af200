use purser_domain::{allocation::Shortage, text::Sku};
use serde::Serialize;

/// Where a request is wrong: exactly one of `pointer`, `parameter` and `header` says where.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Fault {
    /// A place in the body, as a JSON pointer (RFC 6901), lines counted from zero: `/lines/3/quantity`. Empty for the body as
    /// a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// A parameter of the path or of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// A header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    header: Option<&'static str>,
    /// What is wrong there.
    detail: String,
    /// What is short, on a line that is out of stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::http::schema::Sku>)]
    sku: Option<Sku>,
    /// Pieces that all lines of this SKU ask for together.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<i64>,
    /// Pieces that are available at all locations together.
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<i64>,
}

impl Fault {
    pub(crate) fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), detail: detail.into(), ..Self::default() }
    }

    pub(crate) fn parameter(parameter: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { parameter: Some(parameter.into()), detail: detail.into(), ..Self::default() }
    }

    pub(crate) fn header(header: &'static str, detail: impl Into<String>) -> Self {
        Self { header: Some(header), detail: detail.into(), ..Self::default() }
    }

    /// One fault for each line that asks for what is short.
    pub(super) fn shortage(shortage: Shortage) -> impl Iterator<Item = Self> {
        let Shortage { sku, lines, asked, available } = shortage;
        lines.into_iter().map(move |line| Self {
            pointer: Some(format!("/lines/{line}/quantity")),
            detail: format!("{asked} of sku {sku} asked, {available} available"),
            sku: Some(sku.clone()),
            asked: Some(asked),
            available: Some(available),
            ..Self::default()
        })
    }

    pub(super) fn into_detail(self) -> String {
        self.detail
    }

    /// What is wrong there.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether both are about the same place in the body.
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        self.pointer.is_some() && self.pointer == other.pointer
    }
}
