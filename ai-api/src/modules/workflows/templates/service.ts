import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import type { Invoker } from '../../../http/invoker.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { authorOf } from '../../ai/prompts/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { checkDefinition, noSteps, type Surroundings } from './check.ts';
import { type DryRunCase, walkable, walkInput, walkStored } from './dry-run.ts';
import { type Evaluated, evaluateAll } from './evaluate.ts';
import { exportToN8n } from './n8n-export.ts';
import { type Definition, definition as definitionSchema } from './schema.ts';
import { type Fault, readSource, type Source } from './source.ts';
import {
  approvalsOf,
  archiveTemplate,
  existingTemplates,
  findTemplate,
  findVersion,
  insertApproval,
  insertVersion,
  listTemplates,
  listVersions,
  publishVersion,
  readSettings,
  type Settings,
  storedInstances,
  type TemplateRow,
  type VersionRow,
  writeSettings,
} from './store.ts';
import { templateView, versionView } from './views.ts';

/** A template as it is given: as text or as an object. */
export interface Given {
  source?: string | undefined;
  definition?: Record<string, unknown> | undefined;
}

interface DryRun extends Given {
  name?: string | undefined;
  version?: number | undefined;
  instances: number;
  input?: Record<string, unknown> | undefined;
  outputs: Record<string, unknown>;
}

/** Parsed versions that are kept: instances read the same few again and again. */
const MAX_PARSED = 500;
/** A dry run answers what it walked in this time. */
const MAX_WALK_MS = 3_000;

export type Templates = ReturnType<typeof createTemplates>;

/** Templates by version: checked when saved, approved, published. */
export function createTemplates(database: Database, events: Events, invoker: Invoker, now: () => Date) {
  const definitions = new LRUCache<string, Definition>({ max: MAX_PARSED });

  async function surroundings(transaction: TenantTransaction): Promise<Surroundings> {
    const published = new Map<string, Definition['input']>();
    for (const { name, published_version: version } of await listTemplates(transaction, false, null, 1000)) {
      const row = version === null ? undefined : await findVersion(transaction, name, version);
      if (row) published.set(name, definitionOf(row).input);
    }
    return { find: invoker.find, inputsOf: (name) => published.get(name) };
  }

  async function examine(
    transaction: TenantTransaction,
    source: Source,
  ): Promise<{ definition: Definition | null; faults: Fault[] }> {
    const read = readSource(source);
    if (!read.definition) return read;
    const reports = checkDefinition(read.definition, await surroundings(transaction));
    return { definition: read.definition, faults: reports.map(read.locate) };
  }

  /** @throws {Problem} WORKFLOW_INVALID naming every fault */
  async function requireValid(transaction: TenantTransaction, source: Source): Promise<Definition> {
    const { definition, faults } = await examine(transaction, source);
    if (!definition || faults.length > 0) throw invalid(faults);
    return definition;
  }

  async function requireVersion(transaction: TenantTransaction, name: string, version?: number) {
    const row = await findVersion(transaction, name, version);
    if (!row) throw notFound('version of the template', version === undefined ? name : `${name}, ${version}`);
    return row;
  }

  async function keptDefinition(
    transaction: TenantTransaction,
    tenantId: string,
    name: string,
    version: number,
  ): Promise<Definition> {
    const key = `${tenantId} ${name} ${version}`;
    const known = definitions.get(key) ?? definitionOf(await requireVersion(transaction, name, version));
    definitions.set(key, known);
    return known;
  }

  async function requireTemplate(transaction: TenantTransaction, name: string, lock = false) {
    const row = await findTemplate(transaction, name, lock);
    if (!row) throw notFound('template', name);
    return row;
  }

  async function view(transaction: TenantTransaction, row: VersionRow, template?: TemplateRow) {
    const shown = template ?? (await requireTemplate(transaction, row.name));
    return versionView(row, shown, await approvalsOf(transaction, row.name, [row.version]));
  }

  async function audit(transaction: TenantTransaction, actor: Actor, name: string, content: object) {
    await record(transaction, actor, {
      subject: `workflow-template:${name}`,
      details: [{ about: [], content }],
    });
  }

  /** @throws {Problem} WORKFLOW_NOT_APPROVED */
  async function requireApproved(transaction: TenantTransaction, row: VersionRow): Promise<void> {
    if (row.created_by_id === 'system' || !(await readSettings(transaction)).twoPersonRule) return;
    const approvers = (await approvalsOf(transaction, row.name, [row.version])).map(
      (one) => one.approved_by_id,
    );
    const people = new Set([row.created_by_id, ...approvers].filter((id) => id.startsWith('user:')));
    if (people.size >= 2) return;
    const who = row.created_by_id.startsWith('user:')
      ? 'A person other than its author has'
      : 'Two people have';
    throw new Problem('WORKFLOW_NOT_APPROVED', `${who} to approve version ${row.version} of ${row.name}.`);
  }

  async function save(
    transaction: TenantTransaction,
    actor: Actor,
    { source, expectedVersion, comment }: { source: Source; expectedVersion: number; comment: string },
  ): Promise<VersionRow> {
    const valid = await requireValid(transaction, source);
    const { name } = valid;
    const newest = (await findVersion(transaction, name))?.version ?? 0;
    const { id: byId, name: by } = authorOf(actor);
    const row = { name, version: newest + 1, definition: valid, comment, by, byId };
    const saved = newest === expectedVersion ? await insertVersion(transaction, row) : undefined;
    if (!saved) throw new Problem('CONFLICT', `${name} is at version ${newest}, not ${expectedVersion}.`);
    return saved;
  }

  async function publish(transaction: TenantTransaction, actor: Actor, row: VersionRow): Promise<void> {
    const { name, version } = row;
    await requireValid(transaction, row.definition as Record<string, unknown>);
    await requireApproved(transaction, row);
    await publishVersion(transaction, { name, version, by: authorOf(actor).name, at: now() });
    await events.publish(transaction, actor.tenantId, 'workflow.template.published', {
      template: name,
      version,
    });
  }

  return {
    /** The JSON Schema of templates. */
    schema: () => ({
      $id: 'https://ai-manager.example/schemas/workflow-template.json',
      title: 'Workflow template',
      ...z.toJSONSchema(definitionSchema, { io: 'input', unrepresentable: 'any' }),
    }),

    check: (tenantId: string, given: Given) =>
      database.withTenant(tenantId, async (transaction) => {
        const { faults } = await examine(transaction, sourceOf(given));
        return { valid: faults.length === 0, faults };
      }),

    /** @throws {Problem} NOT_FOUND, WORKFLOW_INVALID */
    dryRun: (tenantId: string, { name, version, instances, input, outputs, ...given }: DryRun) =>
      database.withTenant(tenantId, async (transaction) => {
        const source =
          name === undefined
            ? sourceOf(given)
            : ((await requireVersion(transaction, name, version)).definition as Record<string, unknown>);
        const valid = await requireValid(transaction, source);
        const stored = await storedInstances(transaction, valid.name, instances);
        const walked = walkable(valid);
        const until = performance.now() + MAX_WALK_MS;
        const cases: DryRunCase[] = [];
        for (const one of stored) {
          if (performance.now() > until) break;
          cases.push(walkStored(walked, one));
        }
        const changed = cases.filter(
          (one) => one.added.length + one.removed.length > 0 || one.error !== null,
        );
        return {
          name: valid.name,
          instances: cases.length,
          changed: changed.length,
          cases: [...(input ? [walkInput(walked, input, outputs, now())] : []), ...changed.slice(0, 50)],
        };
      }),

    list: (tenantId: string, archived: boolean, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listTemplates(transaction, archived, after, limit),
          key: ({ name }) => name,
          view: templateView,
        }),
      ),

    /** @throws {Problem} NOT_FOUND */
    get: (tenantId: string, name: string, version?: number) =>
      database.withTenant(tenantId, async (transaction) =>
        view(transaction, await requireVersion(transaction, name, version)),
      ),

    listVersions: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const template = await findTemplate(transaction, name);
        return listPage(page, {
          cursor: z.number().int(),
          query: (before, limit) => listVersions(transaction, name, before, limit),
          key: ({ version }) => version,
          describe: async (rows) => {
            const numbers = rows.map(({ version }) => version);
            const approvals = await approvalsOf(transaction, name, numbers);
            return rows.map((row) => versionView(row, template as TemplateRow, approvals));
          },
        });
      }),

    /** @throws {Problem} WORKFLOW_INVALID, CONFLICT */
    save: (
      actor: Actor,
      { expectedVersion, comment, ...given }: Given & { expectedVersion: number; comment: string },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const saved = await save(transaction, actor, { source: sourceOf(given), expectedVersion, comment });
        const shown = await view(transaction, saved);
        await audit(transaction, actor, saved.name, {
          version: saved.version,
          comment,
          definition: saved.definition,
        });
        return shown;
      }),

    /** @throws {Problem} NOT_FOUND, SELF_APPROVAL, PERSON_NEEDED, WORKFLOW_INVALID */
    approve: (actor: Actor, name: string, version: number, comment: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireVersion(transaction, name, version);
        const { id: byId, name: by } = authorOf(actor);
        if (!actor.person && (await readSettings(transaction)).twoPersonRule)
          throw new Problem(
            'PERSON_NEEDED',
            'A key is not a person: sign in, or name the person the key acts for.',
          );
        if (row.created_by_id === byId)
          throw new Problem(
            'SELF_APPROVAL',
            `${by} wrote version ${version}: another person must approve it.`,
          );
        await requireValid(transaction, row.definition as Record<string, unknown>);
        await insertApproval(transaction, { name, version, by, byId, comment });
        const shown = await view(transaction, row);
        await audit(transaction, actor, name, { version, comment });
        return shown;
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT, WORKFLOW_INVALID, WORKFLOW_NOT_APPROVED */
    publish: (actor: Actor, name: string, version: number, seen: number) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const template = await requireTemplate(transaction, name, true);
        const current = template.published_version ?? 0;
        if (current !== seen) throw new Problem('CONFLICT', `Version ${current} is published, not ${seen}.`);
        const row = await requireVersion(transaction, name, version);
        await publish(transaction, actor, row);
        const shown = await view(transaction, await requireVersion(transaction, name, version));
        await audit(transaction, actor, name, { published: version, before: seen });
        return shown;
      }),

    /** @throws {Problem} NOT_FOUND */
    archive: (actor: Actor, name: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await requireTemplate(transaction, name, true);
        await archiveTemplate(transaction, name, now());
        await audit(transaction, actor, name, { archived: true });
      }),

    getSettings: (tenantId: string) => database.withTenant(tenantId, readSettings),

    /** Changes what is given. */
    setSettings: (actor: Actor, given: { [key in keyof Settings]?: Settings[key] | undefined }) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await readSettings(transaction);
        const settings = {
          twoPersonRule: given.twoPersonRule ?? before.twoPersonRule,
          keepDays: given.keepDays ?? before.keepDays,
        };
        await writeSettings(transaction, settings);
        await record(transaction, actor, {
          subject: 'workflow-templates',
          details: [{ about: [], content: settings }],
        });
        return settings;
      }),

    /** For how many days instances that have ended are kept. */
    keepDays: async (transaction: TenantTransaction) => (await readSettings(transaction)).keepDays,

    /** Changes for how many days they are kept. */
    setKeepDays: async (transaction: TenantTransaction, keepDays: number): Promise<void> =>
      writeSettings(transaction, { ...(await readSettings(transaction)), keepDays }),

    /** @throws {Problem} NOT_FOUND */
    exportN8n: (tenantId: string, name: string, version?: number) =>
      database.withTenant(tenantId, async (transaction) => {
        const { published_version: published } = await requireTemplate(transaction, name);
        const row = await requireVersion(transaction, name, version ?? published ?? undefined);
        return exportToN8n(definitionOf(row), row.version, invoker.find);
      }),

    evaluate: (values: Record<string, string>, given: Evaluated) => evaluateAll(values, given, now()),

    /**
     * What a new instance runs.
     * @throws {Problem} NOT_FOUND, CONFLICT for a template that is not published or archived, WORKFLOW_INVALID for one of
     *   an earlier version with a step that may not be one
     */
    published: async (transaction: TenantTransaction, tenantId: string, name: string) => {
      const { published_version: version, archived_at: archivedAt } = await requireTemplate(
        transaction,
        name,
      );
      if (archivedAt) throw new Problem('CONFLICT', `The template ${name} is archived.`);
      if (version === null) throw new Problem('CONFLICT', `No version of ${name} is published.`);
      const definition = await keptDefinition(transaction, tenantId, name, version);
      const faults = noSteps(definition, invoker.find);
      if (faults.length > 0) throw invalid(faults.map((fault) => ({ ...fault, line: null, column: null })));
      return { version, definition };
    },

    /** The definition of a version, which never changes. */
    definition: keptDefinition,

    /** Which of these templates the company has, in any version. */
    existing: (transaction: TenantTransaction, names: readonly string[]) =>
      existingTemplates(transaction, names),

    /** Saves and publishes a template that comes with the product: a test checks those, not each start. */
    install: async (transaction: TenantTransaction, source: string): Promise<void> => {
      const { definition, faults } = readSource(source);
      if (!definition) throw invalid(faults);
      const { name } = definition;
      const comment = 'Comes with the product';
      await insertVersion(transaction, {
        name,
        version: 1,
        definition,
        comment,
        by: 'system',
        byId: 'system',
      });
      await publishVersion(transaction, { name, version: 1, by: 'system', at: now() });
    },
  };
}

function definitionOf({ definition }: Pick<VersionRow, 'definition'>): Definition {
  return definitionSchema.parse(definition);
}

function sourceOf({ source, definition }: Given): Source {
  if ((source === undefined) === (definition === undefined))
    throw invalidField('source', 'or definition is needed, one of the two');
  return source ?? (definition as Record<string, unknown>);
}

function invalid(faults: readonly Fault[]): Problem {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const place = first?.line ? ` (line ${first.line}, column ${first.column})` : '';
  return new Problem(
    'WORKFLOW_INVALID',
    `${first?.path || 'The template'}${place}: ${first?.message}${more}`,
    {
      errors: faults.slice(0, 50).map(({ path, message }) => ({ field: path || '(template)', message })),
    },
  );
}
