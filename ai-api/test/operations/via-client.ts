import { expect, vi } from 'vitest';
import { createClient } from '../../src/catalogue/client.ts';
import { resources } from '../../src/catalogue/index.ts';
import { statusOf } from '../../src/contract/operation.ts';
import { ADMIN_KEY } from '../api.ts';
import type { CallOperation } from './run.ts';

type Clients = Record<string, Record<string, (input: object) => Promise<unknown>>>;

/** Calls by the typed client, and holds the status that came against the contract. */
export function viaClient(baseUrl: string): CallOperation {
  const statuses = watchStatuses(baseUrl);
  return async ({ operation, op }, input, { actingFor, bearer }) => {
    const options = { baseUrl, apiKey: bearer ?? ADMIN_KEY, ...(actingFor ? { actingFor } : {}) };
    const [resource = '', key = ''] = operation.split('.');
    const client = createClient(resources, options) as unknown as Clients;
    const output = await client[resource]?.[key]?.(input);
    expect(statuses.at(-1)).toBe(statusOf(op, output));
    return output;
  };
}

/** The statuses of all answers of one server, the newest last. */
function watchStatuses(baseUrl: string): number[] {
  const statuses: number[] = [];
  const { fetch } = globalThis;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const response = await fetch(input, init);
    if (String(input).startsWith(baseUrl)) statuses.push(response.status);
    return response;
  });
  return statuses;
}
