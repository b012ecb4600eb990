import { type Kysely, sql } from 'kysely';

/**
 * The fact `request.textSign` is `request.textScreening` now. Every stored version of a rule is changed with it, since
 * rules are compiled against the facts of today, and so are the facts of earlier judgements, on which rules are
 * replayed. What was recorded as the reason and the evidence of a decision stays as it was.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update judgement.rules
    set definition = definition || jsonb_build_object(
      'when', regexp_replace(definition->>'when', ${READS}, ${RENAMED}, 'g'),
      'message', regexp_replace(definition->>'message', ${READS}, ${RENAMED}, 'g'))
    where kind = 'approval' and definition::text like '%textSign%'`.execute(db);
  await sql`
    update judgement.judgements
    set facts = jsonb_set(
      facts #- '{request,textSign}', '{request,textScreening}', facts #> '{request,textSign}')
    where kind = 'approval' and facts #> '{request,textSign}' is not null`.execute(db);
}

const READS = '\\mrequest\\s*\\.\\s*textSign\\M';
const RENAMED = 'request.textScreening';
