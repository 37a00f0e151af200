insert into exception (
    exception_id, kind, subject, order_id, merchant, detail, status, raised_at, times, closed_at, action, actor, reason,
    position
)
select * from unnest(
    $1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::bigint[],
    $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::bigint[]
)
on conflict (exception_id) do update set
    order_id = excluded.order_id,
    merchant = excluded.merchant,
    detail = excluded.detail,
    status = excluded.status,
    raised_at = excluded.raised_at,
    times = excluded.times,
    closed_at = excluded.closed_at,
    action = excluded.action,
    actor = excluded.actor,
    reason = excluded.reason,
    position = excluded.position
