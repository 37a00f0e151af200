-- All cold streams of a batch in one query. A wanted range is one stream (first_id = last_id) or all locations of one
-- SKU. The streams of a range are found by hopping from id to id over the primary key, so that a long stream costs no
-- more than a short one; each is then read from its snapshot on.
with recursive wanted as (
    select row.aggregate_type, row.first_id collate "C" as first_id, row.last_id collate "C" as last_id
    from unnest($1::text[], $2::text[], $3::text[]) as row (aggregate_type, first_id, last_id)
), stream as (
    select wanted.aggregate_type, found.aggregate_id, wanted.last_id
    from wanted
    cross join lateral (
        select events.aggregate_id from events
        where events.aggregate_type = wanted.aggregate_type
          and events.aggregate_id >= wanted.first_id and events.aggregate_id <= wanted.last_id
        order by events.aggregate_id limit 1
    ) as found
    union all
    select stream.aggregate_type, found.aggregate_id, stream.last_id
    from stream
    cross join lateral (
        select events.aggregate_id from events
        where events.aggregate_type = stream.aggregate_type
          and events.aggregate_id > stream.aggregate_id and events.aggregate_id <= stream.last_id
        order by events.aggregate_id limit 1
    ) as found
), snapshot as (
    select stream_snapshots.aggregate_type, stream_snapshots.aggregate_id, stream_snapshots.sequence,
           stream_snapshots.state
    from stream
    join stream_snapshots using (aggregate_type, aggregate_id)
    where stream_snapshots.form = $4
)
select aggregate_type, aggregate_id, sequence, '' as event_type, '' as event_version, state::text as payload
from snapshot
union all
(
    select stream.aggregate_type, stream.aggregate_id, tail.sequence, tail.event_type, tail.event_version, tail.payload
    from stream
    left join snapshot using (aggregate_type, aggregate_id)
    cross join lateral (
        select events.sequence, events.event_type, events.event_version, events.payload from events
        where events.aggregate_type = stream.aggregate_type and events.aggregate_id = stream.aggregate_id
          and events.sequence > coalesce(snapshot.sequence, 0)
        order by events.sequence
    ) as tail
)
order by aggregate_type, aggregate_id, sequence
