import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { readConfig } from '../ai-api/src/config/index.ts';
import { createLog } from '../ai-api/src/platform/log.ts';
import { startServer } from '../ai-api/src/server.ts';
import { generateCompany, SAMPLE } from '../examples/generate.ts';
import { serveParent } from './child-server.ts';
import { connect, importCompany, runWeek } from './platform.ts';
import { hearPglite, hearPostgres, type Statement, type Statements } from './statements.ts';

/** What the bare handler needs to know of an evaluation: the statements that read it, and the answer. */
interface Reading {
  statements: Statement[];
  answer: object;
}

type Server = Awaited<ReturnType<typeof startServer>>;

/**
 * Judges the sample company twice, and makes the second run one that is still under way: only the answers about
 * finished runs are cached.
 */
async function judgeTwice({ url, context }: Server): Promise<string[]> {
  const client = connect(url as string);
  await importCompany(client, generateCompany(SAMPLE));
  const finished = await runWeek(client, SAMPLE.lastWeek, 100);
  const underWay = await runWeek(client, SAMPLE.lastWeek, 100);
  await context.database
    .system('takes a run of the benchmark back')
    .updateTable('evaluations.runs')
    .set({ status: 'running', completed_at: null })
    .where('id', '=', underWay.runId)
    .execute();
  const ids = [];
  for (const { runId } of [finished, underWay]) {
    const { items } = await client.evaluation.listResults({ runId, limit: 200 });
    ids.push(...items.map(({ evaluationId }) => evaluationId));
  }
  return ids;
}

/** Hears what reading each evaluation for the first time sends to the database. */
async function recordReadings(
  { context }: Server,
  evaluationIds: readonly string[],
  statements: Statements,
): Promise<Map<string, Reading>> {
  const tenantId = await context.identity.ensureTenant(context.config.TENANT);
  const readings = new Map<string, Reading>();
  for (const evaluationId of evaluationIds) {
    let answer: object = {};
    const sent = await statements.record(async () => {
      answer = await context.evaluations.get(tenantId, evaluationId, {
        isOperator: true,
        builderId: null,
        isForBuilder: false,
      });
    });
    if (sent.length === 0)
      throw new Error('Reading an evaluation sent no statement: there is nothing to compare');
    readings.set(evaluationId, { statements: sent, answer });
  }
  statements.stopRecording();
  return readings;
}

/** The peer: the same statements through the bare driver, and the same answer; nothing else. */
function bareApp(readings: ReadonlyMap<string, Reading>, statements: Statements): Express {
  const app = express();
  app.get('/evaluations/:evaluationId', async (request, response) => {
    const reading = readings.get(request.params.evaluationId) as Reading;
    await statements.replay(reading.statements);
    response.json(reading.answer);
  });
  return app;
}

await serveParent(async () => {
  const config = readConfig(process.env);
  const server = await startServer(config, createLog(config.LOG_LEVEL));
  const statements = config.DATABASE_URL ? hearPostgres(config.DATABASE_URL) : hearPglite();
  const readings = await recordReadings(server, await judgeTwice(server), statements);
  const bare = createServer(bareApp(readings, statements));
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  return {
    urls: { api: server.url as string, bare: `http://127.0.0.1:${(bare.address() as AddressInfo).port}` },
    stop: async () => {
      bare.closeAllConnections();
      bare.close();
      await statements.close();
      await server.stop();
    },
  };
});
