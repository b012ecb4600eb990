import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { readConfig } from '../ai-api/src/config/index.ts';
import { type Context, createContext } from '../ai-api/src/context.ts';
import type { Caller } from '../ai-api/src/http/caller.ts';
import { createLog } from '../ai-api/src/platform/log.ts';
import { serveParent } from './child-server.ts';
import { type Dbos, startDbos } from './workflows/dbos.ts';
import { agentOf, invoke, MANY_STEPS, STEPS } from './workflows/invoke.ts';

const QUEUE = 'bench.flow';
const LOOK_MS = 20;
/** Instances that are started at once. */
const STARTS = 50;
const FIRST_WAITING = 200;

const templateOf = (name: string, steps: readonly string[]) => ({
  name,
  title: 'Steps of a bench',
  steps: steps.map((id) => ({
    id,
    type: 'operation',
    operation: 'agent.create',
    input: { name: `=instance.id + " ${id}"`, purpose: 'A bench', instructions: 'Answer.' },
  })),
});
const flow = templateOf('bench-flow', STEPS);
const long = templateOf('bench-long', MANY_STEPS);
const waits = { name: 'bench-wait', title: 'Waits', steps: [{ id: 'wait', type: 'wait', signal: 'never' }] };

/** A flow by hand: one job for each, an intent and a result row for each step, the same operation. */
async function defineBare(context: Context, caller: Caller): Promise<void> {
  const { database, jobs } = context;
  const owner = database.system('the bench has a table of its own');
  await sql`create table if not exists public.bench_steps (
    flow uuid, step text, state text, output jsonb, primary key (flow, step))`.execute(owner);
  await sql`grant all on public.bench_steps to ai_manager_app`.execute(owner);
  jobs.define<{ tenantId: string; flow: string; steps: string[] }>({
    name: QUEUE,
    concurrency: context.config.WORKFLOW_CONCURRENCY,
    retryLimit: 3,
    retryDelay: 1,
    retryDelayMax: 1,
    expireInSeconds: 600,
    handle: async ({ tenantId, flow: id, steps }) => {
      for (const step of steps) {
        await database.withTenant(tenantId, (transaction) =>
          sql`insert into public.bench_steps values (${id}, ${step}, 'running', null)
            on conflict (flow, step) do nothing`.execute(transaction),
        );
        const body = await invoke(context, caller, 'agent.create', agentOf(id, step), `bench:${id}:${step}`);
        await database.withTenant(tenantId, (transaction) =>
          sql`update public.bench_steps set state = 'done', output = ${JSON.stringify(body)}::jsonb
            where flow = ${id} and step = ${step}`.execute(transaction),
        );
      }
    },
    onDead: async () => {},
  });
}

/** The caller of the key that the configuration names. */
async function callerOf({ database, identity, config }: Context): Promise<Caller> {
  const tenantId = await identity.ensureTenant(config.TENANT);
  const [key] = await database.withTenant(tenantId, (transaction) => identity.listKeys(transaction));
  const caller = await identity.principalNow({
    tenantId,
    tenantName: config.TENANT,
    tier: config.TENANT_TIER,
    keyId: key?.id ?? '',
    keyName: key?.name ?? '',
    user: null,
    roles: ['admin'],
    scopes: ['*'],
  });
  if (!caller) throw new Error('The bench needs a key');
  return caller;
}

/** Counts until so many rows are there. */
async function until(context: Context, count: number, query: ReturnType<typeof sql<{ count: number }>>) {
  const owner = context.database.system('the bench counts');
  for (;;) {
    const { rows } = await query.execute(owner);
    if (Number(rows[0]?.count) >= count) return;
    await pause(LOOK_MS);
  }
}

async function copyWaiting({ database }: Context, count: number): Promise<void> {
  const owner = database.system('the bench copies rows');
  const table = async (name: string) => {
    const { rows } = await sql<{ column_name: string }>`
      select column_name from information_schema.columns
      where table_schema = 'workflows' and table_name = ${name} order by ordinal_position`.execute(owner);
    return rows.map(({ column_name }) => column_name);
  };
  const copied = (columns: string[], changed: Record<string, string>) =>
    sql.raw(columns.map((column) => changed[column] ?? `one.${column}`).join(', '));
  const [instances, tasks] = [await table('instances'), await table('tasks')];
  await sql`create temporary table bench_copies as
    select gen_random_uuid() as copy, gen_random_uuid() as task,
      (select id from workflows.instances where template = ${waits.name} limit 1) as original
    from generate_series(1, ${count})`.execute(owner);
  await sql`insert into workflows.instances select ${copied(instances, { id: 'copy' })}
    from bench_copies join workflows.instances as one on one.id = original`.execute(owner);
  await sql`insert into workflows.tasks select ${copied(tasks, { id: 'task', instance_id: 'copy' })}
    from bench_copies join workflows.tasks as one on one.instance_id = original`.execute(owner);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

await serveParent(async () => {
  const config = readConfig(process.env);
  const context = await createContext(config, createLog(config.LOG_LEVEL));
  const caller = await callerOf(context);
  await defineBare(context, caller);
  await context.jobs.start({ work: true });
  const isFirst = process.env.BENCH_SECOND === undefined;
  for (const definition of isFirst ? [flow, long, waits] : []) {
    const comment = 'For the bench';
    await invoke(context, caller, 'workflowTemplate.save', { definition, expectedVersion: 0, comment });
    await invoke(context, caller, 'workflowTemplate.publish', { name: definition.name, version: 1, seen: 0 });
  }
  /** How many were started of each template, and of each number of steps by hand. */
  const started = new Map<string, number>();
  const more = (what: string, count: number) => {
    const all = (started.get(what) ?? 0) + count;
    started.set(what, all);
    return all;
  };
  let dbos: Dbos | undefined;
  const start = async (template: string, count: number) => {
    for (let begun = 0; begun < count; begun += STARTS)
      await Promise.all(
        Array.from({ length: Math.min(STARTS, count - begun) }, () =>
          invoke(context, caller, 'workflow.execute', { template }),
        ),
      );
  };
  const onPlatform =
    ({ name }: typeof flow) =>
    async (count: number) => {
      const all = more(name, count);
      await start(name, count);
      const ended = sql<{ count: number }>`
        select count(*) as count from workflows.instances
        where tenant_id = ${caller.tenantId} and template = ${name} and state = 'completed'`;
      await until(context, all, ended);
    };
  const byHand = (steps: readonly string[]) => async (count: number) => {
    const last = steps.at(-1) as string;
    const all = more(last, count);
    const { tenantId } = caller;
    await Promise.all(
      Array.from({ length: count }, () =>
        context.database.withTenant(tenantId, (transaction) =>
          context.jobs.enqueue(transaction, QUEUE, [{ tenantId, flow: uuidv7(), steps }]),
        ),
      ),
    );
    const ended = sql<{ count: number }>`
      select count(*) as count from public.bench_steps where step = ${last} and state = 'done'`;
    await until(context, all, ended);
  };
  const work: Record<string, (count: number) => Promise<void>> = {
    platform: onPlatform(flow),
    bare: byHand(STEPS),
    'platform-long': onPlatform(long),
    'bare-long': byHand(MANY_STEPS),
    dbos: async (count) => {
      dbos ??= await startDbos(context, caller);
      await dbos.run(count);
    },
    /** A few wait as all do; the others are copies of their rows, which is all that is there of one that waits. */
    waiting: async (count) => {
      await start(waits.name, FIRST_WAITING);
      const resting = sql<{ count: number }>`
        select count(*) as count from workflows.instances where template = ${waits.name} and state = 'waiting'`;
      await until(context, FIRST_WAITING, resting);
      await copyWaiting(context, count - FIRST_WAITING);
    },
  };
  /** Agents of the flows of the platform, and how many were created more than once. */
  const created = async () => {
    const { rows } = await sql<{ agents: number; names: number }>`
      select count(*) as agents, count(distinct name) as names from agents.agents`.execute(
      context.database.system('the bench counts'),
    );
    const [{ agents, names } = { agents: 0, names: 0 }] = rows;
    return { agents: Number(agents), twice: Number(agents) - Number(names) };
  };
  const server = createServer(async (request, response) => {
    const [, side = '', count = '0'] = (request.url ?? '').split('/');
    if (side === 'created') return void response.end(JSON.stringify(await created()));
    const milliseconds = await timed(() => work[side]?.(Number(count)) ?? Promise.resolve());
    response.end(JSON.stringify({ milliseconds }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    urls: { flows: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await dbos?.stop();
      await context.jobs.stop(10_000);
      await context.database.close();
    },
  };
});
