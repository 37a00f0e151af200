-- Takes fired timers away and writes what of their commands is still to be done, in one statement. A timer that was set
-- anew meanwhile stays; one that is locked is being cleared, or fired by a rival, and fires again if it is still there.
with gone as (
    delete from saga_timers where (saga, order_id) in (
        select timer.saga, timer.order_id
        from saga_timers as timer
        join unnest($15::text[], $16::uuid[], $17::timestamptz[]) as fired (saga, order_id, due)
          on timer.saga = fired.saga and timer.order_id = fired.order_id and timer.due = fired.due
        for update of timer skip locked
    )
), kept as (
    insert into saga_commands (id, saga, subject, position, correlation_id, causation_id, kind, action, state, attempts,
                               refusals, next_attempt_at, last_error, stored_at)
    select kept.id, kept.saga, kept.subject, kept.position, kept.correlation_id, kept.causation_id, kept.kind,
           kept.action::json, kept.state, kept.attempts, kept.refusals, kept.next_attempt_at, kept.last_error, $14
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::int[], $11::int[], $12::timestamptz[], $13::text[])
         as kept (id, saga, subject, position, correlation_id, causation_id, kind, action, state, attempts, refusals,
                  next_attempt_at, last_error)
    on conflict do nothing
)
select set_config('synchronous_commit', 'off', true)
