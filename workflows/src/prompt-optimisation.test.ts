import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { readWorkflowDirectory } from './workflow-definition.ts';

const workflow = readWorkflowDirectory(new URL('..', import.meta.url).pathname).find(
  ({ id }) => id === 'prompt-optimisation',
);
const script = workflow?.nodes.find(({ name }) => name === 'What became of it?')?.parameters.jsCode as string;

const settings = {
  prompt: 'evaluation',
  giveUpHours: 12,
  apiUrl: 'https://api.example.com/',
  dashboardUrl: '',
};
const won = { judgementId: 'j-1', subjectId: 'b-0001', wanted: 'B', before: 'A', after: 'B' };
const proposal = {
  change: 'Short notes count less.',
  analysis: 'Short notes were praised.',
  diff: '-old\n+new',
  heldOut: { cases: 60, rightBefore: 40, rightAfter: 50, wins: 12, losses: 2, failed: 1 },
  difference: { estimate: 0.17, low: -0.02, high: 0.28 },
  verdict: 'no difference shown',
  wins: Array.from({ length: 12 }, () => won),
  losses: [{ ...won, before: 'B', after: null }],
  regression: { cases: 55, changed: 3, judgementIds: [] },
  tokensIn: 1234,
  tokensOut: 99,
  costMicros: 420_000,
};
const proposed = {
  optimizationId: 'o-1',
  prompt: 'evaluation',
  status: 'proposed',
  reason: null,
  baseVersion: 3,
  decidedBy: null,
  createdAt: new Date().toISOString(),
  proposal,
};

/** What the node makes of an optimization, or of a refusal to start one. */
function outcomeOf(found: object, mailed: string[] = []): Record<string, string> {
  const first = (json: object) => ({ first: () => ({ json }) });
  const [item] = runInNewContext(`(() => {${script}})()`, {
    $: () => first(settings),
    $input: first(found),
    $getWorkflowStaticData: () => ({ mailed }),
  }) as { json: Record<string, string> }[];
  return item?.json ?? {};
}

describe('of an optimization that', () => {
  test('was proposed, executives read wins, losses, cost and where to decide', () => {
    const { outcome, subject, text } = outcomeOf(proposed);
    expect(outcome).toBe('proposal');
    expect(subject).toBe('Proposal for the prompt evaluation: no difference shown, 12 wins, 2 losses');
    for (const part of [
      'version 3 was right on 40 and the proposal on 50: +17 percentage points (95 % interval -2 to +28)',
      'Cost of the proposal: $0.42 (1234 tokens read, 99 written)',
      'Wins: 12\n- b-0001: expected B, was A, becomes B',
      '- and 2 more',
      'Losses: 2\n- b-0001: expected B, was B, becomes not judged',
      '-old\n+new',
      'POST https://api.example.com/prompts/optimizations/o-1/accept',
    ])
      expect(text).toContain(part);
  });

  test('has no known cost, no price is invented', () => {
    expect(outcomeOf({ ...proposed, proposal: { ...proposal, costMicros: null } }).text).toContain(
      'Cost of the proposal: unknown',
    );
  });

  test('was mailed or decided already, no further e-mail is sent', () => {
    expect(outcomeOf(proposed, ['o-1'])).toMatchObject({ outcome: 'nothing' });
    const accepted = { ...proposed, status: 'accepted', decidedBy: 'A person' };
    expect(outcomeOf(accepted).note).toBe('Optimization o-1 was accepted by A person.');
  });

  test('goes on, it waits, and gives up after the hours that are set', () => {
    const running = { ...proposed, status: 'running', proposal: null };
    expect(outcomeOf(running)).toEqual({ outcome: 'waiting', optimizationId: 'o-1' });
    const createdAt = new Date(Date.now() - 13 * 3_600_000).toISOString();
    expect(outcomeOf({ ...running, createdAt }).outcome).toBe('trouble');
  });

  test('has too little to learn from, or no model, it ends quietly and says why', () => {
    const few = { ...proposed, status: 'insufficient evidence', reason: '30 are needed.', proposal: null };
    expect(outcomeOf(few)).toEqual({
      outcome: 'nothing',
      note: 'No proposal for evaluation: 30 are needed.',
    });
    const details = { code: 'MODEL_NEEDED', status: 409, detail: 'Configure a model.' };
    expect(outcomeOf({ error: 'Conflict', details })).toEqual({
      outcome: 'nothing',
      note: 'No proposal for evaluation: Configure a model.',
    });
  });

  test('failed or was refused for another reason, it is reported', () => {
    expect(outcomeOf({ ...proposed, status: 'failed', reason: 'The model failed.' })).toEqual({
      outcome: 'trouble',
      note: 'Optimization o-1 failed: The model failed.',
    });
    expect(outcomeOf({ error: 'Connection refused' })).toEqual({
      outcome: 'trouble',
      note: 'Connection refused',
    });
  });
});
