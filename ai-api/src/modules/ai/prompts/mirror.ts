import type { LangfusePrompt } from '@ai-manager/langfuse/prompts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import { inspect } from './check.ts';
import type { consumersOf } from './consumers.ts';
import { whyNotReleasable } from './labels.ts';
import type { Publish } from './parts.ts';
import { runningExperiment } from './running-experiment.ts';
import { notReplayed } from './seeds.ts';
import {
  findLabel,
  findPrompt,
  findVersion,
  insertVersion,
  isSame,
  LANGFUSE,
  labelsOf,
  latestVersion,
  linkLangfuse,
  listVersions,
  lockPrompt,
  moveLabel,
  movesOf,
  removeLabel,
  updatePrompt,
  updatePrompts,
  versionOfLangfuse,
} from './store.ts';
import { insertCheck } from './store-release.ts';

/** What Langfuse has of one prompt that the mirror may not have. */
export interface Mirrored {
  name: string;
  added: LangfusePrompt[];
  /** Versions in Langfuse by label. */
  labels: Readonly<Record<string, number>>;
  /** Why it could not be read, such as a prompt for chats; null where it could. */
  fault: string | null;
}

/** What was read in Langfuse, and when that began: a label that was moved here since is newer than what was read. */
export interface Reading {
  found: readonly Mirrored[];
  readAt: Date;
}

/** What the mirror needs of the module. */
export interface Mirroring {
  consumers: ReturnType<typeof consumersOf>;
  publish: Publish;
  now: () => Date;
}

const MIRROR = { createdBy: LANGFUSE, createdById: 'langfuse' };

/**
 * Takes over what Langfuse has. A version that was labelled there is used only if it may be: it is checked here, and
 * approved where the tenant demands it; until then the version before goes on to serve, and the prompt says why.
 */
export async function mirror(
  transaction: TenantTransaction,
  tenantId: string,
  { found, readAt }: Reading,
  mirroring: Mirroring,
): Promise<void> {
  const { publish, now } = mirroring;
  const changes: string[] = [];
  for (const { name, added, labels, fault } of found) {
    if (fault !== null) {
      // One that only Langfuse has is not ours.
      await updatePrompt(transaction, name, { mirror_error: fault });
      continue;
    }
    await lockPrompt(transaction, name, undefined);
    const before = await findPrompt(transaction, name);
    for (const version of added) changes.push(await takeVersion(transaction, tenantId, version, mirroring));
    let held: { version: number; reason: string } | null = null;
    for (const [label, langfuseVersion] of Object.entries(labels)) {
      const row = await versionOfLangfuse(transaction, name, langfuseVersion);
      if (!row) continue;
      const current = await findLabel(transaction, name, label);
      if (current && current.moved_at > readAt) continue;
      const from = current?.version ?? null;
      if (from === null && (await wasRemovedHere(transaction, name, label, row.version))) continue;
      const refused = (await isFirstMeeting(transaction, before, { name, label, from, to: row.version }))
        ? FIRST_MEETING
        : await takeLabel(transaction, { name, label, version: row.version, at: now() });
      if (refused === null) continue;
      if (typeof refused === 'string')
        held = label === 'production' ? { version: row.version, reason: refused } : held;
      else {
        changes.push(`${name}: ${label} to version ${row.version}`);
        const event = { name, label, from, to: row.version };
        await publish(transaction, tenantId, 'prompt.label.moved', event);
      }
    }
    changes.push(...(await dropLabels(transaction, { name, labels, readAt }, now())));
    await updatePrompt(transaction, name, { mirrored_at: now(), mirror_error: null, held });
  }
  await updatePrompts(
    transaction,
    found.map(({ name }) => name),
    'Langfuse has no prompt of this name: "npm run langfuse -- sync" makes it.',
  );
  if (changes.length === 0) return;
  await record(transaction, systemActor(tenantId, 'prompt.mirror'), {
    subject: 'prompts',
    details: [{ about: [], content: { changes } }],
  });
}

/** Why Langfuse's production does not replace one of our own just because the two were connected. */
const FIRST_MEETING =
  'Langfuse was connected while another version served here: move production here or in Langfuse to decide.';

/** Whether production here is a version that Langfuse never had, and no person has decided between the two since. */
async function isFirstMeeting(
  transaction: TenantTransaction,
  before: Awaited<ReturnType<typeof findPrompt>>,
  { name, label, from, to }: { name: string; label: string; from: number | null; to: number },
): Promise<boolean> {
  if (label !== 'production' || from === null || from === to) return false;
  const serving = await findVersion(transaction, name, from);
  if (!serving || serving.origin === 'seed' || serving.langfuse_version !== null) return false;
  const isHeld = before?.held?.version === to && before.held.reason === FIRST_MEETING;
  return before?.mirrored_at == null || isHeld;
}

/** Langfuse has no way to take a label away: one that was removed here stays removed while it is where it was. */
async function wasRemovedHere(
  transaction: TenantTransaction,
  name: string,
  label: string,
  version: number,
): Promise<boolean> {
  const last = (await movesOf(transaction, name, label)).at(-1);
  return last?.to_version === null && last.from_version === version && last.moved_by !== MIRROR.createdBy;
}

/** Removes the labels other than production that Langfuse had once and no longer has. */
async function dropLabels(
  transaction: TenantTransaction,
  { name, labels, readAt }: Pick<Mirrored, 'name' | 'labels'> & Pick<Reading, 'readAt'>,
  at: Date,
): Promise<string[]> {
  const changes: string[] = [];
  for (const { label, version, moved_at: movedAt } of await labelsOf(transaction, [name])) {
    if (label === 'production' || label in labels || movedAt > readAt) continue;
    const row = await findVersion(transaction, name, version);
    const running = await runningExperiment(transaction, name);
    if (row?.langfuse_version == null || running?.label === label) continue;
    await removeLabel(transaction, name, label, { movedBy: LANGFUSE, movedAt: at });
    changes.push(`${name}: ${label} was taken from version ${version}`);
  }
  return changes;
}

/** Says of every prompt that the mirror serves in the place of Langfuse. */
export async function mirrorFailed(transaction: TenantTransaction, reason: string): Promise<void> {
  await updatePrompts(transaction, [], reason);
}

async function takeVersion(
  transaction: TenantTransaction,
  tenantId: string,
  given: LangfusePrompt,
  { consumers, publish }: Mirroring,
): Promise<string> {
  const { name, text, variables, config } = given;
  const content = { text, variables, config };
  const own = await listVersions(transaction, name, null, 1000);
  const same = own.find((row) => row.langfuse_version === null && isSame(row, content));
  if (same) {
    await linkLangfuse(transaction, name, same.version, given.version);
    return `${name}: version ${same.version} is Langfuse's ${given.version}`;
  }
  const version = (await latestVersion(transaction, name)) + 1;
  const commitMessage = given.commitMessage ?? 'Saved in Langfuse.';
  const origin = { origin: 'langfuse' as const, langfuseVersion: given.version };
  await insertVersion(transaction, { name, version, ...content, commitMessage, ...origin, ...MIRROR });
  await publish(transaction, tenantId, 'prompt.version.created', { name, version, origin: 'langfuse' });
  const findings = inspect(content, consumers.suppliedTo(name));
  const passed = findings.every(({ severity }) => severity !== 'error');
  const replay = notReplayed('It was saved in Langfuse: check it here to replay past cases.');
  await insertCheck(transaction, { name, version, passed, findings, replay, checkedBy: 'system' });
  return `${name}: version ${version} is Langfuse's ${given.version}`;
}

/** Null where nothing changes, true where the label moved, and why where it may not. */
async function takeLabel(
  transaction: TenantTransaction,
  { name, label, version, at }: { name: string; label: string; version: number; at: Date },
): Promise<true | string | null> {
  const current = await findLabel(transaction, name, label);
  if (current?.version === version) return null;
  const running = await runningExperiment(transaction, name);
  if (running && (label === 'production' || label === running.label))
    return `The experiment "${running.title}" is running.`;
  const fault = label === 'staging' ? null : await whyNotReleasable(transaction, name, version);
  if (fault) return fault.message;
  const from = current?.version ?? 0;
  const reason = 'Moved in Langfuse.';
  const move = { name, label, from, to: version, movedBy: LANGFUSE, movedAt: at, reason };
  await moveLabel(transaction, move);
  return true;
}
