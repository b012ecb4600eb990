import { type Kysely, sql } from 'kysely';

/** What the search of conversations uses where the server has it and lets us. */
const EXTENSIONS = ['btree_gin', 'pg_trgm'];

/**
 * Passages of conversations and their search by words. Under row level security no condition of ours is evaluated before
 * the tenant's, so that no index of words would serve: the search runs as the owner, in functions that name the tenant of
 * the transaction themselves.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const extension of EXTENSIONS)
    await sql`
      do $$ begin
        if exists (select from pg_available_extensions where name = ${sql.lit(extension)}) then
          create extension if not exists ${sql.raw(extension)} with schema public;
        end if;
      exception when insufficient_privilege or unique_violation then
        raise notice 'an extension is there, but may not be created by this role';
      end $$`.execute(db);
  await sql`
    create table context.passages (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      conversation_id uuid not null references context.conversations (id) on delete cascade,
      message_id uuid not null,
      place double precision not null,
      human text not null,
      answer text not null,
      tools text not null,
      shas text[] not null,
      names text not null,
      words tsvector not null,
      digest text not null
    )`.execute(db);
  await sql`create index on context.passages (conversation_id, place)`.execute(db);
  await addIndexes(db);
  await sql`select platform.protect('context.passages')`.execute(db);
  await addFilter(db);
  await addSearch(db);
}

/** With btree_gin the tenant is part of the index, so that a company with few passages among many finds its own alone. */
async function addIndexes(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    declare
      tenant text := case when exists (select from pg_extension where extname = 'btree_gin') then 'tenant_id, ' else '' end;
    begin
      execute format('create index passages_words on context.passages using gin (%swords)', tenant);
      execute format('create index passages_shas on context.passages using gin (%sshas)', tenant);
      if exists (select from pg_extension where extname = 'pg_trgm') then
        execute format('create index passages_names on context.passages using gin (%snames gin_trgm_ops)', tenant);
      end if;
    end $$`.execute(db);
}

/** `context.matches`: whether a reader may see a conversation, and filters let it through. */
async function addFilter(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function context.matches(conversation context.conversations, reader text, filter jsonb)
    returns boolean language sql stable as $$
      select (not conversation.is_private or conversation.owner = reader)
        and (filter->>'tool' is null or conversation.tool = filter->>'tool')
        and (filter->>'owner' is null or conversation.owner = filter->>'owner'
          or lower(conversation.owner_name) = lower(filter->>'owner'))
        and (filter->>'repository' is null or lower(conversation.repository) = lower(filter->>'repository')
          or right(lower(conversation.repository), length(filter->>'repository') + 1) = '/' || lower(filter->>'repository'))
        and (filter->>'branch' is null or conversation.branch = filter->>'branch')
        and (filter->>'model' is null or (filter->>'model') = any (conversation.models))
        and (filter->>'tag' is null or (filter->>'tag') = any (conversation.tags))
        and (filter->>'file' is null or exists (
          select from unnest(conversation.files) as file
          where file = filter->>'file' or right(file, length(filter->>'file') + 1) = '/' || (filter->>'file')))
        and (filter->>'from' is null or conversation.active_at >= (filter->>'from')::timestamptz)
        and (filter->>'to' is null or coalesce(conversation.started_at, conversation.created_at) < (filter->>'to')::timestamptz)
        and (filter->>'hasCommit' is null or (conversation.commits > 0) = (filter->>'hasCommit')::boolean)
    $$`.execute(db);
}

/**
 * `context.word_hits`: the passages that words, commits, phrases and parts of names find, best first. Each word counts by
 * how rare it is; a word that has more than `bound` passages does not choose candidates while a rarer one does.
 */
async function addSearch(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function context.word_hits(
      terms text[], commits text[], phrases text[], parts text[],
      reader text, filter jsonb, bound integer, most integer
    ) returns table (id uuid, conversation_id uuid, score double precision)
    language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    declare
      tenant uuid := platform.current_tenant();
      known integer[] := '{}';
      weights double precision[];
      found integer;
      total integer := 0;
      chosen text := '';
      rest text := '';
      place integer;
      admitted text := 'p.tenant_id = $1 and context.matches(c, $2, $3)
        and not exists (select from unnest($4) as phrase where strpos(lower(p.human || chr(10) || p.answer || chr(10) || p.tools), phrase) = 0)';
      looked text;
      candidates uuid[] := '{}';
      more uuid[];
      nearby uuid[] := '{}';
    begin
      for place in 1 .. coalesce(array_length(terms, 1), 0) loop
        execute 'select count(*) from (select from context.passages where tenant_id = $1 and words @@ $2::tsquery limit $3) as bounded'
          into found using tenant, terms[place], bound + 1;
        known := known || found;
      end loop;
      select array_agg(ln(1 + 10.0 * bound / (n + 0.5)) order by at) into weights
        from unnest(known) with ordinality as counted (n, at);
      for place in select at from unnest(known) with ordinality as counted (n, at) where n > 0 order by n, at loop
        if total + known[place] <= bound then
          total := total + known[place];
          chosen := chosen || case when chosen = '' then '' else ' | ' end || terms[place];
        else
          rest := rest || case when rest = '' then '' else ' | ' end || terms[place];
        end if;
      end loop;
      looked := 'select array_agg(id) from (select p.id from context.passages as p
        join context.conversations as c on c.id = p.conversation_id where ' || admitted;
      if commits <> '{}' then
        execute looked || ' and p.shas && $5 limit $6) as picked' into more
          using tenant, reader, filter, phrases, commits, bound;
        candidates := candidates || coalesce(more, '{}');
      end if;
      if chosen <> '' then
        execute looked || ' and p.words @@ $5::tsquery limit $6) as picked' into more
          using tenant, reader, filter, phrases, chosen, bound;
        candidates := candidates || coalesce(more, '{}');
      end if;
      -- Words that are everywhere: passages that have all of them first, then any.
      if rest <> '' and coalesce(array_length(candidates, 1), 0) < most then
        execute looked || ' and p.words @@ $5::tsquery limit $6) as picked' into more
          using tenant, reader, filter, phrases, replace(rest, ' | ', ' & '), bound;
        candidates := candidates || coalesce(more, '{}');
        if coalesce(array_length(more, 1), 0) < most then
          execute looked || ' and p.words @@ $5::tsquery limit $6) as picked' into more
            using tenant, reader, filter, phrases, rest, most;
          candidates := candidates || coalesce(more, '{}');
        end if;
      end if;
      if parts <> '{}' and exists (select from pg_extension where extname = 'pg_trgm') then
        execute looked || ' and p.names %> any ($5) limit $6) as picked' into more
          using tenant, reader, filter, phrases, parts, most;
        nearby := coalesce(more, '{}');
        candidates := candidates || nearby;
      end if;
      return query execute '
        select p.id, p.conversation_id,
          coalesce((select sum($3[term.at] * ts_rank(''{0.1, 0.3, 0.6, 1.0}'', p.words, term.query::tsquery))
            from unnest($2) with ordinality as term (query, at) where $4[term.at] > 0), 0)
          + case when p.shas && $5 then 20 else 0 end
          + ' || case when nearby = '{}' then '0' else 'case when p.id = any ($8) then
              (select 3 * max(word_similarity(part, p.names)) from unnest($6) as part) else 0 end' end || '
        from context.passages as p
        where p.id = any ($1) and p.tenant_id = $9
        order by 3 desc, 1 limit $7'
        using candidates, terms, weights, known, commits, parts, most, nearby, tenant;
    end $$`.execute(db);
  await sql`
    create function context.passages_in(reader text, filter jsonb, phrases text[], most integer)
    returns setof uuid language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
      select p.id from context.passages as p join context.conversations as c on c.id = p.conversation_id
      where p.tenant_id = platform.current_tenant() and c.tenant_id = platform.current_tenant()
        and context.matches(c, reader, filter)
        and not exists (
          select from unnest(phrases) as phrase
          where strpos(lower(p.human || chr(10) || p.answer || chr(10) || p.tools), phrase) = 0)
      limit most
    $$`.execute(db);
  for (const signature of [
    'context.word_hits(text[], text[], text[], text[], text, jsonb, integer, integer)',
    'context.passages_in(text, jsonb, text[], integer)',
  ]) {
    await sql`revoke execute on function ${sql.raw(signature)} from public`.execute(db);
    await sql`grant execute on function ${sql.raw(signature)} to ai_manager_app`.execute(db);
  }
}
