select coalesce((select position from follower_checkpoints where follower = $1), 0) as position,
       (select position from log_head) as head,
       (select count(*) from saga_commands where state = 'pending') as pending_commands,
       (select count(*) from saga_commands where state = 'dead') as dead_letters,
       (select count(*) from parked_events where follower = $1 and skipped_at is null) as parked_events,
       (select count(*) from saga_timers) as open_timers,
       (select min(due) from saga_timers) as next_timer_due
