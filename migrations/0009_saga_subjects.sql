-- Sagas come back to anything that has a number, and not to orders only; to one thing for several reasons, each with a
-- timer of its own; and again and again, if they want to. The only timer of a saga has no name, as all have that are set
-- already.
alter table saga_timers rename column order_id to subject;
alter table saga_timers
    add column name          text collate "C" not null default '',
    -- A timer that repeats keeps its row, and is due again on its beat until the first time at or after `until`.
    add column every_seconds bigint check (every_seconds > 0),
    add column until         timestamptz,
    add constraint saga_timers_until_what_repeats check (until is null or every_seconds is not null),
    drop constraint saga_timers_pkey,
    add primary key (saga, subject, name);

-- Several things may follow from one event for one subject, and each time that a timer fires something does: `ordinal`
-- orders what shares a position, and the id, which was always the key, what shares an ordinal. Refunds have become one
-- kind of effect; those that are stored by their old name are worked off as they are.
alter table saga_commands
    add column ordinal smallint not null default 0,
    drop constraint saga_commands_saga_subject_position_key,
    drop constraint saga_commands_kind_check,
    add constraint saga_commands_kind_check check (kind in ('command', 'refund', 'effect'));
create index saga_commands_lane on saga_commands (saga, subject, position, ordinal, id);
