import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@ai-manager/api/client';
import { ADMIN_KEY, sampleCompany, type TestApi } from '../../../ai-api/test/api.ts';
import { makeDeadLetter } from '../../../ai-api/test/dead-letter.ts';
import { pdfOf } from '../../../ai-api/test/files.ts';
import { staff } from '../../../ai-api/test/staff.ts';
import { importConversations } from '../../../scripts/start/conversations.ts';
import { startProcesses } from '../../../scripts/start/processes.ts';

const WEEKS = ['2026-W44', '2026-W45', '2026-W46'];
const DAY = 86_400_000;
const day = (back: number) => new Date(Date.now() - back * DAY).toISOString().slice(0, 10);
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** E-mail addresses of the people whose pages are shown. */
export const PEOPLE = {
  executive: 'rowan.ledger@sample-company.example',
  builder: 'quill.marrow@sample-company.example',
  reviewer: 'sorrel.tally@sample-company.example',
  operations: 'flint.relay@sample-company.example',
} as const;

/** Fills a new company with the sample data, and with what people do in some weeks. */
export async function fillCompany(api: TestApi, hooks: string): Promise<void> {
  await api.client.people.import(sampleCompany());
  const executive = await staff(api, PEOPLE.executive, ['executive', 'reviewer'], 'Rowan Ledger');
  await staff(api, PEOPLE.builder, ['builder'], 'Quill Marrow');
  await staff(api, PEOPLE.operations, ['ops', 'admin'], 'Flint Relay');
  await importConversations(api.client, { baseUrl: api.url, apiKey: ADMIN_KEY });
  await policies(executive);
  await subscribe(api.client, hooks);
  for (const week of WEEKS) await evaluate(api.client, week);
  await reviews(api);
  await requests(api.client, executive);
  await prompts(api.client, executive);
  await rules(executive);
  await plans(executive);
  await gates(executive);
  await agents(executive);
  await decisions(executive);
  await questions(executive);
  await makeDeadLetter(api);
  await startProcesses(api.client, () => {});
}

async function until(isDone: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 180_000;
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error(`It took too long: ${what}`);
    await pause(200);
  }
}

async function evaluate(client: Client, week: string): Promise<void> {
  const { runId } = await client.evaluation.startWeekly({ week });
  await until(
    async () => (await client.evaluation.getRun({ runId })).status === 'completed',
    `the run of ${week}`,
  );
}

async function policies(executive: Client): Promise<void> {
  const texts: Record<string, ['policies' | 'sops' | 'rubrics', string]> = {
    'manual-time.md': [
      'policies',
      '# Manual time\n\nTime that was not tracked is claimed within fourteen days of the day it was worked.\n\n## Proof\n\nA claim says what was done and why the tracker was off. A manager looks at claims above four hours.',
    ],
    'working-hours.md': [
      'policies',
      '# Working hours\n\nA full week has forty hours. Core time is from ten to three.',
    ],
    'incident-review.md': [
      'sops',
      '# Incident review\n\nEvery incident is written down within two days: what happened, who noticed it, what changes.',
    ],
    'weekly-note.md': [
      'rubrics',
      '# What a good weekly note says\n\nIt names a result, what it rests on, and what comes next.',
    ],
  };
  for (const [name, [folder, text]] of Object.entries(texts)) {
    await executive.policy.upload({ folder, name, contentType: 'text/markdown', base64: base64(text) });
  }
  const pdf = await pdfOf([
    'Expenses\n\nReceipts are due within thirty days. Travel above 500 euros is agreed on before it is booked.',
  ]);
  await executive.policy.upload({
    folder: 'policies',
    name: 'expenses.pdf',
    contentType: 'application/pdf',
    base64: pdf.toString('base64'),
    comment: 'As agreed in October',
  });
  const broken = {
    folder: 'sops' as const,
    name: 'on-call.pdf',
    contentType: 'application/pdf' as const,
    base64: base64('%PDF-1.7 broken'),
  };
  await executive.policy.upload(broken);
  const isRead = async () =>
    (await executive.policy.list({ limit: 50 })).items.every(({ state }) => state !== 'pending');
  await until(isRead, 'reading policies');
  const [, text] = texts['manual-time.md'] ?? [];
  await executive.policy.upload({
    folder: 'policies',
    name: 'manual-time.md',
    contentType: 'text/markdown',
    base64: base64(`${text}\n\n## Appeals\n\nA rejected claim may be appealed once.`),
    comment: 'Appeals are in it now',
  });
  await until(isRead, 'reading policies');
}

async function subscribe(client: Client, hooks: string): Promise<void> {
  await client.webhook.create({
    url: `${hooks}/hook/ok`,
    events: ['evaluation.run.completed', 'approval.decided'],
  });
  await client.webhook.create({ url: `${hooks}/hook/broken`, events: ['evaluation.run.completed'] });
}

/** Two reviewers look at judgements; they agree mostly. */
async function reviews(api: TestApi): Promise<void> {
  const people = [
    await staff(api, PEOPLE.reviewer, ['reviewer'], 'Sorrel Tally'),
    await staff(api, 'juniper.quarry@sample-company.example', ['reviewer'], 'Juniper Quarry'),
  ];
  for (const [index, reviewer] of people.entries()) {
    for (let number = 0; number < 7; number++) {
      const { review } = await reviewer.reviews.next({});
      if (!review) break;
      const { grade } = review.judgement;
      const value = number % 4 === 3 + index ? 'C' : /^[A-E]$/.test(grade) ? grade : 'C';
      await reviewer.reviews.complete({ reviewId: review.reviewId, scores: [{ config: 'grade', value }] });
    }
  }
}

async function requests(client: Client, executive: Client): Promise<void> {
  const members = [PEOPLE.reviewer];
  await executive.approver.createGroup({ name: 'Orchard leads', team: 'Orchard', members });
  await executive.approver.createGroup({
    name: 'Escalations',
    escalation: true,
    members: [PEOPLE.executive],
  });
  const asked: [string, number, number, 'meeting' | 'research' | 'travel' | 'other', string][] = [
    ['b-0001', 2, 1.5, 'meeting', 'Call with the bakery of the pilot; the tracker was on the other laptop.'],
    ['b-0001', 3, 2.5, 'research', 'Read the interviews of the pilot users and wrote them up.'],
    ['b-0001', 5, 6, 'travel', 'Train to the customer in the north, worked on the offer on the way.'],
    ['b-0001', 6, 0.5, 'other', 'Some work.'],
    ['b-0002', 2, 3, 'meeting', 'Workshop with the clinic about waiting lists, on paper all afternoon.'],
    ['b-0003', 3, 1, 'research', 'Compared three libraries for moving books; the notes are attached.'],
    ['b-0004', 4, 4.5, 'travel', 'Drove the sensors to the two farms and set them up.'],
    ['b-0006', 2, 2, 'other', 'Helped a colleague with the release after hours.'],
    ['b-0007', 6, 1.25, 'meeting', 'Call with the growth mentor, no laptop.'],
  ];
  const ids: string[] = [];
  for (const [builderId, back, hours, category, justification] of asked) {
    const attachments =
      category === 'research'
        ? [{ name: 'notes.txt', contentType: 'text/plain' as const, base64: base64('Minutes of the call') }]
        : [];
    const claim = { builderId, date: day(back), hours, category, justification, attachments };
    const { approvalId } = await client.approval.submit(claim);
    ids.push(approvalId);
  }
  const seen = (approvalId: string) => client.approval.get({ approvalId });
  for (const approvalId of ids)
    await until(async () => (await seen(approvalId)).state !== 'submitted', 'triage');
  const open: string[] = [];
  for (const approvalId of ids) if ((await seen(approvalId)).state === 'in_review') open.push(approvalId);
  const decide = async (approvalId: string | undefined, decision: 'approve' | 'reject', more: object) => {
    if (!approvalId) return;
    const { version } = await seen(approvalId);
    await executive.approval.override({ approvalId, version, decision, ...more });
  };
  await decide(open[0], 'approve', { hours: 1.25, reason: 'A quarter of it was tracked already.' });
  await decide(open[1], 'reject', { reason: 'The interviews were tracked on the same day.' });
  if (open[1]) {
    const { version } = await seen(open[1]);
    await client.approval.appeal({
      approvalId: open[1],
      version,
      reason: 'Only the calls were tracked, not the writing.',
    });
  }
}

async function prompts(client: Client, executive: Client): Promise<void> {
  const name = 'evaluation';
  const [seed] = (await executive.prompt.listVersions({ name, limit: 1 })).items;
  if (!seed) throw new Error('There is no prompt');
  const { text, variables } = seed;
  const stricter = `${text}\n\nA note that names no result is weak, however long it is.`;
  const saved = await executive.prompt.create({
    name,
    text: stricter,
    variables,
    commitMessage: 'Notes without a result count less',
  });
  await executive.prompt.check({ name, version: saved.version, cases: 12 });
  await executive.prompt.setLabel({ name, label: 'exp-results', version: saved.version, seen: 0 });
  const { experimentId } = await executive.experiment.create({
    prompt: name,
    title: 'Results in notes',
    hypothesis: 'Reviewers find fewer judgements to correct when a note has to name a result.',
    label: 'exp-results',
    metric: 'score',
    minimumSample: 20,
  });
  await executive.experiment.start({ experimentId });
  await evaluate(client, '2026-W43');
  await executive.promptOptimization.start({ name });
  const isDone = async () =>
    !/queued|running/.test((await executive.promptOptimization.list({ limit: 1 })).items[0]?.status ?? '');
  await until(isDone, 'the proposal');
}

async function rules(executive: Client): Promise<void> {
  const [known] = (await executive.rule.list({ kind: 'evaluation', limit: 50 })).items;
  if (!known) throw new Error('There are no rules');
  const { key, criterion, priority, when, score, weight, message, review, version } = known;
  await executive.rule.save({
    kind: 'evaluation',
    rule: { key, criterion, priority, when, score, weight, message: `${message} Seen over a week.`, review },
    expectedVersion: version,
    comment: 'Says over how many weeks',
  });
}

async function plans(executive: Client): Promise<void> {
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

async function gates(executive: Client): Promise<void> {
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

async function agents(executive: Client): Promise<void> {
  const { agentId } = await executive.agent.create({
    name: 'Week reader',
    purpose: 'Sums up what the notes of a team say.',
    instructions:
      'Read the notes that you are given. Say in three sentences what the team did and what is open.',
  });
  await executive.agent.execute({ agentId, input: 'Orchard, week 46', waitSeconds: 20 });
  await executive.agent.create({
    name: 'Gate helper',
    purpose: 'Lists what a project still has to show.',
    instructions: 'Compare the evidence with the criteria of the gate and list what is missing.',
  });
}

async function decisions(executive: Client): Promise<void> {
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

async function questions(executive: Client): Promise<void> {
  const { turnId } = await executive.chat.query({ question: 'Can time be claimed later than a week?' });
  await executive.chat.feedback({ turnId, helpful: true });
}
