insert into refund (
    refund_id, order_id, merchant, customer, amount, currency, cause, payment_reference, status, channel, requested_at,
    submitted_at, succeeded_at, transfer_reference, note, captured, part, payment_id, failure, failure_cause, failed_at,
    reviewer, review_reason, written_off_at, position, offset_amount
)
select * from unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[], $16::bigint[],
    $17::bigint[], $18::uuid[], $19::text[], $20::text[], $21::timestamptz[], $22::text[], $23::text[], $24::timestamptz[],
    $25::bigint[], $26::bigint[]
)
on conflict (refund_id) do update set
    status = excluded.status,
    channel = excluded.channel,
    submitted_at = excluded.submitted_at,
    succeeded_at = excluded.succeeded_at,
    transfer_reference = excluded.transfer_reference,
    note = excluded.note,
    failure = excluded.failure,
    failure_cause = excluded.failure_cause,
    failed_at = excluded.failed_at,
    reviewer = excluded.reviewer,
    review_reason = excluded.review_reason,
    written_off_at = excluded.written_off_at,
    position = excluded.position,
    offset_amount = excluded.offset_amount
