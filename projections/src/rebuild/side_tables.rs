use sqlx::{Executor, PgConnection};

use crate::view::View;

/// Makes empty copies of a view's tables in `views_rebuild`, in place of any leftovers.
pub(super) async fn create(db: &mut PgConnection, view: &dyn View) -> Result<(), sqlx::Error> {
    // Index definitions name their table with its schema only where the schema is not on the search path.
    db.execute("set local search_path = pg_catalog").await?;
    for table in view.tables() {
        db.execute(format!("drop table if exists views_rebuild.{table}").as_str()).await?;
        let statements: Vec<String> =
            sqlx::query_scalar(include_str!("side_tables.sql")).bind(table).fetch_all(&mut *db).await?;
        for statement in statements {
            db.execute(statement.as_str()).await?;
        }
    }
    Ok(())
}

/// Puts the copies in the place of the tables.
pub(super) async fn exchange(db: &mut PgConnection, view: &dyn View) -> Result<(), sqlx::Error> {
    for table in view.tables() {
        db.execute(format!("drop table views.{table}").as_str()).await?;
        db.execute(format!("alter table views_rebuild.{table} set schema views").as_str()).await?;
    }
    Ok(())
}

/// Lets the planner know the copies before they serve.
pub(super) async fn analyse(db: &mut PgConnection, view: &dyn View) -> Result<(), sqlx::Error> {
    for table in view.tables() {
        db.execute(format!("analyze views_rebuild.{table}").as_str()).await?;
    }
    Ok(())
}
