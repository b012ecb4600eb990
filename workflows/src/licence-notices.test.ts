import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { readWorkflowDirectory } from './workflow-definition.ts';

const workflow = readWorkflowDirectory(new URL('..', import.meta.url).pathname).find(
  ({ id }) => id === 'licence-notices',
);
const script = workflow?.nodes.find(({ name }) => name === 'What to report?')?.parameters.jsCode as string;

const itemsOf = (rows: object[]) => (rows.length === 0 ? [{ json: {} }] : rows.map((json) => ({ json })));

/** What the node makes of licences that expire and of denials. */
function report(expiring: object[], denials: object[]) {
  const [item] = runInNewContext(`(() => {${script}})()`, {
    $: (name: string) =>
      name === 'Settings' ? { first: () => ({ json: { days: 30 } }) } : { all: () => itemsOf(expiring) },
    $input: { all: () => itemsOf(denials) },
  }) as { json: { count: number; subject: string; text: string } }[];
  return item?.json;
}

const ending = {
  licenceId: 'l-1',
  licence: 'Design team',
  product: 'drawing-pro',
  maxSeats: 6,
  expiresAt: '2026-12-12T00:00:00.000Z',
  daysLeft: 12,
};
const denied = (hoursAgo: number, code = 'NO_SEATS') => ({
  denialId: `d-${hoursAgo}`,
  licence: 'Design team',
  product: 'drawing-pro',
  code,
  lastAt: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
});

describe('the licence notices', () => {
  test('say nothing when nothing expires and nothing was denied today', () => {
    expect(report([], [])).toMatchObject({ count: 0 });
    expect(report([], [denied(30)])).toMatchObject({ count: 0 });
  });

  test('say it plainly of one seat, one day and today', () => {
    const one = report(
      [
        { ...ending, maxSeats: 1, daysLeft: 1 },
        { ...ending, daysLeft: 0 },
      ],
      [],
    );
    expect(one?.text).toBe(
      'Expiring within 30 days:\n- Design team (drawing-pro, 1 seat): 2026-12-12, in 1 day\n' +
        '- Design team (drawing-pro, 6 seats): 2026-12-12, today',
    );
  });

  test('list what expires, and denials by cause, the most frequent first', () => {
    const { subject, text } = report(
      [ending],
      [denied(1, 'USER_LIMIT'), denied(2), denied(3), denied(25)],
    ) ?? {
      subject: '',
      text: '',
    };
    expect(subject).toBe('1 licence to renew, 3 denied requests');
    expect(text).toBe(
      'Expiring within 30 days:\n- Design team (drawing-pro, 6 seats): 2026-12-12, in 12 days\n\n' +
        'Denied in the last 24 hours:\n- Design team (drawing-pro): no seats, 2 times\n' +
        '- Design team (drawing-pro): user limit, 1 time',
    );
  });
});
