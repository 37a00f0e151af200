-- The last position of the streams whose ids begin with $2, or of the one that is $2. Each stream costs two descents of the
-- log's key, however long it is.
with recursive streams (id) as (
    (select aggregate_id from events
     where aggregate_type = $1 and aggregate_id >= $2 and aggregate_id < $3
     order by aggregate_id limit 1)
    union all
    select (select aggregate_id from events
            where aggregate_type = $1 and aggregate_id > streams.id and aggregate_id < $3
            order by aggregate_id limit 1)
    from streams where id is not null
)
select max((select position from events
            where aggregate_type = $1 and aggregate_id = streams.id
            order by sequence desc limit 1))
from streams where id is not null
