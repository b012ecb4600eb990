import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { readWorkflowDirectory } from './workflow-definition.ts';

const workflow = readWorkflowDirectory(new URL('..', import.meta.url).pathname).find(
  ({ id }) => id === 'plan-notices',
);
const nodeOf = (name: string) => workflow?.nodes.find((node) => node.name === name);
const script = nodeOf('What to report?')?.parameters.jsCode as string;

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const PLAN = {
  plan: 'pro',
  name: 'Pro',
  subscription: 'active',
  periodEndsAt: inDays(3),
  trialEndsAt: null,
  cancelsAtPeriodEnd: false,
  graceEndsAt: null,
  overrides: [],
};
const use = (quota: string, used: number, limit: number | null, resetsAt: string | null = null) => ({
  quota,
  used,
  limit,
  percent: limit === null ? null : Math.floor((used * 100) / limit),
  resetsAt,
});

/** What the node makes of a plan and its use. */
function report(plan: object, items: object[] = []) {
  const nodes: Record<string, object> = { Settings: { days: 14 }, 'Get the plan': { ...PLAN, ...plan } };
  const [item] = runInNewContext(`(() => {${script}})()`, {
    $: (name: string) => ({ first: () => ({ json: nodes[name] }) }),
    $input: { all: () => [{ json: { items } }] },
  }) as { json: { count: number; message: { title: string; body: string } } }[];
  return item?.json ?? { count: -1, message: { title: '', body: '' } };
}

describe('the plan notices', () => {
  test('say nothing while nothing ends and less than 80 % is used', () => {
    const items = [use('searches', 79, 100), use('members', 4_000, null), use('storage', 0, 0)];
    expect(report({}, items)).toMatchObject({ count: 0 });
    expect(report({ trialEndsAt: inDays(3) })).toMatchObject({ count: 0 });
    expect(report({ subscription: 'trialing', trialEndsAt: inDays(20) })).toMatchObject({ count: 0 });
  });

  test('list quotas from 80 % on, the fullest first, and which refuse more', () => {
    const resetsAt = '2026-12-02T00:00:00.000Z';
    const { count, message } = report({}, [
      use('searches', 80, 100, resetsAt),
      use('model_budget', 50, 100),
      use('conversations', 100, 100, resetsAt),
    ]);
    expect(count).toBe(2);
    expect(message).toEqual({
      title: '2 quotas at 80 % or more',
      body:
        'Quotas:\n- conversations: 100 % (100 of 100), resets 2026-12-02. More is refused.\n' +
        '- searches: 80 % (80 of 100), resets 2026-12-02.',
    });
  });

  test.each([
    ['a trial', { subscription: 'trialing', trialEndsAt: inDays(10) }, 'The trial of Pro ends on'],
    ['a cancelled subscription', { cancelsAtPeriodEnd: true }, 'is cancelled and ends on'],
    ['a failed payment', { subscription: 'past_due', graceEndsAt: inDays(2) }, 'A payment failed'],
    ['an agreement', { overrides: [{ inForce: true, endsAt: inDays(5), reason: 'A pilot' }] }, 'ends on'],
  ])('report %s that ends', (_what, plan, text) => {
    const { count, message } = report(plan);
    expect(count).toBe(1);
    expect(message.title).toBe('The plan or a part of it ends soon');
    expect(message.body).toContain(text);
  });

  test('say both in one message', () => {
    const { count, message } = report({ cancelsAtPeriodEnd: true }, [use('members', 9, 10)]);
    expect(count).toBe(2);
    expect(message.body).toMatch(/^Ends:\n- .*\n\nQuotas:\n- members: 90 % \(9 of 10\)\.$/);
  });

  test('read the whole plan, and are sent by AI Manager: Notify', () => {
    expect(nodeOf('Get the plan')?.parameters).toMatchObject({ operation: 'get', simplify: false });
    expect(nodeOf('Notify administrators')?.parameters).toMatchObject({
      resource: 'notification',
      operation: 'notify',
    });
  });
});
