-- The statements that make an empty copy of views.$1 in views_rebuild. `like` alone would name the indexes anew and
-- forget the storage parameters and the grants; after the exchange, everything must be called what the migrations
-- called it.
with original as (
    select oid, relname, relowner, reloptions, relacl
    from pg_class
    where relname = $1 and relnamespace = 'views'::regnamespace and relkind = 'r'
),
indexes as (
    select index_class.relname as name, index.indexrelid, backing.conname, backing.contype
    from original
    join pg_index as index on index.indrelid = original.oid
    join pg_class as index_class on index_class.oid = index.indexrelid
    left join pg_constraint as backing on backing.conindid = index.indexrelid and backing.conrelid = original.oid
),
statements as (
    select 1 as step, relname as name,
        format('create table views_rebuild.%1$I (like views.%1$I including all excluding indexes)', relname) as statement
    from original
    union all
    select 2, relname, format('alter table views_rebuild.%I set (%s)', relname, array_to_string(reloptions, ', '))
    from original
    where reloptions is not null
    union all
    select 3, name, regexp_replace(pg_get_indexdef(indexrelid), ' ON views\.', ' ON views_rebuild.')
    from indexes
    union all
    select 4, conname, format(
        'alter table views_rebuild.%I add constraint %I %s using index %I',
        original.relname, conname, case contype when 'p' then 'primary key' else 'unique' end, name
    )
    from indexes cross join original
    where contype in ('p', 'u')
    union all
    select 5, privilege_type, format(
        'grant %s on views_rebuild.%I to %s',
        privilege_type, relname, case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end
    )
    from original cross join aclexplode(relacl)
    where grantee <> relowner
)
select statement from statements order by step, name
