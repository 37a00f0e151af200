-- Moves the sagas' checkpoint and writes what follows from the events up to there, in one statement and only from where
-- the checkpoint is believed to stand.
with moved as (
    update follower_checkpoints set position = $16, updated_at = $14
    where follower = $17 and position = $15 and parked_version = $18
    returning position
), cleared as (
    delete from saga_timers as timer
    using unnest($19::text[], $20::uuid[]) as gone (saga, order_id)
    where timer.saga = gone.saga and timer.order_id = gone.order_id and exists (select from moved)
), opened as (
    insert into saga_timers as timer (saga, order_id, due, position, correlation_id)
    select opened.* from unnest($21::text[], $22::uuid[], $23::timestamptz[], $24::bigint[], $25::text[]) as opened
    where exists (select from moved)
    on conflict (saga, order_id) do update
    set due = excluded.due, position = excluded.position, correlation_id = excluded.correlation_id
), kept as (
    insert into saga_commands (id, saga, subject, position, correlation_id, causation_id, kind, action, state, attempts,
                               refusals, next_attempt_at, last_error, stored_at)
    select kept.id, kept.saga, kept.subject, kept.position, kept.correlation_id, kept.causation_id, kept.kind,
           kept.action::json, kept.state, kept.attempts, kept.refusals, kept.next_attempt_at, kept.last_error, $14
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::int[], $11::int[], $12::timestamptz[], $13::text[])
         as kept (id, saga, subject, position, correlation_id, causation_id, kind, action, state, attempts, refusals,
                  next_attempt_at, last_error)
    where exists (select from moved)
    on conflict do nothing
)
select set_config('synchronous_commit', $26, true) from moved
