insert into product (
    sku, title, kind, price, currency, merchant, tax_category, purchase_limit, backorder, state, since, words, position
)
select sku, title, kind, price, currency, merchant, tax_category, purchase_limit, backorder, state, since,
    array_to_tsvector(string_to_array(words, ' ')), position
from unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[],
    $10::text[], $11::timestamptz[], $12::text[], $13::bigint[]
) as folded (
    sku, title, kind, price, currency, merchant, tax_category, purchase_limit, backorder, state, since, words, position
)
on conflict (sku) do update set
    title = excluded.title,
    kind = excluded.kind,
    price = excluded.price,
    currency = excluded.currency,
    merchant = excluded.merchant,
    tax_category = excluded.tax_category,
    purchase_limit = excluded.purchase_limit,
    backorder = excluded.backorder,
    state = excluded.state,
    since = excluded.since,
    words = excluded.words,
    position = excluded.position
