-- Money that went back without being asked for counts for refunds, in whole or in part. Of the old rows none did: folding the
-- log anew would say the same.
set local role purser_engine;
alter table views.refund add column offset_amount bigint not null default 0;
alter table views.refund alter column offset_amount drop default;
reset role;
