insert into goods_return (
    return_id, order_id, customer, merchant, status, requested_at, escalated_at, document, position
)
select * from unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[],
    $9::bigint[]
)
on conflict (return_id) do update set
    status = excluded.status,
    escalated_at = excluded.escalated_at,
    document = excluded.document,
    position = excluded.position
