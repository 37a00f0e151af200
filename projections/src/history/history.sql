-- Positions grow with sequences, so that the last sequence of a stream up to a position is found by halving: some twenty
-- probes of the primary key in a stream of a million events, and no index on streams and positions.
select event.*
from unnest($1::text[], $2::text[]) as stream (aggregate_type, aggregate_id)
cross join lateral (
    with recursive halving (low, high) as (
        select 0::bigint, coalesce((
            select max(sequence) from events
            where aggregate_type = stream.aggregate_type and aggregate_id = stream.aggregate_id
        ), 0)
        union all
        select
            case when probe.position <= $3 then middle else low end,
            case when probe.position <= $3 then high else middle - 1 end
        from halving
        cross join lateral (select (low + high + 1) / 2 as middle) as half
        cross join lateral (
            select position from events
            where aggregate_type = stream.aggregate_type and aggregate_id = stream.aggregate_id and sequence = middle
        ) as probe
        where low < high
    )
    select low as sequence from halving where low = high
) as seen
cross join lateral (
    select * from events
    where aggregate_type = stream.aggregate_type and aggregate_id = stream.aggregate_id
      and events.sequence > seen.sequence
    order by events.sequence
    limit $4
) as event
order by event.position
limit $4
