import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { readWorkflowDirectory } from './workflow-definition.ts';

const files = readWorkflowDirectory(new URL('..', import.meta.url).pathname);

const nodeOf = (id: string, name: string) =>
  files.find((file) => file.id === id)?.nodes.find((node) => node.name === name);

/** What a code node makes of the items of the nodes before it. */
function run(id: string, name: string, items: object[], others: Record<string, object[]> = {}) {
  const all = (rows: object[] = []) => rows.map((json) => ({ json }));
  return runInNewContext(`(() => {${nodeOf(id, name)?.parameters.jsCode}})()`, {
    $input: { all: () => all(items) },
    $: (node: string) => ({ all: () => all(others[node]), first: () => all(others[node])[0] }),
  }) as { json: Record<string, unknown> }[];
}

describe('what executives get', () => {
  test.each([
    ['weekly-team-report', 'Send the report', 'performance'],
    ['stage-gate-sweep', 'Send the sweep', 'stage-gates'],
    ['prompt-optimisation', 'Send the proposal', 'proposals'],
  ])('of %s is a notification to those who exist, with the link to where it is decided', (id, name, page) => {
    const settings = JSON.stringify(nodeOf(id, 'Settings')?.parameters);
    expect(settings).toContain('"name":"executives","type":"string","value":"executives"');
    expect(settings).not.toContain('@');
    expect(nodeOf(id, name)).toMatchObject({
      type: 'n8n-nodes-ai-manager.aiManager',
      parameters: {
        ...{ resource: 'notification', operation: 'notify', additionalFields: { page } },
        to: "={{ $('Settings').first().json.executives }}",
      },
    });
  });

  test('compares the teams of a run', () => {
    const result = { status: 'judged', score: 70, grade: 'B', needsReview: false };
    const [item] = run('weekly-team-report', 'Compare teams', [
      { ...result, team: 'Harbour', name: 'Ada' },
      { ...result, team: 'Orchard', name: 'Ben', score: 85.25, grade: 'A', needsReview: true },
      { ...result, team: 'Orchard', name: 'Cay', status: 'failed', score: null, grade: null },
    ]);
    expect(item?.json.report).toEqual({
      builders: 3,
      teams: [
        { team: 'Orchard', builders: 2, score: '85.3', grades: '1 x A', review: ['Ben'], failed: 1 },
        { team: 'Harbour', builders: 1, score: '70.0', grades: '1 x B', review: [], failed: 0 },
      ],
    });
  });

  test('sorts the projects of a sweep', () => {
    const projects = [
      { name: 'Otter', stage: 'build' },
      { name: 'Kettle', stage: 'launch' },
    ];
    const answers = [
      { decision: 'progress' },
      { proposal: { outcome: 'hold' }, missingEvidence: [{ criterionId: 'users', title: 'Active users' }] },
    ];
    const [item] = run('stage-gate-sweep', 'Sort the answers', answers, { 'List active projects': projects });
    expect(item?.json.message).toEqual({
      title: 'Stage gates: 1 of 2 projects may advance',
      body: 'May advance: 1\n- Otter (build)\n\nTo confirm: stays in its stage: 1\n- Kettle (launch): missing: users',
    });
  });
});

describe('of a time request that waits', () => {
  const request = {
    approvalId: 'a-1',
    builder: { name: 'Quill Marrow' },
    ...{ hours: 3, date: '2026-11-28', dueAt: null, link: 'https://tooljet.example.com/approvals' },
  };
  const digest = (approvers: string[]) =>
    run('daily-digest-for-approvers', 'One item per approver', [{ ...request, approvers }], {
      Settings: [{ administrators: 'role:admin' }],
      'List open decisions': [{}],
    }).map(({ json }) => json);

  test('hear those who may decide it, with the link', () => {
    expect(digest(['Lead@example.com'])).toEqual([
      {
        email: 'lead@example.com',
        items: [
          {
            text: 'Manual time: Quill Marrow, 3 h on 2026-11-28 (without a deadline)',
            link: 'https://tooljet.example.com/approvals',
          },
        ],
      },
    ]);
  });

  test('hear the administrators that no person may decide it', () => {
    expect(digest([])).toMatchObject([
      { email: 'role:admin', items: [{ text: expect.stringContaining('No person may decide it') }] },
    ]);
  });
});
