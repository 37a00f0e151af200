insert into order_search_status as known (order_id, placed_at, status, position)
select step.order_id, begun.placed_at, coalesce(step.status, begun.status), step.position
from unnest($1::uuid[], $2::text[], $3::bigint[]) as step (order_id, status, position)
cross join lateral (
    select placed_at, status from order_search_status where order_id = step.order_id limit 1
) as begun
on conflict (order_id) do update set status = excluded.status, position = excluded.position
returning order_id
