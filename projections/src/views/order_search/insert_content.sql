-- The lists are unnested in the select list, as in an append and for the same reason.
insert into order_search
    (placed_at, order_id, customer, merchant, reference, currency, total, units, line_count, skus, words)
select unnest($1::timestamptz[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
    unnest($6::text[]), unnest($7::bigint[]), unnest($8::bigint[]), unnest($9::integer[]),
    string_to_array(unnest($10::text[]), E'\n'), array_to_tsvector(string_to_array(unnest($11::text[]), ' '))
