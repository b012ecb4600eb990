import { sql } from 'kysely';
import { createCompute } from '../ai-api/src/modules/context/analytics/compute/compute.ts';
import { startApi, type TestApi } from '../ai-api/test/api.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { report } from './report.ts';
import { quantile, spreadOf } from './statistics.ts';

const DAY = '2026-11-16';
const NEXT_DAY = '2026-11-17';
const MONTH = '2026-11-01';
const CONVERSATIONS = 2_500;
/** Of one conversation: 100,000 messages in all, every fourth with a call of a tool. */
const MESSAGES = 40;
const ROUNDS = 5;

/** A day of 200 people, by statements: what the import costs is another benchmark. */
async function fill(api: TestApi, tenantId: string): Promise<void> {
  const owner = api.context.database.system('the benchmark makes its rows by statements');
  await sql`select context.ensure_partition(${MONTH}::date)`.execute(owner);
  await sql`
    insert into context.conversations (id, tenant_id, tool, session_id, month, owner, owner_name, title, models, files,
      started_at, ended_at, active_at, messages)
    select gen_random_uuid(), ${tenantId}::uuid, (array['claude-code', 'codex', 'cursor'])[1 + n % 3], 'bench-' || n,
      ${MONTH}::date, 'user:' || (n % 200), 'Person ' || (n % 200), 'Conversation ' || n,
      array['model-' || n % 4], case when n % 2 = 0 then array['src/file.ts'] else '{}' end,
      ${DAY}::timestamptz + n % 600 * interval '1 minute', ${DAY}::timestamptz + (n % 600 + 90) * interval '1 minute',
      ${DAY}::timestamptz + (n % 600 + 90) * interval '1 minute', ${MESSAGES}
    from generate_series(1, ${CONVERSATIONS}::integer) as n`.execute(owner);
  await sql`
    insert into context.messages (tenant_id, month, conversation_id, id, record_id, place, author, text, model,
      tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, said_at)
    select tenant_id, month, id, gen_random_uuid(), 'r' || turn, turn,
      case turn % 2 when 0 then 'human' else 'assistant' end, repeat('The queue keeps the letter. ', 12),
      case turn % 2 when 0 then null else models[1] end, case turn % 2 when 0 then null else 900 + turn end,
      case turn % 2 when 0 then null else 200 end, case turn % 2 when 0 then null else 5000 end, null,
      started_at + turn * interval '2 minutes'
    from context.conversations, generate_series(1, ${MESSAGES}::integer) as turn`.execute(owner);
  await sql`
    insert into context.tool_calls (tenant_id, month, conversation_id, message_id, place, source_id, name, action, input,
      output, failed, rejected, files_read)
    select tenant_id, month, conversation_id, id, 0, 'c', 'Edit', case place::integer % 8 when 1 then 'edit' else 'run' end,
      'src/file.ts', 'ok', false, place::integer % 16 = 1, '{}'
    from context.messages where place::integer % 4 = 1`.execute(owner);
  await sql`analyze`.execute(owner);
}

/** One aggregate over what the day is made of: messages with their conversations and calls, nothing stored. */
async function scan(api: TestApi, tenantId: string): Promise<number> {
  return timed(() =>
    api.context.database.withTenant(tenantId, (transaction) =>
      sql`
        select conversation.owner, conversation.tool, message.model, date_trunc('hour', message.said_at, 'utc') as hour,
          count(*), count(*) filter (where author = 'human'), count(call.place),
          count(*) filter (where call.action = 'edit'), sum(message.tokens_input), sum(message.tokens_output),
          sum(message.tokens_cache_read), sum(message.tokens_cache_write)
        from context.messages as message
        join context.conversations as conversation
          on conversation.id = message.conversation_id and conversation.month = message.month
        left join context.tool_calls as call
          on call.conversation_id = message.conversation_id and call.message_id = message.id
        where message.said_at >= ${DAY}::timestamptz and message.said_at < ${NEXT_DAY}::timestamptz
        group by 1, 2, 3, 4`.execute(transaction),
    ),
  );
}

/** Takes what was computed away, so that each round computes and stores all of it. */
async function forget(api: TestApi): Promise<void> {
  const owner = api.context.database.system('the benchmark removes what it computed');
  await sql`delete from context.activity_hours`.execute(owner);
  await sql`delete from context.activity_days`.execute(owner);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function measure({ name, create }: HomeKind): Promise<void> {
  const home = await create();
  const api = await startApi(
    { env: home.env } as never,
    // The embedded database belongs to one process, which does everything.
    name === 'PGlite' ? {} : { ROLE: 'api' },
  );
  try {
    const { database, identity, people, privacy, clock } = api.context;
    const { tenantId } = await api.client.identity.whoami({});
    await fill(api, tenantId);
    const compute = createCompute({ database, identity, people, privacy, now: () => clock.now() });
    const own: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      await forget(api);
      const [ownTime, bareTime] = [
        await timed(() => compute.days(tenantId, { from: DAY, to: NEXT_DAY })),
        await scan(api, tenantId),
      ];
      // The first round warms both up.
      if (round === 0) continue;
      own.push(ownTime);
      bare.push(bareTime);
    }
    report(`Analytics on ${name}: ${CONVERSATIONS * MESSAGES} messages of a day`, [
      {
        figure: 'hours and day computed and stored, p50',
        measured: `${quantile(own, 0.5).toFixed(0)} ms`,
        peer: `one bare aggregate, ${quantile(bare, 0.5).toFixed(0)} ms`,
        ratio: spreadOf(own.map((time, round) => time / (bare[round] as number))),
        target: 2,
      },
    ]);
  } finally {
    await api.stop();
    await home.remove();
  }
}

await forEachHomeKind(measure);
