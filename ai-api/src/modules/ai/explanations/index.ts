import { type Served, serve } from '../../../http/router.ts';
import type { Explains } from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { CountedPromise } from '../../../platform/promises.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import { explanation } from './contract.ts';
import { createExplanations, type Explanations } from './service.ts';

export { bookOf, engineBefore, requireShown } from './service.ts';

interface Needs {
  database: Database;
  /** What modules know of their judgements. */
  explains: () => readonly Explains[];
  notifications: Notifications;
}

export function create(needs: Needs) {
  return createExplanations(needs);
}

/** The operations of this module. */
export function operations(service: Explanations): Served[] {
  return [
    serve(explanation, {
      get: ({ judgementId }, context) => service.explain(context, judgementId),
      check: ({ before, limit }, { caller, signal }) =>
        service.checkNewest(caller.tenantId, limit, signal, before ?? null),
    }),
  ];
}

/** Explanations that a check of the promises makes again; `npm run promises` goes on with more. */
const EXPLAINED = 100;

/** What is promised of explanations. */
export function promises({ checkNewest }: Explanations): CountedPromise[] {
  return [
    {
      id: 'explanations-are-true',
      says: 'Each change that the search finds gives the result it names when it is judged again; any other is not shown.',
      count: async (tenantId, signal) => {
        const { explained, reproduced, changes, untrue } = await checkNewest(tenantId, EXPLAINED, signal);
        return {
          of: 'changes that the search finds for the newest judgements',
          checked: changes,
          broken: untrue,
          note: `${explained} judgements were explained; the rules of their time lead to ${reproduced} of them again. For the others no change is given.`,
        };
      },
    },
  ];
}
