with parked as (
    select
        follower,
        count(*) filter (where skipped_at is null) as parked_events,
        count(*) filter (where skipped_at is not null) as skipped_events
    from parked_events
    group by follower
),
rebuilding as (
    select lock.objid
    from pg_locks as lock
    join pg_database as database on database.oid = lock.database
    where lock.locktype = 'advisory'
      and lock.classid = $1::integer::oid
      and lock.mode = 'ExclusiveLock'
      and lock.granted
      and database.datname = current_database()
)
select
    checkpoint.follower,
    checkpoint.position,
    checkpoint.updated_at,
    log_head.position as head,
    coalesce(parked.parked_events, 0) as parked_events,
    coalesce(parked.skipped_events, 0) as skipped_events,
    rebuild.attempt as rebuild_attempt,
    rebuild.position as rebuild_position,
    rebuild.target as rebuild_target,
    rebuild.started_at as rebuild_started_at,
    rebuild.updated_at as rebuild_updated_at,
    rebuild.finished_at as rebuild_finished_at,
    rebuild.error as rebuild_error,
    hashtext(checkpoint.follower)::oid in (select objid from rebuilding) as rebuild_running
from follower_checkpoints as checkpoint
cross join log_head
left join parked on parked.follower = checkpoint.follower
left join view_rebuilds as rebuild on rebuild.view = checkpoint.follower
order by checkpoint.follower
