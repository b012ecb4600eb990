import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LangfuseRecorder, startLangfuseRecorder } from '../test/recorder.ts';
import { createLangfuseClient, LangfuseError } from './client.ts';
import { langfusePrompts } from './prompts.ts';

let recorder: LangfuseRecorder;
beforeEach(async () => {
  recorder = await startLangfuseRecorder();
});
afterEach(() => recorder.close());

const connect = (over: { fetchTimeoutMs?: number; maxRetries?: number; secretKey?: string } = {}) =>
  langfusePrompts(
    createLangfuseClient({
      baseUrl: recorder.url,
      publicKey: recorder.publicKey,
      secretKey: recorder.secretKey,
      fetchTimeoutMs: 5_000,
      maxRetries: 0,
      ...over,
    }),
  );
const content = {
  text: 'Judge {{facts}}.',
  variables: [{ name: 'facts', description: 'All' }],
  config: { a: 1 },
};

describe('prompts in Langfuse', () => {
  test('keep their text, variables, settings, labels and message', async () => {
    const prompts = connect();
    await prompts.create('evaluation', content, { labels: ['production'], commitMessage: 'First' });
    await prompts.create('evaluation', { ...content, text: 'Second {{facts}}' }, { commitMessage: 'Second' });
    expect(await prompts.get('evaluation', { label: 'production' })).toEqual({
      name: 'evaluation',
      version: 1,
      ...content,
      labels: ['production'],
      commitMessage: 'First',
    });
    expect(await prompts.get('evaluation', { label: 'latest' })).toMatchObject({ version: 2 });
    expect(await prompts.get('nothing', { label: 'production' })).toBeNull();
    expect(await prompts.list()).toMatchObject([{ name: 'evaluation', versions: [1, 2] }]);
  });

  test('give a label to one version at a time', async () => {
    const prompts = connect();
    await prompts.create('evaluation', content, {
      labels: ['production', 'staging'],
      commitMessage: 'First',
    });
    await prompts.create('evaluation', { ...content, text: 'Second {{facts}}' }, { commitMessage: 'Second' });
    await prompts.label('evaluation', 2, ['production']);
    expect(await prompts.get('evaluation', { version: 1 })).toMatchObject({ labels: ['staging'] });
    expect(await prompts.get('evaluation', { label: 'production' })).toMatchObject({ version: 2 });
  });

  test('are read again after a failure that may pass, and written once', async () => {
    const prompts = connect({ maxRetries: 2 });
    recorder.failWith({ status: 503 });
    await expect(prompts.get('evaluation', { version: 1 })).rejects.toThrow('(503)');
    expect(recorder.requestsTo('GET', '/api/public/v2/prompts')).toHaveLength(3);
    await expect(prompts.create('evaluation', content, { commitMessage: 'First' })).rejects.toThrow('(503)');
    expect(recorder.requestsTo('POST', '/api/public/v2/prompts')).toHaveLength(1);
  });

  test.each([
    ['a server that hangs', 'hang', 100, null, 'did not respond within 100 ms'],
    ['a server that stops in the middle', 'stall', 100, null, 'did not respond within 100 ms'],
    ['a connection that breaks', 'refuse', 5_000, null, 'could not be reached'],
    ['a refusal', { status: 400 }, 5_000, 400, 'It failed on command.'],
  ] as const)('tell in one line of %s', async (_what, fault, fetchTimeoutMs, status, message) => {
    recorder.failWith(fault);
    const error = await connect({ fetchTimeoutMs })
      .list()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LangfuseError);
    expect(error).toMatchObject({ status, message: expect.stringContaining(message) });
  });

  test('are not taken from another address than the one that was set', async () => {
    const headers = { location: '/api/public/health' };
    recorder.failWith({ status: 302, headers }, ({ path }) => path.startsWith('/api/public/v2/'));
    await expect(connect().get('evaluation', { version: 1 })).rejects.toMatchObject({
      status: 422,
      message: 'Langfuse redirected the request to read prompt evaluation: check its address',
    });
  });

  test('are not read from an answer that is no prompt', async () => {
    recorder.failWith({ status: 200, headers: { 'content-type': 'application/json' } });
    await expect(connect().get('evaluation', { version: 1 })).rejects.toMatchObject({
      status: 422,
      message: 'Langfuse returned an unexpected response to the request to read prompt evaluation',
    });
  });

  test('are not told to a stranger, and the key is not told to anybody', async () => {
    const error = await connect({ secretKey: 'sk-wrong' })
      .list()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 401, message: 'Langfuse rejected the keys (401)' });
  });
});
