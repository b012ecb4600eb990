import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import {
  activeRules,
  appendRule,
  checkRule,
  type Kind,
  newestRules,
  type RuleDefinition,
  type RuleRecord,
  ruleVersion,
  ruleVersions,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import { createCalibration } from './calibration.ts';
import { type Change, replayChange } from './replay-change.ts';
import { diffOf, kindView, ruleView } from './views.ts';

interface Saved {
  kind: string;
  rule: RuleDefinition;
  expectedVersion: number;
  enabled: boolean;
  effectiveFrom?: string | undefined;
  comment: string;
}

/** A clock of another machine may be a little ahead. */
const TOLERANCE_MS = 60_000;

export type Rules = ReturnType<typeof createRules>;

/** Rules of every kind of judgement by version, and the thresholds of kinds that decide. */
export function createRules(database: Database, kinds: readonly Kind[], now: () => Date) {
  const kindOf = (name: string): Kind => {
    const kind = kinds.find((one) => one.name === name);
    if (!kind) throw notFound('kind of judgement', name);
    return kind;
  };

  /** @throws {Problem} RULE_INVALID naming the field and the character */
  function requireValid(kind: Kind, rule: RuleDefinition): void {
    const { fault } = checkRule(kind, rule);
    if (!fault) return;
    const message = `character ${fault.start + 1}: ${fault.message}`;
    throw new Problem('RULE_INVALID', `${fault.field}, ${message}`, {
      errors: [{ field: `rule.${fault.field}`, message }],
    });
  }

  async function requireRule(
    transaction: TenantTransaction,
    kind: string,
    key: string,
    version?: number,
  ): Promise<RuleRecord> {
    const row =
      version === undefined
        ? (await ruleVersions(transaction, kind, key, null, 1))[0]
        : await ruleVersion(transaction, kind, key, version);
    if (!row) throw notFound(version === undefined ? 'rule' : `version ${version} of rule`, key);
    return row;
  }

  /** Which versions the next judgement of these kinds uses. */
  async function inForce(transaction: TenantTransaction, names: Iterable<string>): Promise<Set<string>> {
    const used = new Set<string>();
    for (const name of new Set(names)) {
      for (const { key, version } of await activeRules(transaction, name, now())) {
        used.add(`${name}/${key}/${version}`);
      }
    }
    return used;
  }

  async function describe(transaction: TenantTransaction, rows: readonly RuleRecord[]) {
    const used = await inForce(
      transaction,
      rows.map(({ kind }) => kind),
    );
    return rows.map((row) => ruleView(row, used.has(`${row.kind}/${row.key}/${row.version}`)));
  }

  const describeOne = async (transaction: TenantTransaction, row: RuleRecord) =>
    (await describe(transaction, [row]))[0] as ReturnType<typeof ruleView>;

  async function append(
    actor: Actor,
    { kind, rule, expectedVersion, enabled, effectiveFrom, comment }: Saved,
  ) {
    requireValid(kindOf(kind), rule);
    const from = effectiveFrom === undefined ? null : new Date(effectiveFrom);
    if (from && from.getTime() < now().getTime() - TOLERANCE_MS) {
      throw invalidField('effectiveFrom', 'must not be in the past');
    }
    return database.withTenant(actor.tenantId, async (transaction) => {
      const [newest] = await ruleVersions(transaction, kind, rule.key, null, 1);
      const conflict = () =>
        new Problem(
          'CONFLICT',
          `The newest version of ${rule.key} is ${newest?.version ?? 'none'}. Reload it first.`,
        );
      if ((newest?.version ?? 0) !== expectedVersion) throw conflict();
      const row = await appendRule(transaction, {
        kind,
        definition: rule,
        version: expectedVersion + 1,
        enabled,
        effectiveFrom: from,
        comment,
        createdBy: displayName(actor),
      });
      if (!row) throw conflict();
      await record(transaction, actor, {
        subject: `rule:${kind}/${rule.key}`,
        details: [
          { about: [], content: { before: newest?.definition ?? null, after: rule, enabled, comment } },
        ],
      });
      return describeOne(transaction, row);
    });
  }

  return {
    ...createCalibration(database, kindOf, now),

    listKinds: (page: Page) =>
      listPage(page, {
        cursor: z.string(),
        query: async (after) =>
          kinds.toSorted((a, b) => (a.name < b.name ? -1 : 1)).filter(({ name }) => !after || name > after),
        key: ({ name }) => name,
        view: kindView,
      }),

    list: (
      tenantId: string,
      filter: { kind?: string | undefined; search?: string | undefined },
      page: Page,
    ) =>
      database.withTenant(tenantId, async (transaction) => {
        if (filter.kind !== undefined) kindOf(filter.kind);
        return listPage(page, {
          cursor: z.tuple([z.string(), z.string()]),
          query: (after, limit) => newestRules(transaction, filter, after, limit),
          key: ({ kind, key }): [string, string] => [kind, key],
          describe: (rows) => describe(transaction, rows),
        });
      }),

    get: (tenantId: string, kind: string, key: string, version: number | undefined) =>
      database.withTenant(tenantId, async (transaction) =>
        describeOne(transaction, await requireRule(transaction, kind, key, version)),
      ),

    listVersions: (tenantId: string, kind: string, key: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.number().int(),
          query: (after, limit) => ruleVersions(transaction, kind, key, after, limit),
          key: ({ version }) => version,
          describe: (rows) => describe(transaction, rows),
        }),
      ),

    diff: (tenantId: string, kind: string, key: string, from: number, to: number) =>
      database.withTenant(tenantId, async (transaction) => ({
        from,
        to,
        changes: diffOf(
          await requireRule(transaction, kind, key, from),
          await requireRule(transaction, kind, key, to),
        ),
      })),

    check: (kind: string, rule: RuleDefinition) => {
      const { fault, reads } = checkRule(kindOf(kind), rule);
      return { valid: fault === null, fault, reads };
    },

    replay: (tenantId: string, change: Change & { kind: string }, limit: number, signal: AbortSignal) => {
      const kind = kindOf(change.kind);
      if (change.rule) requireValid(kind, change.rule);
      return replayChange(database, tenantId, kind, change, { limit, asOf: now(), signal });
    },

    save: (actor: Actor, saved: Saved) => append(actor, saved),

    rollback: async (
      actor: Actor,
      {
        kind,
        key,
        version,
        expectedVersion,
        comment,
      }: Omit<Saved, 'rule' | 'enabled'> & { key: string; version: number },
    ) => {
      const row = await database.withTenant(actor.tenantId, (transaction) =>
        requireRule(transaction, kind, key, version),
      );
      const rule = row.definition as unknown as RuleDefinition;
      return append(actor, { kind, rule, expectedVersion, enabled: row.enabled, comment });
    },
  };
}
