import type { LangfuseClient } from '@ai-manager/langfuse/client';
import type { Logger } from 'pino';
import { type Served, serve } from '../../../http/router.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import { experiment, prompt, promptOptimization } from './contract.ts';
import { createExperiments } from '../experiments/service.ts';
import { createLangfuseSource } from './langfuse-source.ts';
import { createOptimizations } from '../optimisation/service.ts';
import { createPrompts as createReleases, type PromptSettings } from './service.ts';
import { usersOf } from './users.ts';

export type Prompts = ReturnType<typeof createPrompts>;

export { NoSuchPrompt, type PromptPlan } from './resolve.ts';

/** Prompts with their versions and labels, and experiments with them. */
export function createPrompts(
  database: Database,
  jobs: Jobs,
  {
    langfuse,
    log,
    ...settings
  }: Omit<PromptSettings, 'source'> & { langfuse: LangfuseClient | null; log: Logger },
) {
  const source =
    langfuse &&
    createLangfuseSource(
      database,
      langfuse,
      { users: usersOf(settings.kinds), publish: settings.publish },
      log,
    );
  const releases = createReleases(database, { ...settings, source });
  return {
    ...releases,
    experiments: createExperiments(database),
    optimizations: createOptimizations(database, jobs, releases, settings),
  };
}

/** The operations of this module. */
export function servePrompts({ experiments, optimizations, ...service }: Prompts): Served[] {
  return [
    // Its paths are words in the place of a prompt's name, so they go first.
    serve(promptOptimization, {
      start: (input, request) => optimizations.start(actorOf(request), input),
      list: ({ name, ...page }, { caller }) => optimizations.list(caller.tenantId, name, page),
      get: ({ optimizationId }, { caller }) => optimizations.get(caller.tenantId, optimizationId),
      accept: ({ optimizationId }, request) => optimizations.accept(actorOf(request), optimizationId),
      reject: ({ optimizationId, reason }, request) =>
        optimizations.reject(actorOf(request), optimizationId, reason),
    }),
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
    serve(experiment, {
      create: (input, request) => experiments.create(actorOf(request), input),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        experiments.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ experimentId }, { caller }) => experiments.get(caller.tenantId, experimentId),
      start: ({ experimentId }, request) => experiments.start(actorOf(request), experimentId),
      stop: ({ experimentId, reason }, request) => experiments.stop(actorOf(request), experimentId, reason),
      report: ({ experimentId }, { caller }) => experiments.report(caller.tenantId, experimentId),
    }),
  ];
}
