-- The schemas of derived data belong to the engine's own role, because rebuilding a view means making tables in
-- `views_rebuild` and moving them over to `views`.
create schema views authorization purser_engine;
create schema views_rebuild authorization purser_engine;

-- How far each follower of the log has come. A follower writes its rows and moves this in one transaction, and only if
-- it stands where the follower believes it to stand: exactly once, also with two followers of one name. Whoever parks
-- a stream or sets one free raises `parked_version`, so that a follower on any node knows when to read the parked
-- streams again.
create table follower_checkpoints (
    follower       text collate "C" primary key,
    position       bigint not null check (position >= 0),
    parked_version bigint not null default 0,
    updated_at     timestamptz not null default now()
);

-- Events that a follower could not take. The first one of a stream carries the error; those that came after it on the
-- same stream wait behind it, because a stream is only right in order. A skipped event stays on record, so that a
-- rebuild and a verification leave out the same one.
create table parked_events (
    follower       text collate "C" not null,
    position       bigint not null,
    aggregate_type text collate "C" not null,
    aggregate_id   text collate "C" not null,
    event_type     text collate "C" not null,
    error          text,
    parked_at      timestamptz not null,
    skipped_at     timestamptz,
    skipped_by     text,
    primary key (follower, position)
);
create index parked_events_by_stream on parked_events (follower, aggregate_type, aggregate_id) where skipped_at is null;

-- How far the rebuild of each view has come, so that any node can show it. `attempt` is its fence: a rebuild that lost
-- its lock and was overtaken by another one finds a newer number and gives up.
create table view_rebuilds (
    view        text collate "C" primary key,
    attempt     bigint not null,
    position    bigint not null,
    target      bigint not null,
    started_at  timestamptz not null,
    updated_at  timestamptz not null,
    finished_at timestamptz,
    error       text
);

grant select, insert, update, delete on follower_checkpoints, parked_events, view_rebuilds to purser_engine;
