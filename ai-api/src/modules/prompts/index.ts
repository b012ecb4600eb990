import { type Served, serve } from '../../http/router.ts';
import type { Database } from '../../platform/database/index.ts';
import { actorOf } from '../audit/index.ts';
import { experiment, prompt } from './contract.ts';
import { createExperiments } from './experiments/service.ts';
import { createPrompts as createReleases, type PromptSettings } from './service.ts';

export type Prompts = ReturnType<typeof createPrompts>;

export { NoSuchPrompt, type PromptPlan } from './resolve.ts';

/** Prompts with their versions and labels, and experiments with them. */
export function createPrompts(database: Database, settings: PromptSettings) {
  return { ...createReleases(database, settings), experiments: createExperiments(database) };
}

/** The operations of this module. */
export function servePrompts({ experiments, ...service }: Prompts): Served[] {
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
