use axum::extract::State;
use purser_commands::Told;
use purser_domain::text::{CustomerId, MerchantId, Title, TokenOwner};
use serde::{Deserialize, Serialize};

use crate::{
    auth::{Issuing, NewToken, Role},
    http::{
        answer::Answered,
        extract::Submission,
        moment::Moment,
        problem::{Fault, Kind, Problem},
        schema,
        state::AppState,
    },
};

/// A token to be issued.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenWish {
    /// What its bearer may ask for.
    role: Role,
    /// The customer that it is bound to; needed for the role `customer` and for no other.
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// The merchant that it is bound to; needed for the role `merchant` and for no other.
    #[schema(value_type = Option<schema::MerchantId>)]
    merchant: Option<MerchantId>,
    /// Who uses it, for the roles `back_office` and `operator`: a system, a person or a team, of 1 to 64 of A-Z a-z 0-9 . _ -
    /// Idempotency keys belong to the owner: a token that replaces another names the same one. A token without one is its own
    /// owner, by its id, and is replaced by a token whose `owner` is that id.
    #[schema(value_type = Option<schema::TokenOwner>)]
    owner: Option<TokenOwner>,
    /// What people call it: 1 to 200 characters.
    #[schema(value_type = Option<schema::Title>)]
    label: Option<Title>,
}

/// A token that was issued. This is the only time that it is shown.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct FreshToken {
    /// Its id, by which it can be revoked. It is no secret.
    #[schema(value_type = schema::TokenId)]
    id: String,
    /// The token itself, to be sent as `Authorization: Bearer ...`. Only its hash is kept.
    #[schema(
        example = "purser_customer_9V1mYqZbqk1c0F3s5T7u9wAaCcEeGgIiKkMmOoQqSsU",
        min_length = 58,
        max_length = 62
    )]
    token: String,
    /// What its bearer may ask for.
    role: Role,
    /// When it was issued.
    created_at: Moment,
}

/// Issues a token.
///
/// The token is shown once and kept as a hash only. It is valid on this node at once and on others within two seconds. A
/// repeat under the same `Idempotency-Key` issues nothing and answers 409 with the first token's id.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    tag = "engine",
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Keeps a repeat of this request from issuing a second token.",
        min_length = 1, max_length = 255, pattern = "^[ -~]+$"
    )),
    request_body = TokenWish,
    responses((
        status = 201,
        description = "It is issued.",
        body = FreshToken,
        headers(("Location" = String, description = "The token's path, to revoke it."))
    ))
)]
pub(crate) async fn issue_token(
    State(state): State<AppState>,
    Submission { body, envelope }: Submission<TokenWish>,
) -> Result<Answered<FreshToken>, Problem> {
    let TokenWish { role, customer, merchant, owner, label } = body;
    let wish = NewToken {
        role,
        subject: subject(role, customer.as_ref(), merchant.as_ref())?,
        owner: owned(role, owner)?,
        label: label.map(|label| label.as_str().to_owned()),
        request: envelope.idempotency.map(|idempotency| idempotency.key),
    };
    // A repeat is known by the token that it made; another request under its key is not.
    envelope.told_before(&state).await?;
    match state.tokens.issue(wish).await? {
        Issuing::Issued(issued) => {
            let location = format!("/v1/tokens/{}", issued.id);
            // All of the answer but the token, which is not kept.
            let told = Told { status: 201, location: Some(location.clone()), body: String::new() };
            envelope.keep(&state, told).await;
            tracing::info!(token = issued.id, %role, actor = envelope.caller.actor, "token {} issued", issued.id);
            Ok(Answered::created(
                location,
                FreshToken { id: issued.id, token: issued.token, role, created_at: issued.created_at.into() },
            ))
        }
        Issuing::IssuedBefore { id } => {
            Err(Problem::new(Kind::TokenIssued, format!("{id} was issued; revoke it if its secret was lost")))
        }
    }
}

/// A customer and a merchant own their tokens themselves.
fn owned(role: Role, owner: Option<TokenOwner>) -> Result<Option<String>, Problem> {
    match (role, owner) {
        (Role::Customer | Role::Merchant, Some(_)) => {
            let detail = "a customer's or a merchant's token has no other owner";
            Err(Problem::at(Kind::InvalidValue, Fault::pointer("/owner", detail)))
        }
        (Role::BackOffice | Role::Operator, owner) => Ok(owner.map(|owner| owner.as_str().to_owned())),
        (Role::Customer | Role::Merchant, None) => Ok(None),
    }
}

fn subject(
    role: Role,
    customer: Option<&CustomerId>,
    merchant: Option<&MerchantId>,
) -> Result<Option<String>, Problem> {
    let misfit = |pointer, detail| Err(Problem::at(Kind::InvalidValue, Fault::pointer(pointer, detail)));
    match (role, customer, merchant) {
        (Role::Customer, Some(customer), None) => Ok(Some(customer.to_string())),
        (Role::Merchant, None, Some(merchant)) => Ok(Some(merchant.to_string())),
        (Role::BackOffice | Role::Operator, None, None) => Ok(None),
        (Role::Customer, None, None) => misfit("/customer", "a customer's token is bound to a customer"),
        (Role::Merchant, None, None) => misfit("/merchant", "a merchant's token is bound to a merchant"),
        (Role::Merchant | Role::BackOffice | Role::Operator, Some(_), _) => {
            misfit("/customer", "only a customer's token is bound to a customer")
        }
        (Role::Customer | Role::BackOffice | Role::Operator, _, Some(_)) => {
            misfit("/merchant", "only a merchant's token is bound to a merchant")
        }
    }
}
