-- Pieces that orders wait for, and whether a product is sold while it is not there. No order waited and no product was sold so
-- up to now, so what the defaults say of the old rows is what folding the log anew would say.
set local role purser_engine;
alter table views.stock_level add column waiting bigint not null default 0;
alter table views.stock_level alter column waiting drop default;
alter table views.product add column backorder text collate "C" not null default 'refused';
alter table views.product alter column backorder drop default;
reset role;
