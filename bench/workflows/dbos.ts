import { DBOS } from '@dbos-inc/dbos-sdk';
import { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../../ai-api/src/context.ts';
import type { Caller } from '../../ai-api/src/http/caller.ts';
import { agentOf, invoke, STEPS } from './invoke.ts';

/** The same flow on DBOS: its steps call the same operation in the same way. */
export interface Dbos {
  /** Runs so many flows to their ends, as many at once as the platform does. */
  run(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** DBOS in the database of the platform, and on PGlite in one of its own, since one process may open it. */
export async function startDbos(context: Context, caller: Caller): Promise<Dbos> {
  const { DATABASE_URL: url, DATA_DIR, WORKFLOW_CONCURRENCY: width } = context.config;
  const embedded = url ? null : await PGlite.create(`${DATA_DIR}/dbos`);
  const workflow = DBOS.registerWorkflow(
    async (flow: string) => {
      for (const step of STEPS)
        await DBOS.runStep(
          () => invoke(context, caller, 'agent.create', agentOf(flow, step), `dbos:${flow}:${step}`),
          { name: step },
        );
    },
    { name: 'bench-flow' },
  );
  DBOS.setConfig({
    name: 'bench',
    logLevel: 'error',
    ...(embedded
      ? { systemDatabasePool: poolOn(embedded), useListenNotify: false }
      : { systemDatabaseUrl: url ?? '' }),
  });
  await DBOS.launch();
  return {
    run: async (count) => {
      let left = count;
      const place = async () => {
        while (left-- > 0) {
          const flow = uuidv7();
          await (await DBOS.startWorkflow(workflow, { workflowID: flow })(flow)).getResult();
        }
      };
      await Promise.all(Array.from({ length: Math.min(width, count) }, place));
    },
    stop: async () => {
      await DBOS.shutdown();
      await embedded?.close();
    },
  };
}

/** As much of a pool as DBOS uses, on one embedded database: one user of the client keeps the others waiting. */
function poolOn(database: PGlite): Pool {
  let free: Promise<void> = Promise.resolve();
  const query = async (text: string, values?: unknown[]) => {
    if (values === undefined || values.length === 0) {
      const results = await database.exec(text);
      const last = results.at(-1);
      return { rows: last?.rows ?? [], rowCount: last?.affectedRows || (last?.rows.length ?? 0) };
    }
    const { rows, affectedRows } = await database.query(text, values);
    return { rows, rowCount: affectedRows || rows.length };
  };
  const connect = async () => {
    const before = free;
    let release = () => {};
    free = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before;
    return { query, release, on: () => {}, once: () => {}, removeListener: () => {} };
  };
  const pool = {
    connect,
    query: async (text: string, values?: unknown[]) => {
      const client = await connect();
      return client.query(text, values).finally(client.release);
    },
    on: () => pool,
    end: async () => {},
    options: {},
  };
  return pool as unknown as Pool;
}
