import { type LangfuseClient, LangfuseError } from '@ai-manager/langfuse/client';
import { type LangfusePrompt, langfusePrompts } from '@ai-manager/langfuse/prompts';
import type { Logger } from 'pino';
import { Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { type Mirrored, type Mirroring, mirror, mirrorFailed } from './mirror.ts';
import type { PromptSource } from './source.ts';
import { langfuseVersions } from './store.ts';

/** A refresh that is not forced trusts the mirror for so long, after a failure too. */
const FRESH_MS = 60_000;
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const LABEL = /^(production|staging|exp-[a-z0-9_.-]{1,32})$/;

/**
 * Prompts in Langfuse. What it has is mirrored into PostgreSQL, and only the mirror is read: a server that hangs costs
 * one time limit at the start of a run, and then the copy serves and says so.
 */
export function createLangfuseSource(
  database: Database,
  client: LangfuseClient,
  mirroring: Mirroring,
  log: Pick<Logger, 'warn'>,
): PromptSource {
  const prompts = langfusePrompts(client);
  let tenant: string | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  /** Every version that the mirror does not have, and where each label is. */
  async function read(tenantId: string): Promise<Mirrored[]> {
    const listed = await prompts.list();
    const known = await database.withTenant(tenantId, langfuseVersions);
    const found: Mirrored[] = [];
    for (const prompt of listed.filter(({ name }) => NAME.test(name))) {
      const has = known.get(prompt.name) ?? new Set<number>();
      found.push(await readPrompt(prompt, has).catch((error: unknown) => faultOf(prompt.name, error)));
    }
    return found;
  }

  async function readPrompt(
    { name, versions, labels }: { name: string; versions: number[]; labels: string[] },
    known: ReadonlySet<number>,
  ): Promise<Mirrored> {
    const added: LangfusePrompt[] = [];
    for (const version of versions.filter((one) => !known.has(one))) {
      const one = await prompts.get(name, { version });
      if (one) added.push(one);
    }
    const places: Record<string, number> = {};
    for (const label of labels.filter((given) => LABEL.test(given))) {
      const one = await prompts.get(name, { label });
      if (one) places[label] = one.version;
    }
    return { name, added, labels: places, fault: null };
  }

  async function refresh(tenantId: string): Promise<void> {
    try {
      const readAt = mirroring.now();
      const found = await read(tenantId);
      await database.withTenant(tenantId, (transaction) =>
        mirror(transaction, tenantId, { found, readAt }, mirroring),
      );
    } catch (error) {
      const reason = error instanceof LangfuseError ? error.message : 'The mirror could not be updated';
      log.warn({ err: error, tenantId }, 'prompts: Langfuse');
      await database
        .withTenant(tenantId, (transaction) => mirrorFailed(transaction, reason))
        .catch((failure: unknown) => log.warn({ err: failure, tenantId }, 'prompts: mirror'));
    } finally {
      askedAt = performance.now();
    }
  }

  function begin(tenantId: string): Promise<void> {
    running ??= refresh(tenantId).finally(() => {
      running = null;
    });
    return running;
  }

  return {
    claim: (tenantId) => {
      if (tenant !== null && tenant !== tenantId)
        throw new Error('Langfuse keeps the prompts of another company already');
      tenant = tenantId;
    },
    serves: (tenantId) => tenantId === tenant,
    refresh: async (tenantId, { force }) => {
      if (!force && performance.now() - askedAt < FRESH_MS) return;
      if (!force || !running) return begin(tenantId);
      // What is being read may be from before the edit that the caller wants to see: they share the next reading.
      next ??= running.then(() => {
        next = null;
        return begin(tenantId);
      });
      await next;
    },
    create: async (name, content, commitMessage) => {
      const created = await guard(
        prompts.create(name, { ...content, config: { ...content.config } }, { commitMessage }),
      );
      return created.version;
    },
    moveLabel: (name, label, version) => guard(prompts.label(name, version, [label])),
  };
}

/** What is wrong with one prompt keeps no other from being read. @throws what is wrong with Langfuse itself */
function faultOf(name: string, error: unknown): Mirrored {
  const isOfPrompt =
    error instanceof LangfuseError && !error.isTemporary && error.status !== 401 && error.status !== 403;
  if (!isOfPrompt) throw error;
  return { name, added: [], labels: {}, fault: error.message };
}

/** A source that does not do what is asked leaves all as it was: 503 that may pass, or 409 with what it says. */
async function guard<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof LangfuseError)) throw error;
    const code = error.isTemporary ? 'SERVICE_UNAVAILABLE' : 'CONFLICT';
    throw new Problem(code, `${error.message}. Nothing was changed.`, { cause: error });
  }
}
