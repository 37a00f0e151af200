insert into payment (
    payment_id, order_id, merchant, customer, gateway, status, initiated_at, mismatches_open, document, position
)
select * from unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[], $9::text[],
    $10::bigint[]
)
on conflict (payment_id) do update set
    status = excluded.status,
    mismatches_open = excluded.mismatches_open,
    document = excluded.document,
    position = excluded.position
