import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import { faultsOf, variablesOf } from '../../../models/prompt-template.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import { compareVersions } from './diff.ts';
import type { PromptParts } from './parts.ts';
import { type Author, authorOf } from './person.ts';
import type { PromptSource } from './source.ts';
import {
  declaredVariables,
  findVersion,
  insertVersion,
  isSame,
  labelsOf,
  latestVersion,
  listPrompts,
  listVersions,
  lockPrompt,
  type VersionContent,
  type VersionRecord,
} from './store.ts';
import { promptView } from './views.ts';

export interface NewVersion {
  name: string;
  text: string;
  variables?: VersionContent['variables'] | undefined;
  config?: VersionContent['config'] | undefined;
  description?: string | undefined;
  commitMessage: string;
  basedOn?: number | undefined;
}

/** Prompts with their versions: reading, comparing and adding them. */
export function createVersions({ database, consumers, sourceOf, publish, lookup }: PromptParts) {
  const { requireVersion, requirePrompt, describeVersion, describeVersions, numberOf } = lookup;

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
      variables: given.variables ?? (await inherited(transaction, name, text, newest?.variables ?? [])),
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

  return {
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
            const source = sourceOf(tenantId) ? 'langfuse' : 'postgres';
            return rows.map((row) => promptView(row, held, consumers.suppliedTo(row.name), source));
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
  };
}

/** @throws {Problem} INVALID_INPUT naming every fault */
/** The variables of the newest version; those that it lost, as one saved in Langfuse without its config does, of earlier ones. */
async function inherited(
  transaction: TenantTransaction,
  name: string,
  text: string,
  newest: VersionContent['variables'],
): Promise<VersionContent['variables']> {
  const has = new Set(newest.map((variable) => variable.name));
  const lost = variablesOf(text).filter((used) => !has.has(used));
  if (lost.length === 0) return newest;
  const before = await declaredVariables(transaction, name);
  return [...newest, ...lost.flatMap((used) => before.get(used) ?? [])];
}

function refuseFaults({ text, variables }: VersionContent, supplied: readonly string[] | null): void {
  const faults = faultsOf(text, variables, supplied);
  if (faults.length === 0) return;
  const errors = faults.slice(0, 50).map(({ variable, message }) => ({
    field: variable !== null && variables.some(({ name }) => name === variable) ? 'variables' : 'text',
    message,
  }));
  throw new Problem('INVALID_INPUT', `${errors[0]?.field}: ${errors[0]?.message}`, { errors });
}
