-- Refunds of parts of a payment, refunds that fail, and what people make of them. Every refund up to now was of all of its
-- payment, so what these columns say of the old rows is what folding the log anew would say.
set local role purser_engine;
alter table views.refund
    add column captured        bigint,
    add column part            bigint not null default 0,
    add column payment_id      uuid,
    add column failure         text collate "C",
    add column failure_cause   text,
    add column failed_at       timestamptz,
    add column reviewer        text collate "C",
    add column review_reason   text,
    add column written_off_at  timestamptz;
update views.refund set captured = amount;
alter table views.refund
    alter column captured set not null,
    alter column part drop default;
-- What was written off is as little due as what succeeded.
drop index views.refund_due;
create index refund_due on views.refund (requested_at, refund_id) where status <> 'succeeded' and status <> 'written_off';
reset role;
