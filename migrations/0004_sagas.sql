-- When a saga wants to come back to an order. A row is written by the transaction that moves the sagas' checkpoint past
-- the event that asked for it, and leaves when it has fired or is no longer wanted. Order numbers are stored as such: at
-- full speed this table takes a row for every order. It is all inserts and deletes, so that dead rows are cleared by
-- their number and not by their share.
create table saga_timers (
    saga           text collate "C" not null,
    order_id       uuid not null,
    due            timestamptz not null,
    -- The event that set it, and the conversation which that event belongs to.
    position       bigint not null,
    correlation_id text not null,
    primary key (saga, order_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);
create index saga_timers_by_due on saga_timers (due);

-- What the sagas still have to do: commands that could not be carried out at once, work for the world outside, and the
-- dead letters that wait for a person. What was carried out at the first attempt never comes here; the checkpoint alone
-- says that it is done.
create table saga_commands (
    -- Derived from saga, subject and position, and the idempotency key of the command.
    id              uuid primary key,
    saga            text collate "C" not null,
    -- Commands of one saga about one subject (an order's number) go in the order of positions.
    subject         uuid not null,
    -- The event that this follows from.
    position        bigint not null,
    correlation_id  text not null,
    causation_id    text not null,
    kind            text collate "C" not null check (kind in ('command', 'refund')),
    action          json not null,
    state           text collate "C" not null check (state in ('pending', 'dead', 'skipped')),
    -- Attempts of any outcome, and those of them that were refused; a retry by an operator starts both afresh.
    attempts        integer not null,
    refusals        integer not null,
    next_attempt_at timestamptz not null,
    last_error      text,
    stored_at       timestamptz not null,
    -- The operator who last had it retried or skipped.
    decided_by      text,
    decided_at      timestamptz,
    unique (saga, subject, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
create index saga_commands_due on saga_commands (kind, next_attempt_at) where state = 'pending';
create index saga_commands_dead on saga_commands (position, id) where state <> 'pending';

grant select, insert, update, delete on saga_timers, saga_commands to purser_engine;
