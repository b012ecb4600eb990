import { type Served, serve } from '../../http/router.ts';
import { actorOf } from '../audit/index.ts';
import { prompt } from './contract.ts';
import type { Prompts } from './service.ts';

export { NoSuchPrompt, type PromptPlan } from './resolve.ts';
export { createPrompts, type Prompts } from './service.ts';

/** The operations of this module. */
export function servePrompts(service: Prompts): Served[] {
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
