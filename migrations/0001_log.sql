-- The role that the engine works under. It can append to the log and read it, and nothing else: what a bug or an
-- intruder in the engine may do to the past is decided here, not in the engine. Roles belong to the whole cluster, so
-- that another database may have made it already, even at this moment.
do $$
begin
    create role purser_engine nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;
grant purser_engine to current_user;

-- The log. The first seven columns are the layout of postgres-es, whose repository reads them by name. `json` and not
-- `jsonb`: it keeps the exact bytes, which the hash chain is over, and costs less to write. Ids compare by bytes
-- (collate "C"): cheaper, and independent of the operating system's locale. There are two indexes and no more: each one
-- is paid for by every event.
create table events (
    aggregate_type text collate "C" not null,
    aggregate_id   text collate "C" not null,
    sequence       bigint not null check (sequence >= 1),
    event_type     text collate "C" not null,
    event_version  text collate "C" not null,
    payload        json not null,
    metadata       json not null,
    position       bigint not null check (position >= 1),
    recorded_at    timestamptz not null,
    hash           bytea not null check (length(hash) = 32),
    primary key (aggregate_type, aggregate_id, sequence),
    constraint events_position unique (position)
);

-- The end of the log, in one row. Moving it is part of every append: it is at once the fence against a second writer,
-- the counter without gaps and the end of the hash chain. The log's id tells a restored or promoted database that lost
-- its tail from the one it was. The page is left nearly empty so that its updates stay heap-only.
create table log_head (
    singleton boolean primary key default true check (singleton),
    log_id    uuid not null,
    position  bigint not null,
    epoch     bigint not null,
    hash      bytea not null check (length(hash) = 32)
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

insert into log_head (log_id, position, epoch, hash)
select log_id, 0, 0, sha256(convert_to('purser log ', 'UTF8') || uuid_send(log_id))
from (select gen_random_uuid() as log_id) as fresh;

-- Nobody changes the past, the owner of the table included. (A superuser can take the trigger away; the hash chain is
-- for that.)
create function refuse_change_of_log() returns trigger language plpgsql as $$
begin
    raise exception 'the log is append-only: % on % refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end
$$;

create trigger events_append_only
    before update or delete or truncate on events
    for each statement execute function refuse_change_of_log();

create trigger log_head_stays
    before delete or truncate on log_head
    for each statement execute function refuse_change_of_log();

-- What was answered to whom. The key is a digest of caller and key: fixed in size, and no caller's key in clear. The
-- fingerprint tells a repeat from another request under the same key. Old rows are removed by time, for which a BRIN
-- index is enough: rows come in the order of time.
create table idempotency_keys (
    key         uuid primary key,
    fingerprint bytea not null check (length(fingerprint) = 32),
    answer      json not null,
    recorded_at timestamptz not null
);
create index idempotency_keys_by_time on idempotency_keys using brin (recorded_at) with (pages_per_range = 16);

-- States of long streams, so that a stream of a million events loads in milliseconds. Derived from the log: may be
-- deleted at any time. `form` names the version of the state's layout; a snapshot of another form is not read.
create table stream_snapshots (
    aggregate_type text collate "C" not null,
    aggregate_id   text collate "C" not null,
    sequence       bigint not null check (sequence >= 1),
    form           integer not null,
    state          json not null,
    primary key (aggregate_type, aggregate_id)
);

-- Who is meant to write. This only decides who tries; what keeps a second writer out is the epoch in log_head.
create table writer_lease (
    singleton  boolean primary key default true check (singleton),
    holder     uuid,
    renewed_at timestamptz not null
);
insert into writer_lease (holder, renewed_at) values (null, '-infinity');

grant select, insert on events to purser_engine;
grant select, update on log_head to purser_engine;
grant select, insert, delete on idempotency_keys to purser_engine;
grant select, insert, update, delete on stream_snapshots to purser_engine;
grant select, update on writer_lease to purser_engine;
