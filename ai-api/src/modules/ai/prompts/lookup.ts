import { notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Consumers } from './consumers.ts';
import type { PromptSource } from './source.ts';
import { findLabel, findPrompt, findVersion, labelsOf, latestVersion, type VersionRecord } from './store.ts';
import { approvalsOf, newestChecks } from './store-release.ts';
import { promptView, versionView } from './views.ts';

export type Lookup = ReturnType<typeof createLookup>;

/** Finds prompts and their versions, and describes them as people read them. */
export function createLookup(consumers: Consumers, sourceOf: (tenantId: string) => PromptSource | null) {
  async function requireVersion(
    transaction: TenantTransaction,
    name: string,
    version: number,
  ): Promise<VersionRecord> {
    const found = await findVersion(transaction, name, version);
    if (found) return found;
    if (!(await findPrompt(transaction, name))) throw notFound('prompt', name);
    throw new Problem('NOT_FOUND', `${name} has no version ${version}.`);
  }

  async function requirePrompt(transaction: TenantTransaction, name: string) {
    const found = await findPrompt(transaction, name);
    if (!found) throw notFound('prompt', name);
    return { ...found, latest: await latestVersion(transaction, name) };
  }

  async function describe(transaction: TenantTransaction, tenantId: string, name: string) {
    const row = await requirePrompt(transaction, name);
    const source = sourceOf(tenantId) ? 'langfuse' : 'postgres';
    return promptView(row, await labelsOf(transaction, [name]), consumers.suppliedTo(name), source);
  }

  async function describeVersions(transaction: TenantTransaction, name: string, rows: VersionRecord[]) {
    const numbers = rows.map(({ version }) => version);
    const labels = await labelsOf(transaction, [name]);
    const checks = await newestChecks(transaction, name, numbers);
    const approvals = await approvalsOf(transaction, name, numbers);
    return rows.map((row) => versionView(row, labels, checks.get(row.version), approvals));
  }

  async function describeVersion(transaction: TenantTransaction, name: string, version: number) {
    const row = await requireVersion(transaction, name, version);
    const [view] = await describeVersions(transaction, name, [row]);
    return view as NonNullable<typeof view>;
  }

  /** The version that is asked for; a number goes before a label. */
  async function numberOf(transaction: TenantTransaction, name: string, label: string): Promise<number> {
    if (label === 'latest') return (await requirePrompt(transaction, name)).latest;
    const held = await findLabel(transaction, name, label);
    if (held) return held.version;
    await requirePrompt(transaction, name);
    throw new Problem('NOT_FOUND', `No version of ${name} has the label ${label}.`);
  }

  return { requireVersion, requirePrompt, describe, describeVersions, describeVersion, numberOf };
}
