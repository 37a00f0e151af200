select letter.id, letter.saga, letter.position, letter.correlation_id, letter.causation_id, letter.action,
       letter.attempts::bigint as attempts, letter.last_error, letter.stored_at, letter.decided_by,
       case letter.state when 'skipped' then letter.decided_at end as skipped_at,
       case letter.state when 'skipped' then 0 else (
           select count(*) from saga_commands as waiting
           where waiting.saga = letter.saga and waiting.subject = letter.subject
             and (waiting.position, waiting.ordinal, waiting.id) > (letter.position, letter.ordinal, letter.id)
             and waiting.state = 'pending') end as waiting
from saga_commands as letter
where letter.state <> 'pending' and (letter.state = 'dead' or $4) and ($1::text is null or letter.saga = $1)
  and (letter.position, letter.id) > ($2, $3)
order by letter.position, letter.id
limit $5
