-- Makes the two roles that publishing to PostgreSQL needs, and closes the database to everybody else.
-- An administrator runs it once, in the database that is to be published to; running it again is harmless:
--
--     psql --dbname survey --file tools/postgres_setup.sql
--
-- Then both get a password, which psql sends as a SCRAM verifier and never in clear:
--
--     psql --dbname survey --command '\password werkpeil_publisher'
--     psql --dbname survey --command '\password werkpeil_reader'

\set ON_ERROR_STOP on
begin;

set local password_encryption = 'scram-sha-256';

do $$
begin
    if not exists (select from pg_roles where rolname = 'werkpeil_publisher') then
        create role werkpeil_publisher login;
    end if;
    if not exists (select from pg_roles where rolname = 'werkpeil_reader') then
        create role werkpeil_reader login;
    end if;
end
$$;

-- The publisher makes schemas in this database and is nothing else. The reader owns nothing and inherits nothing.
alter role werkpeil_publisher nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role werkpeil_reader nosuperuser nocreatedb nocreaterole noreplication nobypassrls noinherit;

-- Courtesy, not protection: a reader can change its own settings. The protection is that nothing is granted.
-- A transaction that is left open would hold an old build on the disk, so it ends by itself.
alter role werkpeil_reader set default_transaction_read_only = on;
alter role werkpeil_reader set idle_in_transaction_session_timeout = '10min';
alter role werkpeil_reader set statement_timeout = '5min';

-- Everybody may by default connect, make temporary tables and use schema public.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to werkpeil_publisher, werkpeil_reader', current_database());
    execute format('grant create on database %I to werkpeil_publisher', current_database());
end
$$;
revoke all on schema public from public;

-- Everybody may by default write large objects, which are no table and need no schema. All functions of that
-- family are closed, whatever this version of the server calls them.
do $$
declare
    writer regprocedure;
begin
    for writer in
        select oid::regprocedure from pg_proc
        where
            pronamespace = 'pg_catalog'::regnamespace
            and (proname ~ '^lo_' or proname in ('lowrite', 'loread'))
    loop
        execute format('revoke execute on function %s from public', writer);
    end loop;
end
$$;

-- The publisher grants the reader what it may see with every publication: usage of schema published, and
-- select on its tables. Nothing else is to be granted to the reader.
commit;
