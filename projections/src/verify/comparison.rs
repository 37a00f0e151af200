use serde_json::Value;
use sqlx::{Executor, PgConnection};

use crate::verify::{Difference, RowDifference, VerifyError};

/// Compares a table of a view with the temporary one of the same name. Returns how many rows both have.
///
/// Rows are compared as text, which is their bytes: columns of type json have no other equality.
pub(super) async fn compare(
    db: &mut PgConnection,
    view: &'static str,
    table: &'static str,
) -> Result<i64, VerifyError> {
    let key = primary_key(db, table).await?;
    // Nothing else gathers statistics on temporary tables.
    db.execute(format!("analyze pg_temp.{table}").as_str()).await?;
    let difference: Option<(Value, Option<Value>, Option<Value>)> =
        sqlx::query_as(&difference_sql(table, &key)).fetch_optional(&mut *db).await?;
    match difference {
        Some((key, stored, derived)) => {
            Err(Difference::Row(Box::new(RowDifference { view, table, key, stored, derived })).into())
        }
        None => Ok(sqlx::query_scalar(&format!("select count(*) from views.{table}")).fetch_one(db).await?),
    }
}

async fn primary_key(db: &mut PgConnection, table: &'static str) -> Result<Vec<String>, VerifyError> {
    let columns: Vec<String> = sqlx::query_scalar(
        "select quote_ident(attribute.attname)
         from pg_index as index
         join pg_class as class on class.oid = index.indrelid
         cross join unnest(index.indkey::smallint[]) with ordinality as key (attnum, place)
         join pg_attribute as attribute on attribute.attrelid = class.oid and attribute.attnum = key.attnum
         where index.indisprimary and class.relname = $1 and class.relnamespace = 'views'::regnamespace
         order by key.place",
    )
    .bind(table)
    .fetch_all(db)
    .await?;
    if columns.is_empty() { Err(VerifyError::NoPrimaryKey(table)) } else { Ok(columns) }
}

/// The first row, by primary key, that is on one side only or differs between the sides.
fn difference_sql(table: &str, key: &[String]) -> String {
    let columns = key.join(", ");
    let pairs: Vec<String> = key.iter().map(|column| format!("'{}', {column}", column.replace('\'', "''"))).collect();
    let object = pairs.join(", ");
    format!(
        "select json_build_object({object}), to_json(view_row), to_json(log_row)
         from views.{table} as view_row full join pg_temp.{table} as log_row using ({columns})
         where view_row::text is distinct from log_row::text
         order by {columns} limit 1"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_matched_by_the_whole_primary_key() {
        let sql = difference_sql("sales_day_sku", &["day".to_owned(), "sku".to_owned()]);
        assert!(sql.contains("json_build_object('day', day, 'sku', sku)"), "{sql}");
        assert!(sql.contains("using (day, sku)"), "{sql}");
        assert!(sql.contains("order by day, sku limit 1"), "{sql}");
    }
}
