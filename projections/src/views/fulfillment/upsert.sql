insert into fulfillment (
    fulfillment_id, order_id, number, merchant, customer, location, replaces, lines, status, opened_at, ship_by,
    overdue_since, started_at, tracking, carrier, shipped_at, delivered_at, ended_at, reason, position
)
select * from unnest(
    $1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[],
    $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[],
    $16::timestamptz[], $17::timestamptz[], $18::timestamptz[], $19::text[], $20::bigint[]
)
on conflict (fulfillment_id) do update set
    lines = excluded.lines,
    status = excluded.status,
    overdue_since = excluded.overdue_since,
    started_at = excluded.started_at,
    tracking = excluded.tracking,
    carrier = excluded.carrier,
    shipped_at = excluded.shipped_at,
    delivered_at = excluded.delivered_at,
    ended_at = excluded.ended_at,
    reason = excluded.reason,
    position = excluded.position
