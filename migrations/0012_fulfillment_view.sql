-- The parcels of the orders: what is in each, and how far it has come. Orders whose work began before there were
-- fulfillments have none.
set local role purser_engine;

create table views.fulfillment (
    fulfillment_id uuid primary key,
    order_id       uuid not null,
    number         bigint not null,
    merchant       text collate "C" not null,
    customer       text collate "C",
    location       text collate "C",
    replaces       uuid,
    lines          text not null,
    status         text collate "C" not null,
    opened_at      timestamptz not null,
    ship_by        timestamptz not null,
    overdue_since  timestamptz,
    started_at     timestamptz,
    tracking       text,
    carrier        text,
    shipped_at     timestamptz,
    delivered_at   timestamptz,
    ended_at       timestamptz,
    reason         text,
    position       bigint not null
) with (fillfactor = 70);
-- The parcels of one order, for whoever waits for them.
create index fulfillment_by_order on views.fulfillment (order_id, number);
-- A seller's or a customer's own parcels, the most urgent first.
create index fulfillment_by_merchant on views.fulfillment (merchant, ship_by, fulfillment_id);
create index fulfillment_by_customer on views.fulfillment (customer, ship_by, fulfillment_id) where customer is not null;
-- What is still to be shipped, of all sellers: little among all that ever was.
create index fulfillment_pending on views.fulfillment (ship_by, fulfillment_id)
    where status in ('open', 'on_hold', 'in_progress');

reset role;
