insert into stock_level as known (sku, location, on_hand, reserved, waiting, position, changed_at)
select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::timestamptz[])
on conflict (sku, location) do update set
    on_hand = known.on_hand + excluded.on_hand,
    reserved = known.reserved + excluded.reserved,
    waiting = known.waiting + excluded.waiting,
    position = excluded.position,
    changed_at = excluded.changed_at
