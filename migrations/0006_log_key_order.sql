-- The key of the log begins with the stream's id and no longer with its type: the id alone nearly always decides a
-- comparison, and every event pays for some twenty of them on its way into the key. What the key holds apart and what
-- can be read through it stay the same.
alter table events drop constraint events_pkey;
alter table events add primary key (aggregate_id, aggregate_type, sequence);
