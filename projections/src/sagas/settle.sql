-- Removes what is over and notes what failed, in one statement. A row that is no longer as it was read was settled by a
-- rival or decided by an operator, and stays as they left it; so does a locked one. What was given up may have become
-- another action: the command that records it.
with gone as (
    delete from saga_commands where id in (
        select id from saga_commands where id = any($1) order by id for update skip locked
    )
), failed as (
    select stored.id, failed.state, failed.attempts, failed.refusals, failed.next_attempt_at, failed.last_error,
           failed.kind, failed.action
    from saga_commands as stored
    join unnest($2::uuid[], $3::text[], $4::int[], $5::int[], $6::timestamptz[], $7::text[], $8::int[], $9::text[],
                $10::text[])
         as failed (id, state, attempts, refusals, next_attempt_at, last_error, attempts_before, kind, action)
      on stored.id = failed.id and stored.attempts = failed.attempts_before and stored.state = 'pending'
    order by stored.id
    for update of stored skip locked
)
update saga_commands as stored
set state = failed.state, attempts = failed.attempts, refusals = failed.refusals,
    next_attempt_at = failed.next_attempt_at, last_error = failed.last_error, kind = failed.kind,
    action = failed.action::json
from failed
where stored.id = failed.id
