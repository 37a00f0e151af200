update coupon as known set
    frozen = known.frozen + change.frozen,
    redeemed = known.redeemed + change.redeemed,
    withdrawn_at = coalesce(known.withdrawn_at, change.withdrawn_at),
    position = change.position
from unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bigint[])
    as change (code, frozen, redeemed, withdrawn_at, position)
where known.code = change.code
returning known.code
