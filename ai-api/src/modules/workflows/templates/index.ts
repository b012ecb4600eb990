import { readdir, readFile } from 'node:fs/promises';
import type { Invoker } from '../../../http/invoker.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { actorOf, record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { workflowTemplate } from './contract.ts';
import { createTemplates, type Templates } from './service.ts';

export { mayBeStep, whyNoStep } from './check.ts';
export { unwrap } from './dry-run.ts';
export { jsonText } from './json-text.ts';
export { personalData } from './personal-data.ts';
export { type Done, expressionError, type Plan, planOf, type Ready, type StepError } from './plan.ts';
export {
  COMPENSATION_RETRY,
  DEFAULT_RETRY,
  type Definition,
  MAX_CHILD_DEPTH,
  MAX_DESCENDANTS,
  MAX_INPUT_BYTES,
  MAX_INSTANCE_CHARACTERS,
  MAX_OUTPUT_BYTES,
  MAX_TASKS,
  type PlainStep,
  type Retry,
  type Step,
  type StepOf,
} from './schema.ts';
export type { Templates } from './service.ts';
export { inputSchemaOf } from './types.ts';
export { evaluate, isTrue, resolve, resolveFields, type Scope } from './values.ts';
export { eachStep, stepById } from './walk.ts';

/** The templates that come with the product, one YAML file each. */
const DEFAULTS = new URL('../../../../workflow-templates/', import.meta.url);

interface Needs {
  database: Database;
  events: Events;
  invoker: Invoker;
  clock: Clock;
}

export function create({ database, events, invoker, clock }: Needs) {
  return createTemplates(database, events, invoker, () => clock.now());
}

/** Gives a company the templates that come with the product, where it has none of that name. */
export async function seed(
  transaction: TenantTransaction,
  tenantId: string,
  { templates }: { templates: Templates },
): Promise<void> {
  const files = (await readdir(DEFAULTS)).filter((file) => file.endsWith('.yaml')).sort();
  const names = files.map((file) => file.slice(0, -'.yaml'.length));
  const known = await templates.existing(transaction, names);
  const added = names.filter((name) => !known.includes(name));
  for (const name of added)
    await templates.install(transaction, await readFile(new URL(`${name}.yaml`, DEFAULTS), 'utf8'));
  if (added.length === 0) return;
  await record(transaction, systemActor(tenantId, 'workflowTemplate.seed'), {
    subject: 'workflow-templates',
    details: [{ about: [], content: { added } }],
  });
}

/** The operations of this module. */
export function operations(service: Templates): Served[] {
  return [
    serve(workflowTemplate, {
      schema: async () => service.schema(),
      getSettings: (_input, { caller }) => service.getSettings(caller.tenantId),
      setSettings: (settings, request) => service.setSettings(actorOf(request), settings),
      check: (given, { caller }) => service.check(caller.tenantId, given),
      dryRun: (input, { caller }) => service.dryRun(caller.tenantId, input),
      evaluate: async ({ values, ...scope }) => ({ values: service.evaluate(values, scope) }),
      list: ({ archived, ...page }, { caller }) => service.list(caller.tenantId, archived, page),
      save: (input, request) => service.save(actorOf(request), input),
      get: ({ name, version }, { caller }) => service.get(caller.tenantId, name, version),
      listVersions: ({ name, ...page }, { caller }) => service.listVersions(caller.tenantId, name, page),
      approve: ({ name, version, comment }, request) =>
        service.approve(actorOf(request), name, version, comment),
      publish: ({ name, version, seen }, request) => service.publish(actorOf(request), name, version, seen),
      archive: ({ name }, request) => service.archive(actorOf(request), name),
      exportN8n: ({ name, version }, { caller }) => service.exportN8n(caller.tenantId, name, version),
    }),
  ];
}
