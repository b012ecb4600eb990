import { v7 as uuidv7 } from 'uuid';
import {
  type Facts,
  humanJudgement,
  judge,
  openRulebook,
  storeJudgementsWith,
} from '../src/judgement/index.ts';
import { approvalKind } from '../src/modules/manager/approvals/kind.ts';
import type { TestApi } from './api.ts';

/** A routine meeting of a builder with a good record, which rules alone can grant. */
const ROUTINE: Facts = {
  request: {
    ...{ day: '2026-11-16', from: null, hours: 1, daysAgo: 2, category: 'meeting', hasSpan: false },
    ...{ overlapMinutes: null, duplicates: 0, attachments: 0, textScreening: 'none' },
    justification: 'Weekly planning round of the team, by phone.',
  },
  day: { trackedHours: 6, requestedHours: 0, length: 24 },
  week: { trackedHours: 30, approvedHours: 0, plannedHours: 40 },
  builder: { status: 'active', onLeave: false },
  project: {
    ...{ named: false, name: null, status: 'none', isMember: false, hasBudget: false },
    remainingHours: null,
  },
  history: { decided: 9, approvedShare: 1, similarDecided: 4, similarApproved: 4 },
  limits: { weeklyCapHours: 50, oldestDays: 30, autoApproveHours: 4, routineHours: 1 },
};

/** Stores as many requests that the engine judged and a person approved, as they would be after some weeks. */
export async function storeDecidedRequests(api: TestApi, count: number): Promise<void> {
  const { database, clock } = api.context;
  const { tenantId } = await api.client.tenant.get({});
  const store = storeJudgementsWith(
    [approvalKind],
    async () => {},
    () => clock.now(),
  );
  await database.withTenant(tenantId, async (transaction) => {
    const rulebook = await openRulebook(transaction, approvalKind, null, clock.now(), null);
    for (let index = 0; index < count; index++) {
      const subjectId = uuidv7();
      const before = await store(transaction, await judge(rulebook, subjectId, ROUTINE));
      const reason = 'Looked at by chance.';
      const person = humanJudgement({ kind: 'approval', subjectId, outcome: 'approve', before, reason });
      const human = { decidedBy: 'The executive', reason, supersedes: before.judgementId };
      await store(transaction, person, { human });
    }
  });
}
