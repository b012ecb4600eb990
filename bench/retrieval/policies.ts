import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../ai-api/src/catalogue/client.ts';
import type { SourceDocument } from './corpus.ts';

const WAIT_MS = 300_000;

/** Uploads documents and waits until each is read and its vectors are there. @throws when one could not be read */
export async function uploadPolicies(client: Client, documents: readonly SourceDocument[]): Promise<void> {
  const ids: string[] = [];
  for (const { name, contentType, body } of documents) {
    const base64 = Buffer.from(body).toString('base64');
    ids.push((await client.policy.upload({ folder: 'policies', name, contentType, base64 })).documentId);
  }
  const deadline = Date.now() + WAIT_MS;
  for (const documentId of ids) {
    for (;;) {
      const { state, error, name } = await client.policy.get({ documentId });
      if (state === 'indexed') break;
      if (state === 'failed' || Date.now() > deadline) throw new Error(`${name} is ${state}: ${error}`);
      await pause(200);
    }
  }
}
