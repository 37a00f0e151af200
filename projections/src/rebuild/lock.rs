use sqlx::{PgConnection, PgPool, Postgres, Transaction};

/// The first half of the advisory locks' keys, "PURS" in ASCII; the second is the hash of the view's name.
pub(crate) const LOCK_CLASS: i32 = 0x5055_5253;

/// Takes the lock of a view's rebuild, or nothing where another rebuild has it. It is held by the open transaction,
/// which ends with its connection: no crash leaves it behind.
pub(super) async fn take(pool: &PgPool, view: &str) -> Result<Option<Transaction<'static, Postgres>>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let taken: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock($1, hashtext($2))")
        .bind(LOCK_CLASS)
        .bind(view)
        .fetch_one(&mut *transaction)
        .await?;
    Ok(taken.then_some(transaction))
}

/// Keeps rebuilds of a view from starting until the transaction ends. False where one is at work.
pub(crate) async fn lock_out_rebuilds(db: &mut PgConnection, view: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select pg_try_advisory_xact_lock_shared($1, hashtext($2))")
        .bind(LOCK_CLASS)
        .bind(view)
        .fetch_one(db)
        .await
}
