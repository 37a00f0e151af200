use std::collections::BTreeMap;

use purser_domain::{ids::OrderId, order::OrderStatus};
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::views::column_word;

/// What the view of orders shows of some of them, as of a position.
#[derive(Debug, Clone, Default)]
pub struct ShownOrders {
    /// None where the view is behind the position, and nothing can be said.
    orders: Option<BTreeMap<OrderId, Seen>>,
}

/// What the view shows of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// It shows this status.
    As(OrderStatus),
    /// It does not know the order.
    Nowhere,
    /// Nothing can be said: the view is behind the position, or the order has gone on beyond it.
    Unsaid,
}

impl ShownOrders {
    /// What the view shows of an order.
    pub(super) fn of(&self, order: OrderId) -> Seen {
        match self.orders.as_ref().map(|orders| orders.get(&order)) {
            Some(Some(seen)) => *seen,
            Some(None) => Seen::Nowhere,
            None => Seen::Unsaid,
        }
    }

    /// Whether the view is sure that there is no such order.
    pub(super) fn has_no(&self, order: OrderId) -> bool {
        self.of(order) == Seen::Nowhere
    }
}

/// Reads what the view of orders shows of these, if it has come to the position.
pub async fn shown(pool: &PgPool, orders: Vec<OrderId>, position: i64) -> Result<ShownOrders, sqlx::Error> {
    let mut snapshot = pool.begin().await?;
    sqlx::query("set transaction isolation level repeatable read read only").execute(&mut *snapshot).await?;
    let at: Option<i64> =
        sqlx::query_scalar("select position from follower_checkpoints where follower = 'order_search'")
            .fetch_optional(&mut *snapshot)
            .await?;
    if at.is_none_or(|at| at < position) {
        return Ok(ShownOrders::default());
    }
    let ids: Vec<Uuid> = orders.iter().map(OrderId::as_uuid).collect();
    let rows = sqlx::query("select order_id, status, position from views.order_search_status where order_id = any($1)")
        .persistent(false)
        .bind(ids)
        .fetch_all(&mut *snapshot)
        .await?;
    let mut shown = BTreeMap::new();
    for row in rows {
        let later = row.try_get::<i64, _>("position")? > position;
        let seen = if later { Seen::Unsaid } else { Seen::As(column_word(&row, "status")?) };
        shown.insert(OrderId::from_uuid(row.try_get("order_id")?), seen);
    }
    Ok(ShownOrders { orders: Some(shown) })
}
