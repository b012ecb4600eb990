import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import {
  appendOversight,
  countAdverseGrades,
  countByEngines,
  type EngineCount,
  GRADES,
  type Grade,
  type Kind,
  type Oversight,
  type OversightMode,
  type OversightRecord,
  oversightToSet,
  oversightVersions,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { AdverseCount, CountAdverse } from '../../../platform/promises.ts';
import { type Actor, displayName, record, requireDecider } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';

type GradeFloor = Exclude<Grade, 'insufficient evidence'> | null;

interface Wanted {
  kind: string;
  mode?: OversightMode | undefined;
  gradeFloor?: GradeFloor | undefined;
  reason: string;
}

const STRICTNESS: Record<OversightMode, number> = { on: 0, propose: 1, people: 2 };

export type OversightService = ReturnType<typeof createOversight>;

/**
 * How far engines may go in each kind of judgement whose proposals people can answer.
 * @param adverse what modules count of adverse outcomes in their own tables
 */
export function createOversight(
  database: Database,
  allKinds: readonly Kind[],
  events: Events,
  adverse: () => readonly CountAdverse[],
) {
  const kinds = allKinds.filter(({ isOverseen }) => isOverseen !== false);
  const kindOf = (name: string): Kind => {
    const kind = kinds.find((one) => one.name === name);
    if (!kind) throw new Problem('NOT_FOUND', `No kind of judgement named ${name} can be stopped.`);
    return kind;
  };

  const describe = async (transaction: TenantTransaction, kind: Kind) => {
    const [newest] = await oversightVersions(transaction, kind.name, null, 1);
    const { decides } = kind;
    return {
      ...versionView(newest ?? unset(kind.name)),
      decides: decides ? { yes: decides.yes, no: decides.no } : null,
      adverse: [...(decides?.adverse ?? [])],
    };
  };

  return {
    /** Adverse outcomes of each sort, and those of them that no person decided. */
    countAdverse: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const counts: AdverseCount[] = [];
        for (const { name, decides, notice } of allKinds) {
          if (decides?.adverse.length) {
            const found = await countByEngines(transaction, name, decides.adverse);
            counts.push(countOf(`judgements of kind ${name} by engines`, found));
          } else if (!decides && notice) {
            const found = await countAdverseGrades(transaction, name);
            counts.push(countOf(`grades of kind ${name} that were lowered or below the floor`, found));
          }
        }
        for (const count of adverse()) counts.push(await count(transaction));
        return counts;
      }),

    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: async (after, limit) =>
            kinds
              .toSorted((a, b) => a.name.localeCompare(b.name))
              .filter(({ name }) => after === null || name > after)
              .slice(0, limit),
          key: ({ name }) => name,
          describe: async (rows) => {
            const views = [];
            for (const kind of rows) views.push(await describe(transaction, kind));
            return views;
          },
        }),
      ),

    listVersions: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.number(),
          query: (before, limit) => oversightVersions(transaction, kindOf(name).name, before, limit),
          key: ({ version }) => version,
          view: versionView,
        }),
      ),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND, INVALID_INPUT, PERSON_REQUIRED */
    set: (actor: Actor, { kind: name, reason, ...wanted }: Wanted) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const kind = kindOf(name);
        if (wanted.gradeFloor && kind.decides)
          throw invalidField('gradeFloor', `is for kinds that grade; ${name} decides`);
        const before = await oversightToSet(transaction, name);
        const after = { version: before.version + 1, ...wantedOf(actor, before, wanted) };
        if (after.mode === before.mode && after.gradeFloor === before.gradeFloor)
          return describe(transaction, kind);
        if (isLooser(after, before)) requireDecider(actor);
        await appendOversight(transaction, name, after, reason, displayName(actor));
        const change = { kind: name, mode: after.mode, before: before.mode, gradeFloor: after.gradeFloor };
        await events.publish(transaction, actor.tenantId, 'oversight.changed', change);
        await record(transaction, actor, {
          subject: `oversight:${name}`,
          details: [{ about: [], content: { before, after, reason, via: actor.via } }],
        });
        return describe(transaction, kind);
      }),
  };
}

function countOf(of: string, { decided, adverse, newest }: EngineCount): AdverseCount {
  return { of, checked: decided, broken: adverse, newest };
}

/** What is in force once this is set. An alarm that asks for proposals leaves it at people who decide already. */
function wantedOf(actor: Actor, before: Oversight, { mode, gradeFloor }: Omit<Wanted, 'kind' | 'reason'>) {
  const isStricter = !actor.person && mode === 'propose' && before.mode === 'people';
  return {
    mode: isStricter ? before.mode : (mode ?? before.mode),
    gradeFloor: gradeFloor === undefined ? before.gradeFloor : gradeFloor,
  };
}

/** Whether engines may do something that they might not before. */
function isLooser(after: Oversight, before: Oversight): boolean {
  if (STRICTNESS[after.mode] < STRICTNESS[before.mode]) return true;
  const rank = ({ gradeFloor }: Oversight) => (gradeFloor === null ? Infinity : GRADES.indexOf(gradeFloor));
  return rank(after) > rank(before);
}

function unset(kind: string): Unset {
  return { kind, version: 0, mode: 'on', gradeFloor: null, reason: null, setBy: null, setAt: null };
}

interface Unset extends Oversight {
  kind: string;
  reason: null;
  setBy: null;
  setAt: null;
}

function versionView({ kind, version, mode, gradeFloor, reason, setBy, setAt }: OversightRecord | Unset) {
  return {
    ...{ kind, version, mode, reason, setBy },
    gradeFloor: gradeFloor as GradeFloor,
    setAt: setAt?.toISOString() ?? null,
  };
}
