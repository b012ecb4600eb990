import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { sql } from 'kysely';
import pg from 'pg';
import { WebSocket } from 'ws';
import { openRulebook } from '../ai-api/src/judgement/index.ts';
import { createFind } from '../ai-api/src/modules/context/links/find.ts';
import { commitLinkKind } from '../ai-api/src/modules/context/links/kind.ts';
import { ADMIN_KEY, startApi, type TestApi } from '../ai-api/test/api.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { type Figure, report } from './report.ts';
import { hearPostgres } from './statements.ts';
import { quantile, spreadOf } from './statistics.ts';

const ROUNDS = 30;
const COMMITS_OF_PUSH = 100;
const CONVERSATIONS = 10_000;
const COMMITS = 40;
/** Pushes of one commit that are waited for until their link is heard of, of either status. */
const ARRIVALS = 20;
const ARRIVAL_MS = 500;
const ms = (value: number) => `${value.toFixed(1)} ms`;
const newSha = () => randomBytes(20).toString('hex');

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const QUIET_MS = 120_000;

/**
 * Waits until every delivery of a connection is processed and nothing is left to do about commits.
 * @throws when that takes too long, with what is left
 */
async function quiet(api: TestApi, connectionId?: string): Promise<void> {
  const late = Date.now() + QUIET_MS;
  for (;;) {
    const { items: deliveries } = connectionId
      ? await api.client.gitConnection.listDeliveries({ connectionId, limit: 500 })
      : { items: [] };
    const { items: queues } = await api.client.job.queues({});
    const open = deliveries.filter(({ state }) => state === 'queued');
    const busy = queues.filter(
      ({ queue, depth, running }) => /^(links|git)\.(?!sweep)/.test(queue) && depth + running > 0,
    );
    if (open.length + busy.length === 0) return;
    if (Date.now() > late) throw new Error(`It does not become quiet: ${JSON.stringify({ open, busy })}`);
    await pause(100);
  }
}

interface Pushed {
  sha: string;
  message: string;
  modified: string[];
}

/** A push as GitHub sends it. */
function pushOf(repository: string, pushed: readonly Pushed[]): string {
  const at = new Date().toISOString();
  const commits = pushed.map(({ sha, message, modified }) => ({
    id: sha,
    message,
    timestamp: at,
    author: { name: 'Ada', email: 'ada@people.example' },
    added: [],
    modified,
    removed: [],
    distinct: true,
  }));
  return JSON.stringify({
    ref: 'refs/heads/main',
    before: newSha(),
    after: commits.at(-1)?.id,
    created: false,
    deleted: false,
    forced: false,
    repository: {
      full_name: repository,
      html_url: `https://github.com/${repository}`,
      default_branch: 'main',
    },
    commits,
  });
}

/** A server that verifies the signature and stores the payload in one transaction, and does nothing else. */
async function bareServer(url: string, secret: string) {
  const pool = new pg.Pool({ connectionString: url });
  await pool.query('create table if not exists public.bench_deliveries (id text primary key, payload text)');
  const app = express();
  app.post('/', express.raw({ type: () => true, limit: '25mb' }), async (request, response) => {
    const body = request.body as Buffer;
    const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
    const given = Buffer.from(String(request.headers['x-hub-signature-256'] ?? ''));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.status(401).end();
      return;
    }
    const client = await pool.connect();
    try {
      await client.query('begin');
      const id = request.headers['x-github-delivery'];
      await client.query('insert into public.bench_deliveries values ($1, $2)', [id, body.toString('utf8')]);
      await client.query('commit');
    } finally {
      client.release();
    }
    response.status(202).json({ status: 'queued' });
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await pool.end();
    },
  };
}

/** Sends a push signed as GitHub signs it. @throws when it is not taken */
async function send(url: string, secret: string, body: string): Promise<void> {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': crypto.randomUUID(),
      'x-hub-signature-256': `sha256=${signature}`,
    },
  });
  if (response.status !== 202) throw new Error(`${url} answered ${response.status}`);
  await response.arrayBuffer();
}

const hookOf = (api: TestApi, connectionId: string) =>
  `${api.url}/webhooks/github?connection=${connectionId}`;

async function push(api: TestApi, databaseUrl: string): Promise<Figure> {
  const { connectionId, webhookSecret } = await api.client.gitConnection.create({
    provider: 'github',
    name: 'bench',
  });
  const bare = await bareServer(databaseUrl, webhookSecret);
  const own = hookOf(api, connectionId);
  const [ours, theirs]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round < ROUNDS + 3; round++) {
      const commits = Array.from({ length: COMMITS_OF_PUSH }, (_, n) => ({
        sha: newSha(),
        message: `Change ${n}`,
        modified: [`src/file-${n}.ts`, 'README.md'],
      }));
      const body = pushOf('sample/bench', commits);
      const first = await timed(() => send(own, webhookSecret, body));
      await quiet(api, connectionId);
      const second = await timed(() => send(bare.url, webhookSecret, body));
      // The first ones warm both up.
      if (round < 3) continue;
      ours.push(first);
      theirs.push(second);
    }
  } finally {
    await bare.stop();
  }
  return {
    figure: `push of ${COMMITS_OF_PUSH} commits, answered, p50`,
    measured: ms(quantile(ours, 0.5)),
    peer: `bare verified insert, ${ms(quantile(theirs, 0.5))}`,
    ratio: spreadOf(ours.map((time, round) => time / (theirs[round] as number))),
    target: 2,
  };
}

/** Conversations of one repository over two weeks, each with messages and edits of common files. */
async function fill(api: TestApi, tenant: string): Promise<void> {
  const owner = api.context.database.system('the benchmark fills its own company');
  await sql`
    insert into context.conversations (id, tenant_id, tool, session_id, month, owner, owner_name, title, repository, branch,
      started_at, ended_at, active_at, messages)
    select gen_random_uuid(), ${tenant}, 'claude-code', 'filled-' || n, date_trunc('month', at)::date, 'user:' || n % 50,
      'Ada', 'Change file ' || n % 400, 'github.com/sample/linked', 'main', at, at + interval '20 minutes',
      at + interval '20 minutes', 6
    from (select n, now() - make_interval(secs => n * 120.0) as at from generate_series(1, ${CONVERSATIONS}) as n) as one`.execute(
    owner,
  );
  await sql`
    insert into context.messages (tenant_id, month, conversation_id, id, record_id, place, author, text)
    select ${tenant}, month, id, gen_random_uuid(), 'm' || place, place,
      case when place % 2 = 1 then 'human' else 'assistant' end,
      repeat('Please change the upload of ' || session_id || ' so that it retries. ', 8)
    from context.conversations cross join generate_series(1, 6) as place
    where tenant_id = ${tenant}`.execute(owner);
  await sql`
    insert into context.edits (tenant_id, month, conversation_id, message_id, call_place, place, path, before, after)
    select message.tenant_id, message.month, message.conversation_id, message.id, 0, 0,
      '/home/ada/linked/src/file-' || right(conversation.session_id, 2) || '.ts', 'const before = 1;',
      'const after = ' || right(conversation.session_id, 3) || ';'
    from context.messages as message join context.conversations as conversation
      on conversation.id = message.conversation_id
    where message.tenant_id = ${tenant} and message.author = 'assistant'`.execute(owner);
  await sql`analyze`.execute(owner);
}

async function links(api: TestApi, databaseUrl: string): Promise<Figure[]> {
  const { database, identity, events, quality } = api.context;
  const tenant = await identity.ensureTenant(api.context.config.TENANT);
  await fill(api, tenant);
  const shas = Array.from({ length: COMMITS }, newSha);
  const { repositoryId } = await api.client.commit.record({
    repository: 'github.com/sample/linked',
    commits: shas.map((sha, n) => {
      const at = new Date(Date.now() - n * 3_600_000).toISOString();
      const file = { path: `src/file-${String(n % 90).padStart(2, '0')}.ts`, change: 'modified' as const };
      const patch = `@@ -1,0 +1,3 @@\n+const other = ${n};\n+const another = ${n};\n+export { other };`;
      return {
        sha,
        message: `Change ${n}`,
        authoredAt: at,
        committedAt: at,
        branch: 'main',
        files: [{ ...file, patch }],
      };
    }),
  });
  await quiet(api);
  const find = createFind({
    rulebook: (transaction) => openRulebook(transaction, commitLinkKind, null, new Date(), null),
    storeJudgement: quality.storeJudgement,
    events,
    emails: identity.emails,
    onJudged: () => {},
  });
  const ids = await database.withTenant(tenant, (transaction) =>
    transaction
      .selectFrom('context.commits')
      .select('id')
      .where('repository_id', '=', repositoryId)
      .execute(),
  );
  const statements = hearPostgres(databaseUrl);
  const [whole, bare]: [number[], number[]] = [[], []];
  for (const [round, { id }] of [...ids.slice(0, 3), ...ids].entries()) {
    const look = () =>
      database.withTenant(tenant, (transaction) => find.links(transaction, tenant, [id], null));
    const recorded = await statements.record(look);
    const first = await timed(look);
    const reads = recorded.filter(({ text }) => !/^\s*(insert|update|delete)/i.test(text));
    const second = await timed(() => statements.replay(reads));
    if (round < 3) continue;
    whole.push(first);
    bare.push(second);
  }
  statements.stopRecording();
  await statements.close();
  const own = whole.map((time, round) => Math.max(0, time - (bare[round] as number)));
  const p95 = (values: readonly number[]) => quantile(values, 0.95);
  return [
    {
      figure: `links of a commit, ${CONVERSATIONS} conversations, own time, p95`,
      measured: ms(p95(own)),
      peer: '300 ms',
      ratio: spreadOf(
        own
          .map((time) => time / 300)
          .toSorted((a, b) => a - b)
          .slice(Math.floor(own.length * 0.9)),
      ),
      target: 1,
    },
    {
      figure: 'links of a commit, p95',
      measured: `${ms(p95(whole))} (p50 ${ms(quantile(whole, 0.5))})`,
      peer: `its statements alone, ${ms(p95(bare))}`,
      ratio: spreadOf(whole.map((time, round) => time / (bare[round] as number))),
    },
  ];
}

/** A conversation of just now that edited a file; where `sha` is given, it printed that id as it made the commit. */
async function talk(api: TestApi, file: string, said: string, sha: string | null): Promise<void> {
  const at = new Date(Date.now() - 60_000).toISOString();
  await api.client.conversation.create({
    tool: 'claude-code',
    sessionId: `arrival-${file}`,
    repository: 'github.com/sample/linked',
    branch: 'main',
    startedAt: at,
    commits: sha === null ? [] : [{ sha, kind: 'made', messageId: 'a' }],
    messages: [
      { id: 'q', author: 'human', text: said, at },
      {
        id: 'a',
        author: 'assistant',
        text: 'Done.',
        at,
        toolCalls: [
          {
            name: 'Edit',
            action: 'edit',
            edits: [{ path: file, before: '', after: `const of = '${file}';` }],
          },
        ],
      },
    ],
  });
}

/** Follows links as the pages do: resolves with the moment at which the link of a commit is heard of. */
async function follow(api: TestApi) {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/ws?topics=link.confirmed,link.suggested`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  const waiting = new Map<string, (at: number) => void>();
  socket.on('message', (text) => {
    const at = performance.now();
    const { data } = JSON.parse(String(text)) as { data?: { sha?: string } };
    waiting.get(data?.sha ?? '')?.(at);
  });
  await new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
  });
  return {
    heard: (sha: string) =>
      Promise.race([
        new Promise<number>((resolve) => waiting.set(sha, resolve)),
        pause(QUIET_MS, null, { ref: false }).then(() => {
          throw new Error(`No link of ${sha} was heard of`);
        }),
      ]),
    stop: () => socket.terminate(),
  };
}

/** From sending a push until its link is heard of, among the conversations that {@link fill} wrote. */
async function arrivals(api: TestApi): Promise<Figure[]> {
  const { connectionId, webhookSecret } = await api.client.gitConnection.create({
    provider: 'github',
    name: 'arrivals',
  });
  const followed = await follow(api);
  const figures: Figure[] = [];
  try {
    for (const status of ['confirmed', 'suggested'] as const) {
      const times: number[] = [];
      for (let round = 0; round < ARRIVALS + 2; round++) {
        const sha = newSha();
        const file = `src/arrival-${status}-${round}.ts`;
        const message = `Open the ${status} arrival number ${round}`;
        await talk(api, file, message, status === 'confirmed' ? sha : null);
        await quiet(api, connectionId);
        const heard = followed.heard(sha);
        const begun = performance.now();
        await send(
          hookOf(api, connectionId),
          webhookSecret,
          pushOf('sample/linked', [{ sha, message, modified: [file] }]),
        );
        const ended = await heard;
        if (round >= 2) times.push(ended - begun);
      }
      figures.push({
        figure: `push to link.${status}, ${CONVERSATIONS} conversations, p95`,
        measured: `${ms(quantile(times, 0.95))} (p50 ${ms(quantile(times, 0.5))})`,
        peer: `${ARRIVAL_MS} ms`,
        ratio: spreadOf(
          times
            .map((time) => time / ARRIVAL_MS)
            .toSorted((a, b) => a - b)
            .slice(Math.floor(times.length * 0.9)),
        ),
        target: 1,
      });
    }
  } finally {
    followed.stop();
  }
  return figures;
}

async function measure({ name, create }: HomeKind): Promise<void> {
  const home = await create();
  const url = home.env.DATABASE_URL;
  // The embedded database has one connection, so that nothing can be held against it.
  if (!url) return home.remove();
  const api = await startApi({ env: home.env } as never);
  try {
    report(`Commits on ${name}`, [
      await push(api, url),
      ...(await links(api, url)),
      ...(await arrivals(api)),
    ]);
  } finally {
    await api.stop();
    await home.remove();
  }
}

await forEachHomeKind(measure);
