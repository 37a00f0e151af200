-- What prices are made of, to be looked at: the terms of each merchant, coupons with their uses, points. Few orders touch
-- a coupon and few the points of a customer; those that do not, cost these tables nothing.
set local role purser_engine;

-- What the catalogue says beside the price. The rows that there are come from listings that could not say it yet.
alter table views.product
    add column tax_category   text collate "C",
    add column purchase_limit bigint;

-- All that a merchant has decided, as one document: it is read as a whole, and seldom written.
create table views.merchant_terms (
    merchant text collate "C" primary key,
    document text not null,
    position bigint not null
);

-- A coupon and how often it is used. A popular one rewrites its row with every batch, so that no index covers what
-- changes; the terms are written once.
create table views.coupon (
    code         text collate "C" primary key,
    merchant     text collate "C",
    terms        text not null,
    issued_at    timestamptz not null,
    withdrawn_at timestamptz,
    frozen       bigint not null,
    redeemed     bigint not null,
    position     bigint not null
) with (fillfactor = 60);
-- A merchant's own coupons, a page at a time.
create index coupon_by_merchant on views.coupon (merchant, code);

-- The points of each customer who ever had any.
create table views.points (
    customer text collate "C" primary key,
    balance  bigint not null,
    frozen   bigint not null,
    position bigint not null
) with (fillfactor = 80);

reset role;
