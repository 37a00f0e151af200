-- Sums of money, and the counts beside them, as numeric. A merchant's orders may be free and as dear as an order can be, so
-- that within hours a bigint would overflow: then every further event of that merchant would be put aside, and the sums over
-- all merchants could not be read at all.
set local role purser_engine;

alter table views.sales_day alter gross type numeric;
alter table views.sales_day_sku alter gross type numeric;

alter table views.statistics_minute
    alter orders_placed      type numeric,
    alter orders_paid        type numeric,
    alter orders_cancelled   type numeric,
    alter orders_expired     type numeric,
    alter units              type numeric,
    alter gross              type numeric,
    alter discounts          type numeric,
    alter shipping           type numeric,
    alter tax                type numeric,
    alter tax_added          type numeric,
    alter points             type numeric,
    alter paid               type numeric,
    alter refunds            type numeric,
    alter refunded           type numeric,
    alter unapplied_refunds  type numeric,
    alter unapplied_refunded type numeric,
    alter returns            type numeric,
    alter units_returned     type numeric;
alter table views.statistics_day
    alter orders_placed      type numeric,
    alter orders_paid        type numeric,
    alter orders_cancelled   type numeric,
    alter orders_expired     type numeric,
    alter units              type numeric,
    alter gross              type numeric,
    alter discounts          type numeric,
    alter shipping           type numeric,
    alter tax                type numeric,
    alter tax_added          type numeric,
    alter points             type numeric,
    alter paid               type numeric,
    alter refunds            type numeric,
    alter refunded           type numeric,
    alter unapplied_refunds  type numeric,
    alter unapplied_refunded type numeric,
    alter returns            type numeric,
    alter units_returned     type numeric;

reset role;
