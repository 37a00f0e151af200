-- Moves the sagas' checkpoint and writes what follows from the events up to there, in one statement and only from where
-- the checkpoint is believed to stand.
with moved as (
    update follower_checkpoints set position = $17, updated_at = $15
    where follower = $18 and position = $16 and parked_version = $19
    returning position
), cleared as (
    delete from saga_timers as timer
    using unnest($20::text[], $21::uuid[], $22::text[]) as gone (saga, subject, name)
    where timer.saga = gone.saga and timer.subject = gone.subject and timer.name = gone.name
      and exists (select from moved)
), opened as (
    insert into saga_timers as timer (saga, subject, name, due, every_seconds, until, position, correlation_id)
    select opened.*
    from unnest($23::text[], $24::uuid[], $25::text[], $26::timestamptz[], $27::bigint[], $28::timestamptz[],
                $29::bigint[], $30::text[]) as opened
    where exists (select from moved)
    on conflict (saga, subject, name) do update
    set due = excluded.due, every_seconds = excluded.every_seconds, until = excluded.until,
        position = excluded.position, correlation_id = excluded.correlation_id
), kept as (
    insert into saga_commands (id, saga, subject, position, ordinal, correlation_id, causation_id, kind, action, state,
                               attempts, refusals, next_attempt_at, last_error, stored_at)
    select kept.id, kept.saga, kept.subject, kept.position, kept.ordinal, kept.correlation_id, kept.causation_id,
           kept.kind, kept.action::json, kept.state, kept.attempts, kept.refusals, kept.next_attempt_at,
           kept.last_error, $15
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::smallint[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[], $11::int[], $12::int[], $13::timestamptz[], $14::text[])
         as kept (id, saga, subject, position, ordinal, correlation_id, causation_id, kind, action, state, attempts,
                  refusals, next_attempt_at, last_error)
    where exists (select from moved)
    on conflict do nothing
)
select set_config('synchronous_commit', $31, true) from moved
