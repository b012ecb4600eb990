import type { LangfuseClient } from '@ai-manager/langfuse/client';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Kind } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { consumersOf } from './consumers.ts';
import { prompt } from './contract.ts';
import { createLangfuseSource } from './langfuse-source.ts';
import { createPrompts, type Prompts } from './service.ts';

export { consumersOf, OPTIMIZER } from './consumers.ts';
export { unifiedDiff } from './diff.ts';
export { requireReleasable } from './labels.ts';
export { authorOf } from './person.ts';
export { personalData } from './personal-data.ts';
export { NoSuchPrompt, type PromptPlan, planPrompt } from './resolve.ts';
export { type ExperimentRecord, runningExperiment } from './running-experiment.ts';
export type { PromptSettings, Prompts } from './service.ts';
export { findLabel, findPrompt, lockPrompt } from './store.ts';

interface Needs {
  database: Database;
  events: Events;
  kinds: readonly Kind[];
  model: ChatModel | null;
  langfusePrompts: LangfuseClient | null;
  clock: Clock;
  config: Pick<Config, 'EVALUATION_CONCURRENCY'>;
  log: Logger;
}

export function create({ database, events, kinds, model, langfusePrompts, clock, config, log }: Needs) {
  const { publish } = events;
  const now = () => clock.now();
  const source =
    langfusePrompts &&
    createLangfuseSource(database, langfusePrompts, { consumers: consumersOf(kinds), publish, now }, log);
  const concurrency = config.EVALUATION_CONCURRENCY;
  return createPrompts(database, { kinds, model, concurrency, publish, now, source });
}

/** Gives a company the prompts that it has none of yet. */
export async function seed(
  transaction: TenantTransaction,
  tenantId: string,
  { prompts }: { prompts: Prompts },
): Promise<void> {
  await prompts.seed(transaction, tenantId);
}

/** The operations of this module. */
export function operations(service: Prompts): Served[] {
  return [
    serve(prompt, {
      list: (page, { caller }) => service.list(caller.tenantId, page),
      create: (input, request) => service.create(actorOf(request), input),
      getSettings: (_input, { caller }) => service.getSettings(caller.tenantId),
      setSettings: (input, request) => service.setSettings(actorOf(request), input),
      get: ({ name, ...wanted }, { caller }) => service.get(caller.tenantId, name, wanted),
      listVersions: ({ name, ...page }, { caller }) => service.listVersions(caller.tenantId, name, page),
      diff: ({ name, from, to }, { caller }) => service.diff(caller.tenantId, name, from, to),
      check: (input, request) => service.check(actorOf(request), input, request.signal),
      approve: ({ name, version, comment }, request) =>
        service.approve(actorOf(request), name, version, comment),
      setLabel: (input, request) => service.setLabel(actorOf(request), input),
      removeLabel: ({ name, label }, request) => service.removeLabel(actorOf(request), name, label),
      rollback: (input, request) => service.rollback(actorOf(request), input),
      listMoves: ({ name, ...page }, { caller }) => service.listMoves(caller.tenantId, name, page),
    }),
  ];
}
