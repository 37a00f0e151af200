-- Takes fired timers away, or has them due again, and writes what of their work is still to be done, in one statement. A
-- timer that was set anew meanwhile stays; one that is locked is being cleared, or fired by a rival, and fires again if it
-- is still there.
with fired as materialized (
    select timer.saga, timer.subject, timer.name, fired.next
    from saga_timers as timer
    join unnest($16::text[], $17::uuid[], $18::text[], $19::timestamptz[], $20::timestamptz[])
         as fired (saga, subject, name, due, next)
      on timer.saga = fired.saga and timer.subject = fired.subject and timer.name = fired.name and timer.due = fired.due
    for update of timer skip locked
), gone as (
    delete from saga_timers where (saga, subject, name) in (select saga, subject, name from fired where next is null)
), again as (
    update saga_timers as timer set due = fired.next
    from fired
    where fired.next is not null
      and timer.saga = fired.saga and timer.subject = fired.subject and timer.name = fired.name
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
    on conflict do nothing
)
select set_config('synchronous_commit', 'off', true)
