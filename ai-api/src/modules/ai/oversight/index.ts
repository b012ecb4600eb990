import { type Served, serve } from '../../../http/router.ts';
import type { Kind } from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { AdverseCount, CountAdverse, CountedPromise } from '../../../platform/promises.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { oversight } from './contract.ts';
import { createOversight, type OversightService } from './service.ts';

interface Needs {
  database: Database;
  kinds: readonly Kind[];
  events: Events;
  adverse: () => readonly CountAdverse[];
}

export function create({ database, kinds, events, adverse }: Needs) {
  return createOversight(database, kinds, events, adverse);
}

/** The operations of this module. */
export function operations(service: OversightService): Served[] {
  return [
    serve(oversight, {
      list: (page, { caller }) => service.list(caller.tenantId, page),
      set: (given, request) => service.set(actorOf(request), given),
      listVersions: ({ kind, ...page }, { caller }) => service.listVersions(caller.tenantId, kind, page),
    }),
  ];
}

/** What is promised of decisions by engines. */
export function promises({ countAdverse }: OversightService): CountedPromise[] {
  return [
    {
      id: 'adverse-needs-a-person',
      says: 'No engine decides against a person.',
      count: async (tenantId) => {
        const counts = (await countAdverse(tenantId)).filter(({ checked }) => checked > 0);
        const total = (of: 'checked' | 'broken') => counts.reduce((sum, count) => sum + count[of], 0);
        return {
          of: 'judgements by engines that could be adverse, and adverse outcomes: rejections, low grades, held gates, plans and contests',
          checked: total('checked'),
          broken: total('broken'),
          note: counts.length === 0 ? null : noteOf(counts),
        };
      },
    },
  ];
}

function noteOf(counts: readonly AdverseCount[]): string {
  const broken = counts.filter((count) => count.broken > 0);
  const counted = `Counted: ${counts.map(({ of, checked }) => `${of} ${checked}`).join(', ')}.`;
  if (broken.length === 0) return counted;
  const each = broken.map(
    ({ of, broken: some, newest }) =>
      `${of} ${some}${newest ? `, the newest of ${newest.toISOString().slice(0, 10)}` : ''}`,
  );
  return `Without a person: ${each.join('; ')}. ${counted}`;
}
