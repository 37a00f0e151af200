insert into sales_day_sku as known (day, merchant, currency, sku, orders, units, gross)
select * from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
on conflict (day, merchant, currency, sku) do update set
    orders = known.orders + excluded.orders,
    units = known.units + excluded.units,
    gross = known.gross + excluded.gross
