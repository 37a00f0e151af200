use purser_domain::{
    ids::OrderId,
    order::{OrderPlaced, OrderStatus},
    principal::Principal,
};
use serde::Serialize;
use sqlx::{PgPool, Postgres, QueryBuilder};

use super::{OrderDetail, document};
use crate::views::owner;

/// An order with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderDetailRow {
    /// Its id.
    pub id: OrderId,
    /// Its status.
    pub status: OrderStatus,
    /// The position of its last event.
    pub position: i64,
    /// What was agreed.
    #[serde(flatten)]
    pub placed: OrderPlaced,
    /// What happened since.
    #[serde(flatten)]
    pub detail: OrderDetail,
}

/// An order, if there is one and the reader may see it.
pub async fn find(pool: &PgPool, principal: &Principal, id: OrderId) -> Result<Option<OrderDetailRow>, sqlx::Error> {
    let mut query =
        QueryBuilder::<Postgres>::new("select position, placed, detail from views.order_detail where order_id = ");
    query.push_bind(id.as_uuid());
    owner::restrict_orders(&mut query, principal);
    let row: Option<(i64, String, String)> = query.build_query_as().fetch_optional(pool).await?;
    row.map(|(position, placed, detail)| {
        let placed: OrderPlaced = document::read("placed", &placed)?;
        let detail: OrderDetail = document::read("detail", &detail)?;
        let status = detail.status().ok_or_else(|| sqlx::Error::Decode("an order without a history".into()))?;
        Ok(OrderDetailRow { id, status, position, placed, detail })
    })
    .transpose()
}
