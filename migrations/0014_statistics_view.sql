-- What happened in each minute and on each day, by merchant and currency. An event counts when the log took it, which
-- never goes back: once a minute or a day is over, its rows stay as they are. Sales, in `sales_day`, are counted on the day
-- of the placement instead, and are taken back.
--
-- A merchant in the middle of a sale rewrites one row of each table with every batch, and no index covers what changes.
set local role purser_engine;

create table views.statistics_minute (
    begins             timestamptz not null,
    merchant           text collate "C" not null,
    currency           text collate "C" not null,
    orders_placed      bigint not null,
    orders_paid        bigint not null,
    orders_cancelled   bigint not null,
    orders_expired     bigint not null,
    units              bigint not null,
    gross              bigint not null,
    discounts          bigint not null,
    shipping           bigint not null,
    tax                bigint not null,
    tax_added          bigint not null,
    points             bigint not null,
    paid               bigint not null,
    refunds            bigint not null,
    refunded           bigint not null,
    unapplied_refunds  bigint not null,
    unapplied_refunded bigint not null,
    returns            bigint not null,
    units_returned     bigint not null,
    primary key (begins, merchant, currency)
) with (fillfactor = 40);

-- The same by day: a year of one merchant is 366 rows here, and half a million there.
create table views.statistics_day (
    like views.statistics_minute including all
) with (fillfactor = 40);
-- A merchant's days among those of thousands of others.
create index statistics_day_by_merchant on views.statistics_day (merchant, begins, currency);

reset role;
