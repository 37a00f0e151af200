-- A page of the log, bounded by number and by size; always at least one row, if there is one. The size of a row is what
-- it takes in the table. Its true size is not known where it is compressed, short of decompressing it; there it is
-- taken for eight times as much, which JSON seldom exceeds.
select position, recorded_at, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata
from (
    select candidate.*, sum(bytes) over (order by position) - bytes as bytes_before
    from (
        select events.*,
               pg_column_size(metadata)
                   + pg_column_size(payload) * case when pg_column_compression(payload) is null then 1 else 8 end as bytes
        from events
        where position > $1
        order by position
        limit $2
    ) as candidate
) as measured
where bytes_before < $3
order by position
