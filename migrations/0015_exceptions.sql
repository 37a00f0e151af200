-- What did not come to an end as it should have, and what became of it; and how far the reconciliation that looks for it
-- has come. Few orders are ever in the view.

-- What a reconciliation knows of the log up to a position: only what has not come to its end. In another form it is made
-- anew from the log.
create table reconciliation (
    id       boolean primary key default true check (id),
    position bigint not null,
    form     integer not null,
    watch    text not null,
    gateways text not null
);

insert into reconciliation (position, form, watch, gateways) values (0, 0, '', '');
grant select, update on reconciliation to purser_engine;

set local role purser_engine;

create table views.exception (
    exception_id uuid primary key,
    kind         text collate "C" not null,
    subject      text collate "C" not null,
    order_id     uuid,
    merchant     text collate "C",
    detail       text not null,
    status       text collate "C" not null,
    raised_at    timestamptz not null,
    times        bigint not null,
    closed_at    timestamptz,
    action       text,
    actor        text collate "C",
    reason       text,
    position     bigint not null
);
-- The list that people work off, and what became of the rest.
create index exception_by_status on views.exception (status, raised_at, exception_id);

reset role;
