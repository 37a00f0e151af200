insert into product (sku, title, kind, price, currency, merchant, state, since, words, position)
select sku, title, kind, price, currency, merchant, state, since, array_to_tsvector(string_to_array(words, ' ')),
    position
from unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
    $9::text[], $10::bigint[]
) as folded (sku, title, kind, price, currency, merchant, state, since, words, position)
on conflict (sku) do update set
    title = excluded.title,
    kind = excluded.kind,
    price = excluded.price,
    currency = excluded.currency,
    merchant = excluded.merchant,
    state = excluded.state,
    since = excluded.since,
    words = excluded.words,
    position = excluded.position
