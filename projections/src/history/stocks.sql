with recursive stocks as (
    (
        select aggregate_id
        from events
        where aggregate_type = 'stock' and aggregate_id >= $1 and aggregate_id < $2
        order by aggregate_id
        limit 1
    )
    union all
    select (
        select event.aggregate_id
        from events as event
        where event.aggregate_type = 'stock' and event.aggregate_id > stocks.aggregate_id and event.aggregate_id < $2
        order by event.aggregate_id
        limit 1
    )
    from stocks
    where stocks.aggregate_id is not null
)
select aggregate_id from stocks where aggregate_id is not null
