use axum::extract::State;
use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::http::{
    answer::Answered,
    extract::ListParameters,
    moment::Moment,
    page::{Limit, Page},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which tokens to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TokenParameters {
    /// The most tokens of a page: 1 to 1000; 100 if nothing is said.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    limit: Limit,
    /// Where the next page begins, from the page before.
    #[param(value_type = Option<schema::Cursor>, inline)]
    cursor: Option<String>,
}

/// Tokens, in the order of their issue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TokenList {
    /// The tokens.
    items: Vec<KnownToken>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// A token, without its secret, which nobody knows here.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct KnownToken {
    /// Its id.
    #[schema(value_type = schema::TokenId)]
    id: String,
    /// `customer`, `merchant`, `back_office` or `operator`.
    role: String,
    /// The customer or merchant that it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Who it was issued to, where it is bound to nobody; the token itself, where nobody was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// When it was issued.
    created_at: Moment,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Moment>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    role: String,
    subject: Option<String>,
    owner: Option<String>,
    label: Option<String>,
    created_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

/// Lists tokens.
///
/// Every token that was ever issued, the revoked ones included, in the order of their issue.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    tag = "engine",
    params(TokenParameters),
    responses((status = 200, description = "The tokens.", body = TokenList))
)]
pub(crate) async fn list_tokens(
    State(state): State<AppState>,
    ListParameters { parameters, list }: ListParameters<TokenParameters>,
) -> Result<Answered<TokenList>, Problem> {
    let page = Page::open(&state, &list, parameters.limit, parameters.cursor.as_deref())?;
    let after: String = page.after.clone().unwrap_or_default();
    let rows: Vec<Row> = sqlx::query_as(
        "select id, role, subject, case when subject is null then coalesce(owner, id) end as owner, label, created_at,
                revoked_at
         from api_tokens where id > $1 order by id limit $2",
    )
    .bind(after)
    .bind(page.rows_wanted())
    .fetch_all(&state.pool)
    .await?;
    let (rows, next_cursor) = page.close(rows, |row| row.id.clone())?;
    Ok(Answered::ok(TokenList { items: rows.into_iter().map(KnownToken::from).collect(), next_cursor }))
}

impl From<Row> for KnownToken {
    fn from(row: Row) -> Self {
        let Row { id, role, subject, owner, label, created_at, revoked_at } = row;
        Self {
            id,
            role,
            subject,
            owner,
            label,
            created_at: created_at.into(),
            revoked_at: revoked_at.map(Moment::from),
        }
    }
}
