import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import { type Kind, openRulebook, type Rulebook } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { ResolvedPrompt } from '../../../models/prompt.ts';
import { faultsOf } from '../../../models/prompt-template.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { inspect } from './check.ts';
import { consumersOf } from './consumers.ts';
import { compareVersions } from './diff.ts';
import { createLabels, type OnRollback } from './labels.ts';
import { type Author, authorOf } from './person.ts';
import { carryOut, findingsOf, prepareReplay } from './replay-check.ts';
import { openPlan, type PromptPlan, planPrompt, resolved } from './resolve.ts';
import { notReplayed, seedPrompts } from './seeds.ts';
import type { PromptSource } from './source.ts';
import {
  findLabel,
  findPrompt,
  findVersion,
  insertVersion,
  isSame,
  labelsOf,
  latestVersion,
  listMoves,
  listPrompts,
  listVersions,
  lockPrompt,
  type VersionContent,
  type VersionRecord,
} from './store.ts';
import {
  approvalsOf,
  insertApproval,
  insertCheck,
  needsTwoPeople,
  newestChecks,
  setTwoPeople,
} from './store-release.ts';
import { checkView, moveView, promptView, versionView } from './views.ts';

export interface NewVersion {
  name: string;
  text: string;
  variables?: VersionContent['variables'] | undefined;
  config?: VersionContent['config'] | undefined;
  description?: string | undefined;
  commitMessage: string;
  basedOn?: number | undefined;
}

/** Notifies subscribers, with the transaction. */
export type Publish = Events['publish'];

export interface PromptSettings {
  kinds: readonly Kind[];
  /** What past judgements are judged again with. */
  model: ChatModel | null;
  /** Calls to the model at once. */
  concurrency: number;
  publish: Publish;
  now: () => Date;
  /** Where prompts are kept, when not in this database. */
  source?: PromptSource | null;
}

/** A check answers within the time of a request, with what it has by then. */
const REPLAY_MS = 45_000;

export type Prompts = ReturnType<typeof createPrompts>;

/** Prompts by version: their texts, who changed them, and which version is used. */
export function createPrompts(
  database: Database,
  { kinds, model, concurrency, publish, now, source = null }: PromptSettings,
) {
  const consumers = consumersOf(kinds);
  const sourceOf = (tenantId: string) => (source?.serves(tenantId) ? source : null);

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
    const kept = sourceOf(tenantId) ? 'langfuse' : 'postgres';
    return promptView(row, await labelsOf(transaction, [name]), consumers.suppliedTo(name), kept);
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

  /** Adds a version inside a transaction; nothing may use it yet. */
  async function addVersion(
    transaction: TenantTransaction,
    author: Author,
    given: NewVersion,
    origin: VersionRecord['origin'],
    saveFirst: PromptSource | null,
  ): Promise<number> {
    const { name, text, description, commitMessage, basedOn } = given;
    await lockPrompt(transaction, name, description);
    const latest = await latestVersion(transaction, name);
    const newest = latest === 0 ? undefined : await findVersion(transaction, name, latest);
    if (basedOn !== undefined && basedOn !== latest) {
      const since = newest
        ? `Version ${latest} was saved by ${newest.created_by}`
        : 'There is no version yet';
      throw new Problem('CONFLICT', `${since}; you started from ${basedOn}. Review it first.`);
    }
    const content: VersionContent = {
      text,
      variables: given.variables ?? newest?.variables ?? [],
      config: given.config ?? newest?.config ?? {},
    };
    refuseFaults(content, consumers.suppliedTo(name));
    if (newest && isSame(newest, content)) throw invalidField('text', `is the same as version ${latest}`);
    const langfuseVersion = saveFirst ? await saveFirst.create(name, content, commitMessage) : null;
    const who = { createdBy: author.name, createdById: author.id };
    const values = { ...content, commitMessage, origin, langfuseVersion, ...who };
    await insertVersion(transaction, { name, version: latest + 1, ...values });
    return latest + 1;
  }

  async function seed(transaction: TenantTransaction, tenantId: string): Promise<number> {
    const prompts = await seedPrompts(transaction, consumers, now());
    if (prompts > 0)
      await record(transaction, systemActor(tenantId, 'prompt.seed'), {
        subject: 'prompts',
        details: [{ about: [], content: { prompts } }],
      });
    return prompts;
  }

  async function replayCases(tenantId: string, row: VersionRecord, cases: number, signal: AbortSignal) {
    const kind = consumers.kindOf(row.name);
    if (!kind) return notReplayed('No kind of judgement uses this prompt.');
    if (!model) return notReplayed('No model is configured.');
    if (cases === 0) return notReplayed('No cases were requested.');
    const prepared = await database.withTenant(tenantId, async (transaction) => {
      const after = resolved(row, { label: null, isFallback: false, experimentId: null });
      const serving = await findLabel(transaction, row.name, 'production');
      const plan = serving && (await planPrompt(transaction, row.name));
      const before = plan ? (await openPlan(transaction, plan))() : after;
      return prepareReplay(transaction, kind, model, { before, after }, { limit: cases, asOf: now() });
    });
    const stop = AbortSignal.any([signal, AbortSignal.timeout(REPLAY_MS)]);
    return carryOut(prepared, { concurrency, context: { tenantId, signal: stop } });
  }

  async function plan(transaction: TenantTransaction, tenantId: string, name: string): Promise<PromptPlan> {
    if (!(await findLabel(transaction, name, 'production'))) await seed(transaction, tenantId);
    return planPrompt(transaction, name);
  }

  const serving = async (transaction: TenantTransaction, tenantId: string, name: string) =>
    openPlan(transaction, await plan(transaction, tenantId, name));

  let endExperiment: OnRollback = async () => {};
  const onRollback: OnRollback = (...rollback) => endExperiment(...rollback);
  const labels = createLabels({
    database,
    sourceOf,
    requireVersion,
    requirePrompt,
    describe,
    publish,
    now,
    onRollback,
  });

  return {
    ...labels,

    /** Says what ends an experiment that runs on a prompt which is rolled back. */
    onRollback: (end: OnRollback): void => {
      endExperiment = end;
    },

    /** Where prompts are kept outside, it is for this tenant alone. */
    claim: (tenantId: string): void => source?.claim(tenantId),

    /** Gives a tenant the prompts that come with the product, where it has none of that name. */
    seed,

    /** Asks the source of prompts what is new, where that is not this database. Before a transaction, never in one. */
    refresh: async (tenantId: string, force = false): Promise<void> => {
      await sourceOf(tenantId)?.refresh(tenantId, { force });
    },

    /** Which versions are in force now, for work that stays with them. */
    plan,

    /** The versions that are in force now: of a subject, or the plain one. */
    serving,

    /** What subjects of a kind are judged with at a moment: the rules then in force, the model and its prompt. */
    rulebook: async (
      transaction: TenantTransaction,
      tenantId: string,
      kind: Kind,
      asOf: Date,
    ): Promise<Rulebook> => {
      const promptFor = model && (await serving(transaction, tenantId, kind.name));
      return openRulebook(transaction, kind, model, asOf, promptFor);
    },

    /** The versions of a plan: of a subject, or the plain one. */
    open: openPlan,

    /**
     * The version that is used now for a subject: that of production, or of a running experiment.
     * @throws {import('./resolve.ts').NoSuchPrompt}
     */
    resolve: async (
      transaction: TenantTransaction,
      name: string,
      { label, subject }: { label?: string; subject?: string } = {},
    ): Promise<ResolvedPrompt> =>
      (await openPlan(transaction, await planPrompt(transaction, name, label)))(subject),

    /** One version by its number. @throws {Problem} NOT_FOUND */
    version: async (transaction: TenantTransaction, name: string, version: number): Promise<ResolvedPrompt> =>
      resolved(await requireVersion(transaction, name, version), {
        label: null,
        isFallback: false,
        experimentId: null,
      }),

    list: (tenantId: string, page: Page) => {
      // Not awaited: what is new there is in the next response.
      void sourceOf(tenantId)?.refresh(tenantId, { force: false });
      return database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listPrompts(transaction, after, limit),
          key: ({ name }) => name,
          describe: async (rows) => {
            const held = await labelsOf(
              transaction,
              rows.map(({ name }) => name),
            );
            const kept = sourceOf(tenantId) ? 'langfuse' : 'postgres';
            return rows.map((row) => promptView(row, held, consumers.suppliedTo(row.name), kept));
          },
        }),
      );
    },

    get: (
      tenantId: string,
      name: string,
      wanted: { version?: number | undefined; label?: string | undefined },
    ) =>
      database.withTenant(tenantId, async (transaction) => {
        const { version, label = 'production' } = wanted;
        return describeVersion(transaction, name, version ?? (await numberOf(transaction, name, label)));
      }),

    listVersions: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        await requirePrompt(transaction, name);
        return listPage(page, {
          cursor: z.int(),
          query: (after, limit) => listVersions(transaction, name, after, limit),
          key: ({ version }) => version,
          describe: (rows) => describeVersions(transaction, name, rows),
        });
      }),

    diff: (tenantId: string, name: string, from: number, to: number) =>
      database.withTenant(tenantId, async (transaction) =>
        compareVersions(
          name,
          await requireVersion(transaction, name, from),
          await requireVersion(transaction, name, to),
        ),
      ),

    /** @throws {Problem} CONFLICT when there is a newer version than the one it is based on */
    create: async (actor: Actor, given: NewVersion, origin: 'person' | 'optimizer' = 'person') => {
      const saveFirst = sourceOf(actor.tenantId);
      await saveFirst?.refresh(actor.tenantId, { force: true });
      return database.withTenant(actor.tenantId, async (transaction) => {
        const version = await addVersion(transaction, authorOf(actor), given, origin, saveFirst);
        const { name } = given;
        await publish(transaction, actor.tenantId, 'prompt.version.created', { name, version, origin });
        const view = await describeVersion(transaction, name, version);
        const { text, variables, config, commitMessage } = view;
        await record(transaction, actor, {
          subject: `prompt:${given.name}`,
          details: [{ about: [], content: { version, text, variables, config, commitMessage } }],
        });
        return view;
      });
    },

    /** Inspects a version, then judges past cases again by it: that takes a model, and as long as it takes. */
    check: async (
      actor: Actor,
      { name, version, cases }: { name: string; version: number; cases: number },
      signal: AbortSignal,
    ) => {
      const row = await database.withTenant(actor.tenantId, (transaction) =>
        requireVersion(transaction, name, version),
      );
      const inspected = inspect(row, consumers.suppliedTo(name));
      const isSound = inspected.every(({ severity }) => severity !== 'error');
      const replay = isSound
        ? await replayCases(actor.tenantId, row, cases, signal)
        : notReplayed('The version has errors.');
      const findings = [...inspected, ...findingsOf(replay)];
      const passed = findings.every(({ severity }) => severity !== 'error');
      return database.withTenant(actor.tenantId, async (transaction) => {
        const checkedBy = authorOf(actor).name;
        const check = await insertCheck(transaction, { name, version, passed, findings, replay, checkedBy });
        await record(transaction, actor, {
          subject: `prompt:${name}`,
          details: [{ about: [], content: { version, passed, findings } }],
        });
        return checkView(check);
      });
    },

    /** @throws {Problem} SELF_APPROVAL, PROMPT_NOT_CHECKED, PERSON_NEEDED from a key where two people are demanded */
    approve: (actor: Actor, name: string, version: number, comment: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireVersion(transaction, name, version);
        const person = authorOf(actor);
        if (!actor.person && (await needsTwoPeople(transaction)))
          throw new Problem(
            'PERSON_NEEDED',
            `Two people must be responsible for a version, and a key is not a person: sign in, or name the person the key acts for.`,
          );
        if (row.created_by_id === person.id)
          throw new Problem(
            'SELF_APPROVAL',
            `${person.name} wrote version ${version}: another person must approve it.`,
          );
        const check = (await newestChecks(transaction, name, [version])).get(version);
        if (!check?.passed)
          throw new Problem('PROMPT_NOT_CHECKED', `Check version ${version} of ${name} first.`);
        const approval = { name, version, approvedBy: person.name, approvedById: person.id, comment };
        const isNew = await insertApproval(transaction, approval);
        const view = await describeVersion(transaction, name, version);
        if (isNew)
          await record(transaction, actor, {
            subject: `prompt:${name}`,
            details: [{ about: [], content: { version, comment } }],
          });
        return view;
      }),

    listMoves: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        await requirePrompt(transaction, name);
        return listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listMoves(transaction, name, after, limit),
          key: ({ id }) => id,
          view: moveView,
        });
      }),

    getSettings: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => ({
        twoPersonRule: await needsTwoPeople(transaction),
      })),

    setSettings: (actor: Actor, settings: { twoPersonRule: boolean }) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await setTwoPeople(transaction, settings.twoPersonRule);
        await record(transaction, actor, {
          subject: 'prompts',
          details: [{ about: [], content: settings }],
        });
        return settings;
      }),
  };
}

/** @throws {Problem} INVALID_INPUT naming every fault */
function refuseFaults({ text, variables }: VersionContent, supplied: readonly string[] | null): void {
  const faults = faultsOf(text, variables, supplied);
  if (faults.length === 0) return;
  const errors = faults.slice(0, 50).map(({ variable, message }) => ({
    field: variable !== null && variables.some(({ name }) => name === variable) ? 'variables' : 'text',
    message,
  }));
  throw new Problem('INVALID_INPUT', `${errors[0]?.field}: ${errors[0]?.message}`, { errors });
}
