-- What has seen more than the log has. Timers and commands of the sagas move with the sagas' checkpoint and need no look of
-- their own. A snapshot is of its stream's last event or of one before it.
with head as (
    select position from log_head
)
select case when follower in ('sagas', 'publisher') then follower else 'the view ' || follower end || ' at ' || seen.position
from follower_checkpoints as seen, head
where seen.position > head.position
union all
select 'reconciliation at ' || seen.position from reconciliation as seen, head where seen.position > head.position
union all
select 'a snapshot of ' || aggregate_type || ' ' || aggregate_id || ' at its event ' || sequence
from stream_snapshots as seen
where not exists (
    select from events
    where events.aggregate_id = seen.aggregate_id and events.aggregate_type = seen.aggregate_type
      and events.sequence = seen.sequence
)
