//! The API's description of itself (`OpenAPI` 3.1), made from the code that serves it.

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use utoipa::{
    ToSchema,
    openapi::{
        ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr, Schema,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::{Tag, TagBuilder},
    },
};

use super::{
    problem::{Fault, Kind, ProblemDocument},
    routes,
    routing::Routes,
};

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi_json()));

const INTRODUCTION: &str = "\
An event-sourced order engine: orders and stock are decided once, written to an append-only log, and everything else is \
derived from it.

**Money** is in whole minor units with its currency. **Times** are UTC with microseconds. **Ids** carry a prefix.

**Read your writes.** Every command answers with its `position` in the log. A query with `min_position` waits, at most \
five seconds, until its view has come that far, and answers 503 `view-behind` if it has not. A position that the log does \
not have is 409 `position-ahead` at once.

**Repeat without harm.** A POST with an `Idempotency-Key` may be repeated: after 503, 504 or a broken connection send \
the same request again. It gets the first answer, with `Idempotent-Replayed: true`, and has no second effect. What counts is \
what the request says: the order of fields, white space, escapes, and fields that are null or an empty list where they could be \
absent do not matter; anything else makes it another request, which is refused under this key. A refusal leaves no key behind. \
Keys belong to the token's owner and not to the token: to the customer or the merchant that it is bound to, and of the back \
office and operators to the `owner` that it was issued to.

**Problems** are RFC 9457 documents with a stable `type`; `errors` names the places in the request that are wrong. \
A body is 400 where it is not JSON and 422 where it is not as described; then all that is wrong with it is told at once, up \
to twenty places. Where a schema allows null, it says nothing, as if the field were absent.";

/// The document as JSON.
pub fn openapi_json() -> Vec<u8> {
    // Made of strings, numbers and maps with string keys, which always serialize.
    serde_json::to_vec(&document()).unwrap_or_default()
}

pub(super) fn document() -> OpenApi {
    routes::all(Routes::new(None, preamble())).document()
}

/// What the document says before any operation.
pub(super) fn preamble() -> OpenApi {
    let mut problem: Vec<(String, RefOr<Schema>)> = vec![
        (ProblemDocument::name().into_owned(), <ProblemDocument as utoipa::PartialSchema>::schema()),
        (Fault::name().into_owned(), <Fault as utoipa::PartialSchema>::schema()),
    ];
    ProblemDocument::schemas(&mut problem);
    Fault::schemas(&mut problem);
    let bearer = SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("purser_ROLE_SECRET")
            .description(Some("A token of the role that the operation asks for (`x-roles`)."))
            .build(),
    );
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Purser")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(introduction()))
                .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
                .build(),
        )
        .components(Some(ComponentsBuilder::new().schemas_from_iter(problem).security_scheme("bearer", bearer).build()))
        .tags(Some(tags()))
        .build()
}

fn introduction() -> String {
    let rows = Kind::ALL.iter().map(|kind| {
        format!("| {} | `urn:purser:problem:{}` | {} |\n", kind.status().as_u16(), kind.slug(), kind.title())
    });
    format!("{INTRODUCTION}\n\n| status | type | title |\n|---|---|---|\n{}", rows.collect::<String>())
}

fn tags() -> Vec<Tag> {
    [
        ("orders", "Place orders and see them through."),
        ("fulfillments", "The parcels of the orders: packed, shipped, delivered."),
        ("products", "The catalogue: what is sold, by whom, at which price."),
        ("merchants", "What each merchant decides: promotions, shipping and tax rates, policies."),
        ("coupons", "Offers that are had by a code, so many times."),
        ("points", "Customers' points: earned by orders, spent on orders."),
        ("stock", "Pieces by SKU and location."),
        ("exceptions", "What did not come to its end, and the reconciliation that finds it."),
        ("payments", "Attempts to pay orders through gateways, and what the gateways tell."),
        ("returns", "Goods that customers give back, for their money."),
        ("refunds", "Money that is owed back, worked off by the back office."),
        ("sales", "What was sold, by day and by SKU."),
        ("statistics", "What happened, by minute and by day."),
        ("history", "What happened, by whom and why; how things stood at any time."),
        ("engine", "For those who run the engine: views, parked events, sagas, tokens, health."),
    ]
    .map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build())
    .into()
}

/// The API's description.
///
/// This very document, generated from the code that serves it. `/docs` shows it as an interactive page.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "engine",
    responses((status = 200, description = "The document.", body = Object, content_type = "application/json"))
)]
pub(super) async fn openapi() -> Response {
    let mut response = DOCUMENT.clone().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests;
