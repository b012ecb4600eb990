import { randomBytes } from 'node:crypto';
import { unzipSync } from 'fflate';
import { vi } from 'vitest';
import type { Client } from '../src/catalogue/client.ts';
import type { TestApi } from './api.ts';
import { personAs } from './reviewers.ts';

const VERIFICATION = 'They asked from the address on file.';
const WAIT = { timeout: 60_000, interval: 100 };

type Detail = Awaited<ReturnType<Client['privacyRequest']['get']>>;

/** Waits until a request has ended, and fails with its error when it failed. */
export function ended(client: Client, requestId: string): Promise<Detail> {
  return vi.waitFor(async () => {
    const request = await client.privacyRequest.get({ requestId });
    if (request.state !== 'done') throw new Error(`The request is ${request.state}: ${request.error}`);
    return request;
  }, WAIT);
}

/** Has a person erased: one person records the request, another confirms it. */
export async function erase(api: TestApi, subject: string, client = api.client): Promise<Detail> {
  const first = await personAs(api, `first-${randomBytes(4).toString('hex')}`, ['admin']);
  const { requestId } = await first.privacyRequest.create({
    kind: 'erasure',
    subject,
    reason: 'Asked by letter.',
    verification: VERIFICATION,
  });
  const second = await personAs(api, `second-${randomBytes(4).toString('hex')}`, ['admin']);
  await second.privacyRequest.confirm({ requestId });
  return ended(client, requestId);
}

/** The files of a person's export by their path. */
export async function exported(
  api: TestApi,
  subject: string,
  client = api.client,
): Promise<Record<string, Uint8Array>> {
  const { requestId } = await client.privacyRequest.create({
    kind: 'export',
    subject,
    reason: 'Asked by letter.',
    verification: VERIFICATION,
  });
  const { file } = await ended(client, requestId);
  return unzipSync(await download(api, file?.url ?? ''));
}

/** The files of an export of the company by their path. */
export async function exportedCompany(api: TestApi): Promise<Record<string, Uint8Array>> {
  const { requestId } = await api.client.privacyRequest.exportCompany({ reason: 'We move away.' });
  const { file } = await ended(api.client, requestId);
  return unzipSync(await download(api, file?.url ?? ''));
}

/** All texts of a person's export, one after the other. */
export async function exportedText(api: TestApi, subject: string, client = api.client): Promise<string> {
  const files = await exported(api, subject, client);
  return Object.entries(files)
    .map(([path, content]) => `${path}\n${Buffer.from(content).toString()}`)
    .join('\n');
}

/** The bytes behind a link, as its holder gets them. */
export async function download(api: TestApi, link: string): Promise<Uint8Array> {
  const { pathname, search } = new URL(link);
  const response = await fetch(api.url + pathname + search);
  if (!response.ok) throw new Error(`The link answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
