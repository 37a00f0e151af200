-- Idempotency keys belong to the owner of a token. A customer's or a merchant's is its subject; a token that is bound to
-- neither is issued to somebody, or is its own where `owner` is null. Two back-office systems no longer share their keys.
alter table api_tokens
    add column owner text collate "C",
    add check (owner is null or subject is null);
