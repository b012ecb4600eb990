import { randomUUID } from 'node:crypto';
import type { Client } from '../../src/catalogue/client.ts';

export interface IssueOptions {
  maxSeats?: number;
  entitlements?: string[];
  expiresAt?: string | null;
  startsAt?: string;
  versionFrom?: string;
  versionTo?: string;
  policy?: Record<string, unknown>;
}

export type Issued = Awaited<ReturnType<typeof issueLicence>>;

/** A licence of a product of its own, issued over HTTP. */
export async function issueLicence(client: Client, options: IssueOptions = {}) {
  const { policy = {}, ...terms } = options;
  const product = await client.licenceProduct.create({
    code: `drawing-${randomUUID().slice(0, 8)}`,
    name: 'Drawing',
    entitlements: ['export', 'render'],
  });
  const licence = await client.licence.create({
    productId: product.productId,
    name: 'Design team',
    maxSeats: 2,
    entitlements: ['export'],
    policy,
    ...terms,
  });
  return { ...licence, productCode: product.code };
}

/** Sends a request as a licence client does, and answers its status and body. */
export async function send(
  url: string,
  method: string,
  path: string,
  bearer: string | null,
  body?: object,
  headers: Record<string, string> = {},
) {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  const answer = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, code: String(answer.code), answer, headers: response.headers };
}
