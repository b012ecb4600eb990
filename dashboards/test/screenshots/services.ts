import { createServer } from 'node:http';
import { type Listening, listen } from '../../src/listen.ts';

const DAY = 86_400_000;
const ago = (days: number, minutes = 0) => new Date(Date.now() - days * DAY - minutes * 60_000).toISOString();

const WORKFLOWS = [
  ['Weekly evaluation', true, 'weekly'],
  ['Manual time approval', true, 'approvals'],
  ['Approval with escalation', true, 'approvals'],
  ['Daily digest for approvers', true, 'approvals'],
  ['Stage gate sweep', true, 'gates'],
  ['Quality alert', true, 'quality'],
  ['Prompt optimisation', false, 'quality'],
].map(([name, active, tag], index) => ({
  id: `wf-${index + 1}`,
  name,
  active,
  tags: [{ name: tag }],
  updatedAt: ago(3 + index),
}));

const EXECUTIONS = WORKFLOWS.flatMap(({ id }, index) =>
  [0, 1].map((back) => ({
    id: 400 - index * 2 - back,
    workflowId: id,
    status: index === 5 && back === 0 ? 'error' : 'success',
    mode: index === 1 ? 'webhook' : 'trigger',
    startedAt: ago(back, 35 * (index + 1)),
    stoppedAt: ago(back, 35 * (index + 1) - 1),
  })),
);

const CALLS = Array.from({ length: 24 }, (_, index) => ({
  id: `o-${index}`,
  traceId: `${'0123456789abcdef'.slice(index % 8)}${String(index).padStart(8, '0')}`,
  name: ['evaluation', 'approval', 'policies', 'stage-gate'][index % 4],
  providedModelName: index % 4 === 2 ? 'gpt-5-mini' : 'gpt-5',
  level: index === 5 ? 'ERROR' : index === 9 ? 'WARNING' : 'DEFAULT',
  latency: 1.2 + (index % 7) * 0.4,
  totalCost: 0.0021 + (index % 5) * 0.0007,
  startTime: ago(0, 11 * (index + 1)),
}));

const SCORES = Array.from({ length: 9 }, (_, index) => ({
  subject: { kind: 'trace', id: CALLS[index]?.traceId },
  name: ['grade', 'reasons hold', 'helpful'][index % 3],
  stringValue: index % 3 === 0 ? ['A', 'B', 'C'][index % 2] : undefined,
  value: index % 3 === 0 ? undefined : index % 4 === 1 ? 0 : 1,
  source: 'API',
  comment: index % 3 === 1 ? 'The reason is in the note.' : null,
  timestamp: ago(0, 40 * (index + 1)),
}));

const COSTS = Array.from({ length: 14 }, (_, index) => ({
  time_dimension: ago(13 - index).slice(0, 10),
  sum_totalCost: 0.4 + ((index * 7) % 5) * 0.22,
}));

const ANSWERS: [RegExp, unknown][] = [
  [/^\/api\/v1\/workflows/, { data: WORKFLOWS, nextCursor: null }],
  [/^\/api\/v1\/executions/, { data: EXECUTIONS, nextCursor: null }],
  [/metrics/, { data: COSTS }],
  [/observations/, { data: CALLS }],
  [/scores/, { data: SCORES }],
  [/^\/hook\/ok/, {}],
];

/** n8n, Langfuse and a subscriber of events, as far as the pictures show them; anything else is refused with 500. */
export async function startServices(): Promise<Listening> {
  const server = createServer((request, response) => {
    request.resume();
    const answer = ANSWERS.find(([path]) => path.test(request.url ?? ''))?.[1];
    response.writeHead(answer ? 200 : 500, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { message: 'Out of order' }));
  });
  return listen(server);
}
