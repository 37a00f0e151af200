insert into sales_day as known (day, merchant, currency, orders, units, gross)
select * from unnest($1::date[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
on conflict (day, merchant, currency) do update set
    orders = known.orders + excluded.orders,
    units = known.units + excluded.units,
    gross = known.gross + excluded.gross
