-- The first half of an append: the events and the idempotency keys of a whole batch go in, in a transaction that is left
-- open. Nobody sees them until the second half has moved the head to where these events end, and has committed.
with event as (
    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                        position, recorded_at, hash)
    select row.aggregate_type, row.aggregate_id, row.sequence, row.event_type, row.event_version,
           row.payload::json, row.metadata::json, $1 + row.ordinal, $2, row.hash
    from unnest($3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[])
             with ordinality as row (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                                     metadata, hash, ordinal)
)
insert into idempotency_keys (key, fingerprint, answer, recorded_at)
select row.key, row.fingerprint, row.answer::json, $2
from unnest($11::uuid[], $12::bytea[], $13::text[]) as row (key, fingerprint, answer)
