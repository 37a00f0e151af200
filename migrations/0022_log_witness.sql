-- Which log the views, the sagas and all else were derived from, and an event of it that they have seen. If the log of the
-- database is another one, was restored without its latest events, or has another past, then what was derived from it is
-- wrong, and the start is refused. The row is written by the first start.
create table log_witness (
    singleton boolean primary key default true check (singleton),
    log_id    uuid not null,
    position  bigint not null,
    hash      bytea not null check (length(hash) = 32)
);
grant select, insert, update on log_witness to purser_engine;
