import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { PEOPLE } from './people.ts';
import { day } from './wait.ts';

/** A second version of a rule. */
export async function rules(executive: Client): Promise<void> {
  const [known] = (await executive.rule.list({ kind: 'evaluation', limit: 50 })).items;
  if (!known) throw new Error('There are no rules');
  if (known.version > 1) return;
  const { key, criterion, priority, when, score, weight, message, review, version } = known;
  await executive.rule.save({
    kind: 'evaluation',
    rule: { key, criterion, priority, when, score, weight, message: `${message} Seen over a week.`, review },
    expectedVersion: version,
    comment: 'Says over how many weeks',
  });
}

/** What the company asks of the requests that are granted alone; it waits for decided cases. */
export async function level(executive: Client): Promise<void> {
  const kind = 'approval';
  if ((await executive.level.get({ kind })).version > 0) return;
  await executive.level.set({
    ...{ kind, confidence: 0.95, agreement: 0.9, expectedVersion: 0 },
    reason: 'Nine of ten is what two of our approvers agree on.',
  });
}

/** Two performance plans, one with a check-in. */
export async function plans(executive: Client): Promise<void> {
  if ((await executive.plan.list({ limit: 1 })).items.length > 0) return;
  const plan = (builderId: string, reason: string) =>
    executive.plan.create({
      builderId,
      reason,
      goals: [
        { goalId: 'notes', title: 'A weekly note that names a result', measure: 'Four of four weeks' },
        { goalId: 'goals', title: 'Half of the goals of a week are met', measure: '50 % over a month' },
      ],
      startsOn: day(12),
      endsOn: day(-30),
    });
  const { planId } = await plan('b-0001', 'Two weeks without a result in the note, and few goals met.');
  await executive.plan.checkIn({
    planId,
    version: 1,
    note: 'The first two notes name what was shown to customers.',
    progress: [{ goalId: 'notes', percent: 50 }],
  });
  await plan('b-0006', 'The grade fell for three weeks and the goals were not met.');
}

/** Four projects at their gates, one waived. */
export async function gates(executive: Client): Promise<void> {
  if ((await executive.stageGate.listEvaluations({ limit: 1 })).items.length > 0) return;
  const evidence =
    'Fourteen bakeries used the plan for two weeks; nine order by it now. Three of them pay 40 euros a month.';
  for (const projectId of ['p-0001', 'p-0002', 'p-0007', 'p-0003'])
    await executive.stageGate.evaluate({ projectId, evidence });
  const [waived] = (await executive.stageGate.listEvaluations({ limit: 10 })).items;
  if (waived)
    await executive.stageGate.waive({
      evaluationId: waived.evaluationId,
      version: waived.version,
      reason: 'The figures of the market come with the next report.',
    });
}

/** Two open decisions and one that was made. */
export async function decisions(executive: Client): Promise<void> {
  if ((await executive.decision.list({ limit: 1 })).items.length > 0) return;
  const open = {
    message: 'The pilot ends on Friday. Continuing costs 400 euros a month.',
    details: { Project: 'Paper Otter', 'Cost a month': 400, Customers: 9 },
    approvers: [PEOPLE.executive],
    notify: false,
  };
  await executive.decision.create({ ...open, title: 'Continue the pilot with nine bakeries?' });
  await executive.decision.create({ ...open, title: 'Move Velvet Harbour to the spring?' });
  const { decisionId } = await executive.decision.create({
    ...open,
    title: 'Buy the sensors for the second farm?',
  });
  await executive.decision.decide({
    decisionId,
    choice: 'approved',
    reason: 'The first farm pays for them.',
  });
}

/** A question about the policies that helped. */
export async function questions(executive: Client): Promise<void> {
  const { turnId } = await executive.chat.query({ question: 'Can time be claimed later than a week?' });
  await executive.chat.feedback({ turnId, helpful: true });
}
