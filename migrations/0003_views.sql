-- The views. Each is a function of the log alone and can be dropped and derived again. The engine's role owns them, so
-- that it can exchange them. Ids of orders and refunds are stored as their numbers: half the size of their text, and in
-- the order of time. Every index is paid for by every order, so that each one says what it is for.
--
-- Where rows change, hardly any index covers a column that does: such updates stay within their page (heap-only) and
-- touch no index at all. The room for them is left by the fillfactor. The pending list of a search index is kept short,
-- because every search reads all of it.
set local role purser_engine;

-- One order by its id. `placed` is what was agreed, with all lines; it is written once and may be large. What happens
-- afterwards is in `detail`.
create table views.order_detail (
    order_id uuid primary key,
    customer text collate "C",
    merchant text collate "C" not null,
    position bigint not null,
    placed   json not null,
    detail   json not null
) with (fillfactor = 70);

-- What orders are searched by. None of it ever changes, because what does change is in order_search_status: otherwise
-- every step of every order would write this wide row again, and an entry into each of its indexes. The two are joined by
-- the order's id alone: by two columns, the planner would take it for a join that finds next to nothing, and read both
-- tables whole for a page of fifty.
create table views.order_search (
    order_id   uuid primary key,
    placed_at  timestamptz not null,
    customer   text collate "C",
    merchant   text collate "C" not null,
    reference  text collate "C",
    currency   text collate "C" not null,
    total      bigint not null,
    units      bigint not null,
    line_count integer not null,
    skus       text[] collate "C" not null,
    words      tsvector not null
);
-- The newest orders first, and ranges of time.
create index order_search_by_time on views.order_search (placed_at, order_id);
-- A customer's or a merchant's own orders, newest first: a few among a million of others.
create index order_search_by_customer on views.order_search (customer, placed_at, order_id) where customer is not null;
create index order_search_by_merchant on views.order_search (merchant, placed_at, order_id);
-- The order that another system's number means.
create index order_search_by_reference on views.order_search (reference) where reference is not null;
-- The largest orders first, and ranges of totals.
create index order_search_by_total on views.order_search (currency, total, order_id);
-- Orders by SKU and by the words of their titles: one index, because two would be twice the pending lists.
create index order_search_by_content on views.order_search using gin (skus, words) with (gin_pending_list_limit = 512);

-- How far an order has come. Narrow, because every step of every order rewrites a row of it.
create table views.order_search_status (
    order_id  uuid primary key,
    placed_at timestamptz not null,
    status    text collate "C" not null,
    position  bigint not null
) with (fillfactor = 80);
-- Lists of work: what is paid and waits, oldest first. Rare statuses are not found by walking past all completed orders.
-- This is the one index that every step of an order pays for.
create index order_search_status_by_status on views.order_search_status (status, placed_at, order_id);

-- Pieces per SKU and location. A hot SKU rewrites its row with every batch.
create table views.stock_level (
    sku        text collate "C" not null,
    location   text collate "C" not null,
    on_hand    bigint not null,
    reserved   bigint not null,
    position   bigint not null,
    changed_at timestamptz not null,
    primary key (sku, location)
) with (fillfactor = 40);

-- Orders that were paid and not cancelled, on the UTC day of their placement. Rows that have come back to zero stay, so
-- that which rows there are does not depend on how events were batched.
create table views.sales_day (
    day      date not null,
    merchant text collate "C" not null,
    currency text collate "C" not null,
    orders   bigint not null,
    units    bigint not null,
    gross    bigint not null,
    primary key (day, merchant, currency)
) with (fillfactor = 40);
create table views.sales_day_sku (
    day      date not null,
    merchant text collate "C" not null,
    currency text collate "C" not null,
    sku      text collate "C" not null,
    orders   bigint not null,
    units    bigint not null,
    gross    bigint not null,
    primary key (day, merchant, currency, sku)
) with (fillfactor = 80);
-- What a SKU sold over a range of days, a page of SKUs at a time.
create index sales_day_sku_by_sku on views.sales_day_sku (sku, currency, day);

-- Money that is owed back, or was.
create table views.refund (
    refund_id          uuid primary key,
    order_id           uuid not null,
    merchant           text collate "C" not null,
    customer           text collate "C",
    amount             bigint not null,
    currency           text collate "C" not null,
    cause              text collate "C" not null,
    payment_reference  text collate "C" not null,
    status             text collate "C" not null,
    channel            text collate "C",
    requested_at       timestamptz not null,
    submitted_at       timestamptz,
    succeeded_at       timestamptz,
    transfer_reference text collate "C",
    note               text,
    position           bigint not null
);
-- The list of all refunds in time, those of one order, and those that somebody still has to perform.
create index refund_by_time on views.refund (requested_at, refund_id);
create index refund_by_order on views.refund (order_id, requested_at, refund_id);
create index refund_due on views.refund (requested_at, refund_id) where status <> 'succeeded';

-- What is sold, and what was.
create table views.product (
    sku      text collate "C" primary key,
    title    text not null,
    kind     text collate "C" not null,
    price    bigint not null,
    currency text collate "C" not null,
    merchant text collate "C" not null,
    state    text collate "C" not null,
    since    timestamptz not null,
    words    tsvector not null,
    position bigint not null
);
-- A merchant's own catalogue, and which SKUs of the stock are theirs.
create index product_by_merchant on views.product (merchant, sku);
create index product_by_words on views.product using gin (words);

reset role;
