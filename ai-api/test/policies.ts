import { type LangfuseRecorder, startLangfuseRecorder } from '@ai-manager/langfuse/test-recorder';
import { expect, vi } from 'vitest';
import { startApi, type TestApi } from './api.ts';
import type { TestDatabase } from './databases.ts';
import { type ModelRecorder, startModelRecorder } from './model-recorder.ts';

export const LEAVE = `# Leave policy

## Parental leave

Every parent gets 16 weeks of paid parental leave, to be taken within the first year.

## Sick leave

From the third day on, a doctor's note is needed. Tell your lead before 10:00 on the first day.
`;
const TRAVEL =
  '# Travel\n\n## Flights\n\nBook economy class for flights under six hours. Receipts are due within 30 days.\n';

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

export type Upload = Parameters<TestApi['client']['policy']['upload']>[0];

export type Policies = Awaited<ReturnType<typeof startPolicies>>;

/** An API with two policies, a model and a Langfuse on loopback. */
export async function startPolicies(testDatabase: TestDatabase) {
  const model: ModelRecorder = await startModelRecorder(() => ({ content: '' }));
  const langfuse: LangfuseRecorder = await startLangfuseRecorder();
  const api = await startApi(testDatabase, {
    OPENAI_API_KEY: 'key',
    OPENAI_BASE_URL: model.url,
    LANGFUSE_BASE_URL: langfuse.url,
    LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
    LANGFUSE_SECRET_KEY: langfuse.secretKey,
    LANGFUSE_RETRY_SECONDS: '1',
  });
  /** Uploads a file and waits until it was read, or could not be. */
  async function upload(name: string, body: string | Buffer, given: Partial<Upload> = {}) {
    const { documentId, version } = await api.client.policy.upload({
      folder: 'policies',
      name,
      contentType: 'text/markdown',
      base64: base64(body),
      ...given,
    });
    return vi.waitFor(
      async () => {
        const document = await api.client.policy.get({ documentId });
        expect(document.version).toBe(version);
        expect(document.state).not.toBe('pending');
        return document;
      },
      { timeout: 30_000, interval: 50 },
    );
  }
  /** Without pgvector, as on a server that has none, all of this is found by words. */
  const hasVectors = () => api.context.ops.installation.drivers.vectors === 'pgvector';
  const whatMeaningSays = () =>
    hasVectors() ? 'Meaning was compared.' : 'Meaning was not compared: the database does not have pgvector.';
  const textsFor = async (query: string, by: 'words' | 'meaning' | 'both' = 'both') => {
    const { passages } = await api.client.policy.search({ query, by });
    return passages.map(({ text }) => text);
  };

  await upload('leave.md', LEAVE);
  await upload('travel.md', TRAVEL);
  return {
    api,
    model,
    langfuse,
    upload,
    hasVectors,
    whatMeaningSays,
    textsFor,
    stop: async () => {
      await api.stop();
      await model.close();
      await langfuse.close();
      await testDatabase.remove();
    },
  };
}
