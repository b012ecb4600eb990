import { Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Publish } from './parts.ts';
import { authorOf } from './person.ts';
import { type ExperimentRecord, runningExperiment } from './running-experiment.ts';
import type { PromptSource } from './source.ts';
import {
  findLabel,
  findVersion,
  LANGFUSE,
  linkLangfuse,
  type MoveRecord,
  moveLabel,
  movesOf,
  removeLabel,
  stampLabel,
  type VersionRecord,
} from './store.ts';
import { approvalsOf, needsTwoPeople, newestChecks } from './store-release.ts';
import type { PromptView } from './views.ts';

interface Parts {
  database: Database;
  sourceOf(tenantId: string): PromptSource | null;
  publish: Publish;
  now: () => Date;
  requireVersion(transaction: TenantTransaction, name: string, version: number): Promise<VersionRecord>;
  requirePrompt(transaction: TenantTransaction, name: string): Promise<object>;
  describe(transaction: TenantTransaction, tenantId: string, name: string): Promise<PromptView>;
  onRollback: OnRollback;
}

/** Is called when a rollback ends the experiment that runs on the prompt, in the transaction of the rollback. */
export type OnRollback = (
  transaction: TenantTransaction,
  running: ExperimentRecord,
  reason: string,
) => Promise<void>;

interface SetLabel {
  name: string;
  label: string;
  version: number;
  seen: number;
  reason?: string | undefined;
}

/** Labels: which version serves. */
export function createLabels({
  database,
  sourceOf,
  publish,
  now,
  requireVersion,
  requirePrompt,
  describe,
  onRollback,
}: Parts) {
  /** Moves it here, and at the source in the same transaction: a source that refuses leaves all as it was. */
  async function move(
    transaction: TenantTransaction,
    actor: Actor,
    { name, label, version, seen, reason }: SetLabel,
  ): Promise<void> {
    const row = await requireVersion(transaction, name, version);
    const { name: movedBy } = authorOf(actor);
    const wanted = { name, label, from: seen, to: version, movedBy, movedAt: now(), reason: reason ?? null };
    if (!(await moveLabel(transaction, wanted))) throw await lost(transaction, name, label);
    const moved = { name, label, from: seen || null, to: version };
    await publish(transaction, actor.tenantId, 'prompt.label.moved', moved);
    const source = sourceOf(actor.tenantId);
    if (!source) return;
    const there = row.langfuse_version ?? (await source.create(name, row, row.commit_message));
    if (row.langfuse_version === null) await linkLangfuse(transaction, name, version, there);
    await source.moveLabel(name, label, there);
    // A refresh that read the source before it had moved the label is older than this.
    await stampLabel(transaction, name, label, now());
  }

  async function audit(transaction: TenantTransaction, actor: Actor, name: string, content: object) {
    await record(transaction, actor, { subject: `prompt:${name}`, details: [{ about: [], content }] });
  }

  return {
    /** @throws {Problem} LABEL_MOVED with the winner, PROMPT_NOT_CHECKED, PROMPT_NOT_APPROVED, CONFLICT */
    setLabel: (actor: Actor, input: SetLabel) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { name, label, version } = input;
        await requireVersion(transaction, name, version);
        if (label !== 'staging') await requireReleasable(transaction, name, version);
        await refuseDuringExperiment(transaction, name, label);
        await move(transaction, actor, input);
        const view = await describe(transaction, actor.tenantId, name);
        await audit(transaction, actor, name, { ...input });
        return view;
      }),

    /** @throws {Problem} CONFLICT for production, and for the label of a running experiment */
    removeLabel: (actor: Actor, name: string, label: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (label === 'production') throw new Problem('CONFLICT', 'production cannot be removed.');
        await requirePrompt(transaction, name);
        await refuseDuringExperiment(transaction, name, label);
        const moved = { movedBy: authorOf(actor).name, movedAt: now() };
        const version = await removeLabel(transaction, name, label, moved);
        if (version === undefined)
          throw new Problem('NOT_FOUND', `No version of ${name} has the label ${label}.`);
        await publish(transaction, actor.tenantId, 'prompt.label.moved', {
          name,
          label,
          from: version,
          to: null,
        });
        await audit(transaction, actor, name, { label, version });
      }),

    /** @throws {Problem} LABEL_MOVED, CONFLICT when there is nothing to go back to */
    rollback: (
      actor: Actor,
      input: { name: string; seen: number; version?: number | undefined; reason: string },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { name, seen, reason } = input;
        await requirePrompt(transaction, name);
        const moves = await movesOf(transaction, name, 'production');
        const former = moves.map(({ to_version }) => to_version);
        const version = input.version ?? versionBefore(moves);
        if (version === null || version === seen || !former.includes(version)) {
          const held = await findLabel(transaction, name, 'production');
          if (held?.version !== seen) throw await lost(transaction, name, 'production');
          const what = input.version === undefined ? 'No version' : `Version ${input.version}`;
          throw new Problem('CONFLICT', `${what} of ${name} was in production before, other than ${seen}.`);
        }
        await move(transaction, actor, { name, label: 'production', version, seen, reason });
        const running = await runningExperiment(transaction, name);
        if (running) await onRollback(transaction, running, reason);
        const view = await describe(transaction, actor.tenantId, name);
        await audit(transaction, actor, name, { label: 'production', from: seen, version, reason });
        return view;
      }),
  };
}

/**
 * The version that a rollback goes to: of what a label was moved to, the one before its place. Rollbacks go back step by
 * step: a move with a reason to the version before takes one step back and is not a new place.
 */
function versionBefore(moves: readonly MoveRecord[]): number | null {
  const places: (number | null)[] = [];
  for (const { to_version: to, reason, moved_by: by } of moves) {
    if (to !== null && to === places.at(-2) && reason !== null && by !== LANGFUSE) places.pop();
    else places.push(to);
  }
  return places.at(-2) ?? null;
}

/** @throws {Problem} when a version may not decide about people yet */
export async function requireReleasable(
  transaction: TenantTransaction,
  name: string,
  version: number,
): Promise<void> {
  const fault = await whyNotReleasable(transaction, name, version);
  if (fault) throw fault;
}

/** What keeps a version from production; null when nothing does. */
export async function whyNotReleasable(
  transaction: TenantTransaction,
  name: string,
  version: number,
): Promise<Problem | null> {
  const check = (await newestChecks(transaction, name, [version])).get(version);
  if (!check) return new Problem('PROMPT_NOT_CHECKED', `Version ${version} of ${name} was never checked.`);
  if (!check.passed)
    return new Problem('PROMPT_NOT_CHECKED', `Version ${version} of ${name} did not pass its last check.`);
  if (check.checked_by === 'seed' || !(await needsTwoPeople(transaction))) return null;
  const author = (await findVersion(transaction, name, version))?.created_by_id;
  const approvers = (await approvalsOf(transaction, name, [version])).map((one) => one.approved_by_id);
  const people = new Set([author, ...approvers].filter((id) => id?.startsWith('user:')));
  if (people.size >= 2) return null;
  const who = author?.startsWith('user:') ? 'A person other than its author has' : 'Two people have';
  return new Problem('PROMPT_NOT_APPROVED', `${who} to approve version ${version}.`);
}

async function refuseDuringExperiment(
  transaction: TenantTransaction,
  name: string,
  label: string,
): Promise<void> {
  const running = await runningExperiment(transaction, name);
  if (!running || (label !== 'production' && label !== running.label)) return;
  throw new Problem('CONFLICT', `The experiment "${running.title}" is running on ${name}: stop it first.`);
}

async function lost(transaction: TenantTransaction, name: string, label: string): Promise<Problem> {
  const winner = await findLabel(transaction, name, label);
  if (!winner) return new Problem('LABEL_MOVED', `No version of ${name} has the label ${label}.`);
  const { version, moved_by, moved_at } = winner;
  const detail = `${label} is at version ${version}: ${moved_by} moved it at ${moved_at.toISOString()}.`;
  return new Problem('LABEL_MOVED', detail, {
    errors: [{ field: 'seen', message: `is now at version ${version}` }],
  });
}
