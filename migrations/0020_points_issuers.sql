-- Points belong to who issued them: a customer has an account with each merchant, and one with the platform, whose `merchant`
-- is empty. All accounts that there are were recorded without a merchant, and read as the platform's.
set local role purser_engine;
alter table views.points add column merchant text collate "C" not null default '';
alter table views.points alter column merchant drop default;
alter table views.points drop constraint points_pkey;
alter table views.points add primary key (customer, merchant);
reset role;
