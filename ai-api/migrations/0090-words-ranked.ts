import { type Kysely, sql } from 'kysely';

/**
 * `context.word_hits` with each word as a constant of the ranking, which is read once and not for every passage. A part of
 * a name is looked for where few passages have it as a word (`part_terms`), and literally: comparing it with all the names
 * that are like it took most of the time of a search. Up to a million passages, scans of the table and of plain indexes
 * are off: the planner does not know that comparing a list of words reads it from its other table, and prefers that for
 * all passages of a tenant to the index that has the answer. Beyond, a word that is everywhere is found sooner by a scan
 * that ends early. The function of before stays for processes of the version before.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Indexes of millions of passages take longer than a statement of a request may.
  await sql`select set_config('statement_timeout', '0', true)`.execute(db);
  await addFilter(db);
  await sql`
    create function context.word_hits(
      terms text[], commits text[], phrases text[], parts text[], part_terms text[],
      reader text, filter jsonb, bound integer, most integer
    ) returns table (id uuid, conversation_id uuid, score double precision)
    language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
      set enable_seqscan = off set enable_indexscan = off as $$
    declare
      tenant uuid := platform.current_tenant();
      known integer[] := '{}';
      found integer;
      total integer := 0;
      chosen text := '';
      rest text := '';
      place integer;
      admitted text := 'p.tenant_id = $1 and context.matches(c, $2, $3)';
      looked text;
      ranked text := '0';
      candidates uuid[] := '{}';
      more uuid[];
      part text;
    begin
      if (select reltuples > 1000000 from pg_class where oid = 'context.passages'::regclass) then
        perform set_config('enable_seqscan', 'on', true), set_config('enable_indexscan', 'on', true);
      end if;
      for place in 1 .. coalesce(array_length(terms, 1), 0) loop
        execute 'select count(*) from (select from context.passages where tenant_id = $1 and words @@ $2::tsquery limit $3) as bounded'
          into found using tenant, terms[place], bound + 1;
        known := known || found;
        if found > 0 then
          ranked := ranked || format(' + %s * ts_rank(''{0.1, 0.3, 0.6, 1.0}'', p.words, %L::tsquery)',
            ln(1 + 10.0 * bound / (found + 0.5))::double precision, terms[place]);
        end if;
      end loop;
      for place in select at from unnest(known) with ordinality as counted (n, at) where n > 0 order by n, at loop
        if total + known[place] <= bound then
          total := total + known[place];
          chosen := chosen || case when chosen = '' then '' else ' | ' end || terms[place];
        else
          rest := rest || case when rest = '' then '' else ' | ' end || terms[place];
        end if;
      end loop;
      if phrases <> '{}' then
        admitted := admitted || ' and not exists (select from unnest($4) as phrase
          where strpos(lower(p.human || chr(10) || p.answer || chr(10) || p.tools), phrase) = 0)';
      end if;
      looked := 'select array_agg(id) from (select p.id from context.passages as p
        join context.conversations as c on c.id = p.conversation_id where ' || admitted;
      if commits <> '{}' then
        execute looked || ' and p.shas && $5 and p.shas <> ''{}'' limit $6) as picked' into more
          using tenant, reader, filter, phrases, commits, bound;
        candidates := candidates || coalesce(more, '{}');
        ranked := ranked || ' + case when p.shas && $2 then 20 else 0 end';
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
        for place in 1 .. array_length(parts, 1) loop
          execute 'select count(*) from (select from context.passages where tenant_id = $1 and words @@ $2::tsquery limit $3) as bounded'
            into found using tenant, part_terms[place], most;
          continue when found >= most;
          part := '%' || replace(replace(replace(parts[place], '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%';
          execute looked || ' and p.names ilike $5 and p.names <> '''' limit $6) as picked' into more
            using tenant, reader, filter, phrases, part, most;
          candidates := candidates || coalesce(more, '{}');
          ranked := ranked || format(' + case when p.names ilike %L then 3 else 0 end', part);
        end loop;
      end if;
      -- Behind an offset and joined with nothing, a list of words is read from its other table once, not for each term.
      return query execute '
        select p.id, p.conversation_id, (' || ranked || ')::double precision
        from (
          select id, conversation_id, shas, names, words || '''' as words
          from context.passages where id = any ($1) and tenant_id = $4 offset 0
        ) as p
        order by 3 desc, 1 limit $3'
        using candidates, commits, most, tenant;
    end $$`.execute(db);
  const signature =
    'context.word_hits(text[], text[], text[], text[], text[], text, jsonb, integer, integer)';
  await sql`revoke execute on function ${sql.raw(signature)} from public`.execute(db);
  await sql`grant execute on function ${sql.raw(signature)} to ai_manager_app`.execute(db);
  await addIndexes(db);
}

/**
 * `context.matches` as before, in expressions alone: PostgreSQL puts the body of such a function in the place of its call,
 * where a filter that is not given costs nothing. With a query in it, it was called for every passage.
 */
async function addFilter(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function context.matches(conversation context.conversations, reader text, filter jsonb)
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
        and (filter->>'file' is null
          or strpos(chr(10) || array_to_string(conversation.files, chr(10)) || chr(10), chr(10) || (filter->>'file') || chr(10)) > 0
          or strpos(array_to_string(conversation.files, chr(10)) || chr(10), '/' || (filter->>'file') || chr(10)) > 0)
        and (filter->>'from' is null or conversation.active_at >= (filter->>'from')::timestamptz)
        and (filter->>'to' is null or coalesce(conversation.started_at, conversation.created_at) < (filter->>'to')::timestamptz)
        and (filter->>'hasCommit' is null or (conversation.commits > 0) = (filter->>'hasCommit')::boolean)
    $$`.execute(db);
}

/**
 * The indexes of commits and of names are partial, so that the planner takes them for these alone. It took one for the
 * tenant that is in each, and read the words of all passages of the tenant.
 */
async function addIndexes(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    declare
      tenant text := case when exists (select from pg_extension where extname = 'btree_gin') then 'tenant_id, ' else '' end;
    begin
      execute format($create$create index passages_shas_some on context.passages using gin (%sshas) where shas <> '{}'$create$, tenant);
      if exists (select from pg_extension where extname = 'pg_trgm') then
        execute format($create$create index passages_names_some on context.passages using gin (%snames gin_trgm_ops)
          where names <> ''$create$, tenant);
      end if;
      -- Last, since dropping keeps readers out until the end of the transaction.
      drop index context.passages_shas;
      drop index if exists context.passages_names;
    end $$`.execute(db);
}
