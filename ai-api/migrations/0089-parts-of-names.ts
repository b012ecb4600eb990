import { type Kysely, sql } from 'kysely';

/**
 * `context.word_hits` finds parts of names as they are written, in place of by similarity, which compared most names of a
 * company with a word that no name has; and it reads the words of each candidate once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function context.word_hits(
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
      looked_for text[];
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
      -- A word, or its stem, that many passages have says nothing as a part of a name.
      select array_agg('%' || replace(replace(replace(part, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%') into looked_for
        from unnest(parts) as part
        where not exists (
          select from unnest(terms, known) as term (query, n)
          where n > most and starts_with(part, trim(term.query, '''')) and length(part) <= length(trim(term.query, '''')) + 3);
      if looked_for is not null and exists (select from pg_extension where extname = 'pg_trgm') then
        execute looked || ' and p.names ilike any ($5) limit $6) as picked' into more
          using tenant, reader, filter, phrases, looked_for, most;
        nearby := coalesce(more, '{}');
        candidates := candidates || nearby;
      end if;
      -- An offset makes each vector of words ready once, and not once for each word of the query.
      return query execute '
        select p.id, p.conversation_id,
          coalesce((select sum($3[term.at] * ts_rank(''{0.1, 0.3, 0.6, 1.0}'', p.words, term.query::tsquery))
            from unnest($2) with ordinality as term (query, at) where $4[term.at] > 0), 0)
          + case when p.is_commit then 20 else 0 end
          + case when p.is_near then 3 else 0 end
        from (
          select near.id, near.conversation_id, near.words || '''' as words, near.shas && $5 as is_commit,
            near.id = any ($6) as is_near
          from context.passages as near where near.id = any ($1) and near.tenant_id = $8 offset 0
        ) as p
        order by 3 desc, 1 limit $7'
        using candidates, terms, weights, known, commits, nearby, most, tenant;
    end $$`.execute(db);
}
