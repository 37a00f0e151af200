-- The first half of an append: the events and the idempotency keys of a whole batch go in, in a transaction that is left
-- open. Nobody sees them until the second half has moved the head to where these events end, and has committed.
--
-- The lists of the events are all of one length, and so are those of the keys. They are unnested side by side in the select
-- list: one `unnest` of them all in the from clause would write every row into a store of its own first, and read it from
-- there; that is a tenth of the statement.
with event as (
    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                        position, recorded_at, hash)
    select unnest($2::text[]), unnest($3::text[]), unnest($4::bigint[]), unnest($5::text[]), unnest($6::text[]),
           unnest($7::text[]), unnest($8::text[]), unnest($9::bigint[]), $1, unnest($10::bytea[])
)
insert into idempotency_keys (key, fingerprint, answer, recorded_at)
select unnest($11::uuid[]), unnest($12::bytea[]), unnest($13::text[]), $1
