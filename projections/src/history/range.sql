-- The size that a value has where it is stored is known without reading it: an order of many lines is kept out of line.
select *
from (
    select event.*, sum(pg_column_size(payload)) over (order by position) - pg_column_size(payload) as bytes_before
    from events as event
    where position > $1 and position <= $2
) as bounded
where bytes_before < $3
order by position
