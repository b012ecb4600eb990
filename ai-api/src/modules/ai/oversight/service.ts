import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound } from '../../../http/problem.ts';
import {
  appendOversight,
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
import { type Actor, displayName, record, requirePerson } from '../../shared/audit/index.ts';
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

/** How far engines may go in each kind of judgement. */
export function createOversight(database: Database, kinds: readonly Kind[], events: Events) {
  const kindOf = (name: string): Kind => {
    const kind = kinds.find((one) => one.name === name);
    if (!kind) throw notFound('kind of judgement', name);
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
        // An alarm asks for proposals only: where people decide already, that is more than it wants.
        const isStricter = !actor.person && wanted.mode === 'propose' && before.mode === 'people';
        if (isStricter) return describe(transaction, kind);
        const after = {
          version: before.version + 1,
          mode: wanted.mode ?? before.mode,
          gradeFloor: wanted.gradeFloor === undefined ? before.gradeFloor : wanted.gradeFloor,
        };
        if (isLooser(after, before)) requirePerson(actor);
        await appendOversight(transaction, name, after, reason, displayName(actor));
        const change = { kind: name, mode: after.mode, before: before.mode, gradeFloor: after.gradeFloor };
        await events.publish(transaction, actor.tenantId, 'oversight.changed', change);
        await record(transaction, actor, {
          subject: `oversight:${name}`,
          details: [{ about: [], content: { before, after, reason } }],
        });
        return describe(transaction, kind);
      }),
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
