-- Returns, to be worked off by their sellers and looked at by their customers. What is searched by has columns of its own;
-- the rest is one document that is read as a whole. Few orders are returned, so that each list may have its index.
set local role purser_engine;

create table views.goods_return (
    return_id    uuid primary key,
    order_id     uuid not null,
    customer     text collate "C",
    merchant     text collate "C" not null,
    status       text collate "C" not null,
    requested_at timestamptz not null,
    -- When it was found that nobody had answered in time; none where somebody had.
    escalated_at timestamptz,
    document     text not null,
    position     bigint not null
);
-- The list of all returns in time, those of one order, of one customer, of one merchant, and those that wait for an answer.
create index goods_return_by_time on views.goods_return (requested_at, return_id);
create index goods_return_by_order on views.goods_return (order_id, requested_at, return_id);
create index goods_return_by_customer on views.goods_return (customer, requested_at, return_id);
create index goods_return_by_merchant on views.goods_return (merchant, requested_at, return_id);
create index goods_return_to_answer on views.goods_return (requested_at, return_id) where status = 'requested';

reset role;
