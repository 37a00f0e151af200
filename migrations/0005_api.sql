-- Who may call the API. A token itself is never stored, only its SHA-256: whoever reads this table cannot use what is in
-- it. `subject` is the customer or the merchant that the token is bound to. `changed_at` is the database's own time, by
-- which every node finds what others issued and revoked. `request` is a digest of the request that issued the token, so
-- that repeating the request does not make a second one.
create table api_tokens (
    id         text collate "C" primary key,
    hash       bytea not null unique check (length(hash) = 32),
    role       text collate "C" not null check (role in ('customer', 'merchant', 'back_office', 'operator')),
    subject    text collate "C",
    label      text,
    request    uuid unique,
    created_at timestamptz not null,
    revoked_at timestamptz,
    changed_at timestamptz not null default clock_timestamp(),
    check ((role in ('customer', 'merchant')) = (subject is not null))
);
create index api_tokens_by_change on api_tokens (changed_at);

-- The key that page cursors are signed with. It belongs to the database and not to a node, because a page may be asked
-- for from another node than the one before, and after a restart.
create table api_cursor_key (
    singleton boolean primary key default true check (singleton),
    key       bytea not null check (length(key) = 32)
);
insert into api_cursor_key (key)
select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

grant select, insert, update on api_tokens to purser_engine;
grant select on api_cursor_key to purser_engine;
