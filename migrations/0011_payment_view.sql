-- Attempts to pay through gateways, to be looked at and worked off. There is at most a handful for an order.
set local role purser_engine;

-- What is looked up by is in columns, everything else in one document: it is read as a whole.
create table views.payment (
    payment_id      uuid primary key,
    order_id        uuid not null,
    merchant        text collate "C" not null,
    customer        text collate "C",
    gateway         text collate "C" not null,
    status          text collate "C" not null,
    initiated_at    timestamptz not null,
    mismatches_open bigint not null,
    document        text not null,
    position        bigint not null
) with (fillfactor = 70);
-- The attempts of one order, those of one merchant, and all of them in time. None of it ever changes.
create index payment_by_order on views.payment (order_id, initiated_at, payment_id);
create index payment_by_merchant on views.payment (merchant, initiated_at, payment_id);
create index payment_by_time on views.payment (initiated_at, payment_id);
-- The few about which a person has to decide.
create index payment_in_review on views.payment (initiated_at, payment_id) where mismatches_open > 0;

reset role;
