import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Embedder } from '../../../models/embeddings/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import type { Agents } from '../agents/index.ts';
import type { Decisions } from '../decisions/index.ts';
import type { Prompts } from '../prompts/index.ts';
import { contract } from './contract.ts';
import { personalDataOf } from './personal-data.ts';
import { createValidation, type Validation } from './service.ts';

export type { ChatGuard } from './answers.ts';
export type { Validation } from './service.ts';

interface Needs {
  database: Database;
  events: Events;
  decisions: Decisions;
  agents: Agents;
  prompts: Prompts;
  tenancy: Tenancy;
  model: ChatModel | null;
  embedder: Embedder;
  clock: Clock;
  config: Pick<Config, 'VALIDATION_KEEP_DAYS'>;
}

export function create({ tenancy, clock, config, ...needs }: Needs) {
  const now = () => clock.now();
  const service = createValidation({ ...needs, settingsOf: tenancy.settingsOf, now });
  return { ...service, keepDays: config.VALIDATION_KEEP_DAYS };
}

/** The operations of this module. */
export function operations(service: Validation): Served[] {
  const { ruleSets, thresholds, bindings } = service;
  return [
    serve(contract.validationRuleSet, {
      create: (input, request) => ruleSets.create(actorOf(request), input),
      list: ({ archived, ...page }, { caller }) => ruleSets.list(caller.tenantId, archived, page),
      get: ({ name, version }, { caller }) => ruleSets.get(caller.tenantId, name, version),
      listVersions: ({ name, ...page }, { caller }) => ruleSets.listVersions(caller.tenantId, name, page),
      save: (input, request) => ruleSets.save(actorOf(request), input),
      check: (input, { caller, signal }) => ruleSets.check(caller.tenantId, input, signal),
      publish: ({ name, version }, request) =>
        ruleSets.publish(actorOf(request), name, version, request.signal),
      replay: (input, { caller, signal }) => ruleSets.replay(caller.tenantId, input, signal),
      calibration: ({ name, maxError }, { caller }) =>
        thresholds.calibration(caller.tenantId, name, maxError),
      setThresholds: ({ name, ...given }, request) => thresholds.setThresholds(actorOf(request), name, given),
      archive: ({ name }, request) => ruleSets.archive(actorOf(request), name),
    }),
    serve(contract.validation, {
      check: (input, request) => service.check(request, input),
      try: (input, request) => service.try(request, input),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ resultId }, { caller }) => service.get(caller.tenantId, resultId),
      override: ({ resultId, status, reason }, request) =>
        service.override(actorOf(request), resultId, status, reason),
    }),
    serve(contract.validationBinding, {
      create: (input, request) => bindings.create(actorOf(request), input),
      list: ({ agentId, ...page }, { caller }) => bindings.list(caller.tenantId, agentId, page),
      remove: ({ bindingId }, request) => bindings.remove(actorOf(request), bindingId),
    }),
  ];
}

/** Texts of the history that are about a person, or that a person had judged. */
export function personalData({ keepDays }: ReturnType<typeof create>): PersonalData {
  return personalDataOf(keepDays);
}
