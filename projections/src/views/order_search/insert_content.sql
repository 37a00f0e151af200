insert into order_search
    (placed_at, order_id, customer, merchant, reference, currency, total, units, line_count, skus, words)
select placed_at, order_id, customer, merchant, reference, currency, total, units, line_count,
    string_to_array(skus, E'\n'), array_to_tsvector(string_to_array(words, ' '))
from unnest(
    $1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
    $9::integer[], $10::text[], $11::text[]
) as begun (placed_at, order_id, customer, merchant, reference, currency, total, units, line_count, skus, words)
