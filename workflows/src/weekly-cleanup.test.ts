import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { readWorkflowDirectory } from './workflow-definition.ts';

const workflow = readWorkflowDirectory(new URL('..', import.meta.url).pathname).find(
  ({ id }) => id === 'weekly-cleanup',
);
const script = workflow?.nodes.find(({ name }) => name === 'What to report?')?.parameters.jsCode as string;

const ran = (kind: string, removed: number, more: object = {}) => ({
  kind,
  title: `Records of ${kind}`,
  removed,
  before: '2026-09-01T00:00:00.000Z',
  isDone: true,
  skipped: null,
  ...more,
});

/** What the node makes of a preview and a run. */
function report(items: ReturnType<typeof ran>[]) {
  const due = { items: [{ kind: 'questions', count: 2, oldest: '2026-01-02T00:00:00.000Z' }] };
  const total = items.reduce((sum, { removed }) => sum + removed, 0);
  const [item] = runInNewContext(`(() => {${script}})()`, {
    $: () => ({ first: () => ({ json: due }) }),
    $input: { first: () => ({ json: { items, total } }) },
  }) as { json: { count: number; message: { title: string; body: string } } }[];
  return item?.json;
}

describe('the weekly clean-up', () => {
  test('says nothing when nothing was deleted, as under a legal hold', () => {
    expect(report([ran('questions', 0), ran('events', 0, { isDone: false, skipped: 'hold' })])).toMatchObject(
      {
        count: 0,
      },
    );
  });

  test('lists what was deleted by kind, and what is left', () => {
    expect(
      report([ran('questions', 2), ran('events', 1, { isDone: false }), ran('leave', 0)])?.message,
    ).toEqual({
      title: 'Clean-up: 3 records deleted',
      body:
        'Deleted, since it was older than it is kept:\n' +
        '- Records of questions: 2 records from before 2026-09-01, the oldest of 2026-01-02\n' +
        '- Records of events: 1 record from before 2026-09-01\n\n' +
        'More is left, which the next night deletes:\n- Records of events',
    });
  });

  test('says what failed', () => {
    const { title, body } = report([ran('leave', 0, { isDone: false, skipped: 'failed' })])?.message ?? {};
    expect(title).toBe('Clean-up failed in part');
    expect(body).toContain('- Records of leave');
  });
});
