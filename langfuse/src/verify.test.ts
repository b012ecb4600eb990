import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LangfuseRecorder, type Route, startLangfuseRecorder } from '../test/recorder.ts';
import { traceRecorder } from '../test/recorder-traces.ts';
import { createLangfuseClient } from './client.ts';
import { verify } from './verify.ts';

let recorder: LangfuseRecorder;
beforeEach(async () => {
  recorder = await startLangfuseRecorder(traceRecorder().routes);
});
afterEach(() => recorder.close());

function run(patienceMs = 1_000) {
  const { url: baseUrl, publicKey, secretKey } = recorder;
  const server = { baseUrl, publicKey, secretKey, fetchTimeoutMs: 5_000, maxRetries: 0 };
  return verify({ client: createLangfuseClient(server), server, patienceMs });
}

test('a server that does all that the product needs is verified', async () => {
  expect((await run()).filter(({ failure }) => failure !== null)).toEqual([]);
});

test('what fails is named with its reason, and the rest goes on', async () => {
  recorder.failWith({ status: 404 }, ({ path }) => path.startsWith('/api/public/annotation-queues'));
  const verified = await run();
  expect(verified.filter(({ failure }) => failure !== null)).toEqual([
    {
      what: 'work in an annotation queue can be given out, finished and read',
      failure: expect.stringMatching(
        /^Langfuse could not create annotation queue ai-manager-verify-.* \(404\)/,
      ),
    },
  ]);
});

test('a trace that is taken and never shown fails after a while', async () => {
  await recorder.close();
  const nothing: Route = {
    method: 'GET',
    path: '/api/public/v2/observations',
    answer: () => ({ status: 200, body: { data: [], meta: {} } }),
  };
  recorder = await startLangfuseRecorder([nothing, ...traceRecorder().routes]);
  expect((await run(600)).filter(({ failure }) => failure !== null)).toEqual([
    {
      what: 'a trace is taken, and its root is found by its id',
      failure: 'the trace cannot be read after 0.6 s',
    },
  ]);
});
