import { join } from 'node:path';
import type { Policy } from '../../../ai-api/src/modules/context/conversations/policy-match.ts';
import type { Api } from './api.ts';
import { readJson, writePrivate } from './files.ts';

const pathOf = (folder: string) => join(folder, 'policies.json');

/** Policies as they were last fetched. */
export function cachedPolicies(folder: string): Policy[] {
  return readJson<{ policies?: Policy[] }>(pathOf(folder), {}).policies ?? [];
}

/** Fetches the policies and remembers them. @throws ApiFailure */
export async function fetchPolicies(folder: string, api: Api): Promise<Policy[]> {
  const policies = await api.policies();
  writePrivate(pathOf(folder), JSON.stringify({ policies, fetchedAt: new Date().toISOString() }));
  return policies;
}
