-- What is due and first in its lane; a dead letter holds its lane up, a skipped one does not.
select due.id, due.saga, due.position, due.ordinal, due.correlation_id, due.causation_id, due.subject,
       due.action::text as action, due.attempts, due.refusals
from saga_commands as due
where due.state = 'pending' and due.kind = any($1) and due.next_attempt_at <= $2 and due.saga = any($3)
  and not due.id = any($4)
  and not exists (
      select from saga_commands as earlier
      where earlier.saga = due.saga and earlier.subject = due.subject
        and (earlier.position, earlier.ordinal, earlier.id) < (due.position, due.ordinal, due.id)
        and earlier.state <> 'skipped')
order by due.next_attempt_at, due.position
limit $5
