-- One append: the head moves, the events and the idempotency keys of a whole batch go in, or nothing does. The head's
-- row is the fence: if another writer raised the epoch or moved the position, no row moves, and the inserts, which are
-- fed through it, insert nothing. One statement is one transaction and one fsync.
with head as (
    update log_head
    set position = $3, hash = $4
    where position = $1 and epoch = $2
    returning position
), event as (
    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                        position, recorded_at, hash)
    select row.aggregate_type, row.aggregate_id, row.sequence, row.event_type, row.event_version,
           row.payload::json, row.metadata::json, $1 + row.ordinal, $5, row.hash
    from head,
         unnest($6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bytea[])
             with ordinality as row (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                                     metadata, hash, ordinal)
), key as (
    insert into idempotency_keys (key, fingerprint, answer, recorded_at)
    select row.key, row.fingerprint, row.answer::json, $5
    from head, unnest($14::uuid[], $15::bytea[], $16::text[]) as row (key, fingerprint, answer)
)
select count(*) from head
