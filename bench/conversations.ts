import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { toSql } from 'pgvector/kysely';
import { ApiError } from '../ai-api/src/catalogue/client.ts';
import { findSpaces } from '../ai-api/src/models/embeddings/collection-store.ts';
import { nearestItems, nearestOfAll } from '../ai-api/src/models/embeddings/nearest-store.ts';
import { importFile } from '../ai-api/src/modules/context/formats/index.ts';
import { parseQuery } from '../ai-api/src/modules/context/search/query.ts';
import { ensureTenant } from '../ai-api/src/modules/shared/identity/index.ts';
import { startApi, type TestApi } from '../ai-api/test/api.ts';
import { randomFrom, textOf } from './conversations/corpus.ts';
import { indexed } from './conversations/wait.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { type Figure, report } from './report.ts';
import { quantile, spreadOf } from './statistics.ts';

/** Conversations of so many turns, each of which becomes one passage. */
const TURNS = 40;
const PASSAGES = Number(process.env.BENCH_PASSAGES ?? 10_000);
const ROUNDS = 60;
/** Rounds that warm both up and are not counted. */
const WARM_UP = 5;
/** Nearest passages that recall is taken of, as the search asks for them, and in so many questions. */
const NEAREST = 250;
const RECALLS = 40;
const TRANSCRIPT_BYTES = 20 * 1024 * 1024;

const QUERIES = [
  'the server drops the request',
  'queue worker',
  'readsToken17',
  'src/cache/file-39.ts',
  'session table',
];

/** A request that got no answer is left out; what the API refuses ends the benchmark. */
function unanswered(error: unknown): null {
  if (error instanceof ApiError && error.status === 0) return null;
  throw error;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** A conversation by its number: the same each time. */
function messagesOf(number: number, turns = TURNS) {
  const random = randomFrom(number + 1);
  return Array.from({ length: turns }, (_, turn) => [
    { id: `h${turn}`, author: 'human' as const, text: textOf(random, 24) },
    { id: `a${turn}`, author: 'assistant' as const, text: textOf(random, 110) },
  ]).flat();
}

async function fill(api: TestApi): Promise<void> {
  for (let number = 0; number < PASSAGES / TURNS; number++) {
    const send = () =>
      api.client.conversation.create({ sessionId: `bench-${number}`, messages: messagesOf(number) });
    if ((await send().catch(unanswered)) === null) await send();
  }
  await indexed(api);
  // As the API does by the clock, and a server of PostgreSQL by itself.
  await sql`analyze`.execute(api.context.database.system('the benchmark does not wait for statistics'));
}

/** Hybrid search beside its two legs as bare statements, in turns. */
async function search(api: TestApi, name: string): Promise<Figure[]> {
  const { database, embedder } = api.context;
  const owner = database.system('the benchmark compares with bare statements');
  const tenant = (await owner.selectFrom('identity.tenants').select('id').executeTakeFirstOrThrow()).id;
  const times: Record<'words' | 'meaning' | 'hybrid' | 'semantic', number[]> = {
    words: [],
    meaning: [],
    hybrid: [],
    semantic: [],
  };
  const hasVectors = api.context.collections.engine !== 'none';
  for (let round = 0; round < ROUNDS; round++) {
    const text = `${QUERIES[round % QUERIES.length]} ${round}`;
    // The words as the search reads them: names with their parts.
    const query = parseQuery(text)
      .terms.map((term) => term.query)
      .join(' | ');
    times.words.push(
      await timed(() =>
        sql`select id from context.passages where tenant_id = ${tenant} and words @@ ${query}::tsquery
          order by ts_rank(words, ${query}::tsquery) desc limit 200`.execute(owner),
      ),
    );
    const { vectors } = await embedder.embed([text], {
      tenantId: tenant,
      purpose: 'bench',
      inputType: 'query',
    });
    if (hasVectors)
      times.meaning.push(
        await timed(() =>
          sql`select item_id from models.embeddings where space_id = (
              select id from models.embedding_spaces where collection = 'conversations' and tenant_id = ${tenant})
            order by vector <=> ${toSql([...(vectors[0] ?? [])])}::vector limit 200`.execute(owner),
        ),
      );
    const find = (alpha: number) =>
      timed(() => api.context.search.find(tenant, { text, alpha, reader: 'bench', filter: {} }));
    times.hybrid.push(await find(hasVectors ? 0.5 : 0));
    if (hasVectors) times.semantic.push(await find(1));
  }
  const p95 = (values: readonly number[]) => quantile(values, 0.95);
  const legs = hasVectors ? [p95(times.words), p95(times.meaning)] : [p95(times.words)];
  // One connection does one thing at a time: there the floor is both legs after each other.
  const floor = database.driver === 'pglite' ? legs.reduce((sum, leg) => sum + leg, 0) : Math.max(...legs);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const figures: Figure[] = [
    {
      figure: hasVectors ? 'hybrid search, p95' : 'search by words, p95',
      measured: `${ms(p95(times.hybrid))} (p50 ${ms(quantile(times.hybrid, 0.5))})`,
      peer: `${database.driver === 'pglite' ? 'both bare legs' : 'the slower bare leg'}, ${ms(floor)}`,
      ratio: spreadOf([p95(times.hybrid) / floor]),
      target: 1.3,
    },
  ];
  if (hasVectors)
    figures.push({
      figure: 'search by meaning alone, p95',
      measured: ms(p95(times.semantic)),
      peer: `bare vector statement, ${ms(p95(times.meaning))}`,
      ratio: spreadOf([p95(times.semantic) / p95(times.meaning)]),
      target: 1.3,
    });
  console.log(`\n${name}: ${PASSAGES} passages`);
  return figures;
}

/**
 * How much of the exact answer the index gives: for the company, and for one that holds a twentieth of the vectors. Needs
 * PostgreSQL with pgvector, since the embedded database compares all.
 */
async function recall({ context }: TestApi): Promise<Figure[]> {
  const { database, embedder } = context;
  const owner = database.system('the benchmark makes a second company');
  const large = (await owner.selectFrom('identity.tenants').select('id').executeTakeFirstOrThrow()).id;
  const small = await ensureTenant(database, 'A twentieth', 'enterprise');
  const [space] = await database.withTenant(large, (transaction) => findSpaces(transaction, 'conversations'));
  if (!space) return [];
  const id = randomUUID();
  await sql`insert into models.embedding_spaces (id, tenant_id, collection, provider, model, dimensions, state)
    values (${id}, ${small}, 'conversations', ${space.provider}, ${space.model}, ${space.dimensions}, 'active')`.execute(
    owner,
  );
  await sql`insert into models.embeddings (tenant_id, space_id, item_id, provider, model, dimensions, content_hash, vector)
    select ${small}, ${id}, item_id, provider, model, dimensions, content_hash, vector
    from models.embeddings where space_id = ${space.id} and abs(hashtext(item_id)) % 19 = 0`.execute(owner);
  const figures: Figure[] = [];
  for (const [figure, tenantId, own] of [
    ['of all vectors', large, space],
    ['of a twentieth of them', small, { ...space, id, tenant_id: small }],
  ] as const) {
    const shares: number[] = [];
    let isFull = true;
    for (let round = 0; round < RECALLS; round++) {
      const { vectors } = await embedder.embed([`${QUERIES[round % QUERIES.length]} ${round}`], {
        tenantId,
        purpose: 'bench',
        inputType: 'query',
      });
      const [vector] = vectors;
      if (!vector) continue;
      await database.withTenant(tenantId, async (transaction) => {
        const found = await nearestItems(transaction, own, vector, NEAREST, true);
        const exact = await nearestOfAll(transaction, own, vector, NEAREST);
        const ids = new Set(found.map(({ id }) => id));
        isFull &&= found.length === exact.length;
        shares.push(exact.filter(({ id }) => ids.has(id)).length / exact.length);
      });
    }
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    figures.push({
      figure: `recall of the ${NEAREST} nearest ${figure}`,
      measured: `${(100 * mean).toFixed(1)} %, lowest ${(100 * Math.min(...shares)).toFixed(1)} %, pages ${isFull ? 'full' : 'NOT full'}`,
      peer: 'exact search; at least 95 %',
      ratio: spreadOf([0.95 / mean]),
      target: 1,
    });
  }
  return figures;
}

/**
 * `POST /conversations` beside a bare insert of the same rows into the same tables: the conversation, its messages, and the
 * records by which they are known again. The passages and vectors that follow are waited for before the next one.
 */
async function acknowledge(api: TestApi): Promise<Figure> {
  const { tenantId } = await api.client.identity.whoami({});
  const posts: number[] = [];
  const inserts: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const messages = messagesOf(100_000 + round, 10);
    const post = await timed(() =>
      api.client.conversation.create({ sessionId: `post-${round}`, messages }),
    ).catch(unanswered);
    await indexed(api);
    // The embedded database had the process for so long that the server closed an idle connection.
    if (post === null) continue;
    const insert = await timed(() => insertBare(api, tenantId, `bare-${round}`, messages));
    if (round < WARM_UP) continue;
    posts.push(post);
    inserts.push(insert);
  }
  const ratios = posts.map((post, round) => post / (inserts[round] as number));
  return {
    figure: 'POST /conversations of 20 messages, p50',
    measured: `${quantile(posts, 0.5).toFixed(1)} ms`,
    peer: `bare insert of the same rows, ${quantile(inserts, 0.5).toFixed(1)} ms`,
    ratio: spreadOf(ratios),
    target: 2,
  };
}

/** The rows of a conversation, as one company's transaction inserts them and nothing else. */
function insertBare(
  { context }: TestApi,
  tenantId: string,
  sessionId: string,
  messages: readonly { id: string; author: string; text: string }[],
): Promise<unknown> {
  const rows = JSON.stringify(messages.map((message, place) => ({ ...message, place, key: randomUUID() })));
  const id = randomUUID();
  return context.database.withTenant(tenantId, async (transaction) => {
    await sql`
      insert into context.conversations (id, tool, session_id, month, owner, owner_name, title, active_at, messages)
      values (${id}, 'bare', ${sessionId}, date_trunc('month', now())::date, 'user:bench', 'Bench', 'A conversation', now(),
        ${messages.length})`.execute(transaction);
    await sql`
      insert into context.messages (conversation_id, month, id, record_id, place, author, text)
      select ${id}::uuid, date_trunc('month', now())::date, key, row.id, place, author, text
      from json_to_recordset(${rows}::json) as row (key uuid, id text, place double precision, author text, text text)`.execute(
      transaction,
    );
    await sql`
      insert into context.records (id, conversation_id, place, digest)
      select key, ${id}::uuid, place, left(md5(text), 22)
      from json_to_recordset(${rows}::json) as row (key uuid, place double precision, text text)`.execute(
      transaction,
    );
  });
}

/** Parsing of one large transcript of Claude Code. */
function parse(): void {
  const random = randomFrom(7);
  const lines: string[] = [];
  for (let bytes = 0, number = 0; bytes < TRANSCRIPT_BYTES; number++) {
    const isHuman = number % 2 === 0;
    const line = JSON.stringify({
      type: isHuman ? 'user' : 'assistant',
      uuid: `u${number}`,
      parentUuid: number === 0 ? null : `u${number - 1}`,
      sessionId: 'bench',
      cwd: '/bench',
      timestamp: new Date(number * 1_000).toISOString(),
      message: isHuman
        ? { role: 'user', content: textOf(random, 60) }
        : {
            id: `m${number}`,
            role: 'assistant',
            model: 'm',
            content: [{ type: 'text', text: textOf(random, 200) }],
          },
    });
    lines.push(line);
    bytes += line.length + 1;
  }
  const file = Buffer.from(lines.join('\n'));
  lines.length = 0;
  const before = process.memoryUsage().rss;
  const begun = performance.now();
  const { records } = importFile(file, { fileName: 'bench.jsonl' });
  const seconds = (performance.now() - begun) / 1_000;
  const megabytes = file.length / 1024 / 1024;
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
  console.log(
    `Import: ${records} records of ${megabytes.toFixed(0)} MB parsed at ${(megabytes / seconds).toFixed(0)} MB/s (goal 20), memory grew by ${grown.toFixed(0)} MB`,
  );
}

async function measure({ name, create }: HomeKind): Promise<void> {
  const home = await create();
  const api = await startApi({ env: home.env } as never);
  try {
    const acknowledged = await acknowledge(api);
    await fill(api);
    const found = await search(api, name);
    const hasIndex = name === 'PostgreSQL' && api.context.collections.engine !== 'none';
    report(`Conversations on ${name}`, [...found, ...(hasIndex ? await recall(api) : []), acknowledged]);
  } finally {
    await api.stop();
    await home.remove();
  }
}

parse();
await forEachHomeKind(measure);
