import { describe, expect, test } from 'vitest';
import { apps } from '../src/apps/index.ts';
import { transformOf } from './transform-of.ts';

const every = apps.flatMap((app) =>
  app.queries.filter(({ transform }) => transform).map(({ name }) => [`${app.slug} ${name}`, name] as const),
);

const AT = '2026-11-16T09:00:00.000Z';

describe('a transformation', () => {
  test.each(every)('of %s takes an answer that is not there yet', (_app, name) => {
    for (const nothing of [undefined, null, [], {}]) expect(() => transformOf(name)(nothing)).not.toThrow();
  });

  test.each([
    ['shadow', 82, [], 'In shadow', 'the threshold 90.0 %'],
    ['on', 82, [], 'On: it decides', 'granted alone from a score of 82 on'],
    ['on', 82, ['rule hours'], 'something changed', 'the threshold 90.0 %'],
  ] as const)('says of a level that is %s what decides', (state, score, changed, badge, decides) => {
    const point = { cases: 70, coverage: 0.5, agreementAtLeast: 0.91, score };
    const { card, curve, version } = transformOf('level')({
      ...{ state, score, version: 2, confidence: 0.95, agreement: 0.9, changed, notes: [], beside: null },
      ...{ reason: '<b>Measured</b>', setBy: 'Ada', bare: { yesAt: 0.9, version: 0 } },
      fit: { score, cases: 70, casesNeeded: 61, curve: [point, { ...point, cases: 0 }] },
    });
    expect(version).toBe(2);
    expect(card).toContain(badge);
    expect(card).toContain(decides);
    expect(card).not.toContain('<b>');
    expect(JSON.parse(curve).data[0].x).toEqual([82]);
  });

  test('names the week and how many e-mails it means before it is evaluated', () => {
    const week = '2026-W46';
    expect(transformOf('nextWeek')({ week, builders: 75, runId: null })).toEqual({
      ...{ week, isDone: false, title: 'Evaluate week 2026-W46?' },
      question: '75 people are judged, and each gets an e-mail when the evaluation is complete: 75 e-mails.',
    });
    expect(transformOf('nextWeek')({ week, builders: 75, runId: 'r-1' })).toMatchObject({
      isDone: true,
      question: expect.stringContaining('Nothing is judged or sent again'),
    });
  });

  test('shows people, rules, prompts and operations by names, not by ids', () => {
    const names = { 'b-0033': 'Hazel Wickwood' };
    const state = { directory: { data: { names } } };
    const decision = {
      ...{ decisionId: 'd-1', title: 'Erase everything about builder:b-0033?', status: 'pending' },
      ...{ message: '', details: { subject: 'builder:b-0033' }, approvers: [], expiresAt: AT },
      ...{ requestedBy: 'bootstrap', createdAt: AT },
    };
    expect(transformOf('decisions')({ items: [decision] }, state).rows[0].title).toBe(
      'Erase everything about Hazel Wickwood?',
    );
    const { card } = transformOf('decision')(decision, state);
    expect(card).toContain('Subject: Hazel Wickwood');
    expect(card).not.toContain('b-0033');
    const request = { kind: 'erasure', subject: 'builder:b-0033', state: 'open', dueAt: AT };
    expect(transformOf('privacyRequests')({ items: [request] }, state).rows[0].whom).toBe('Hazel Wickwood');
    const job = { ids: { runId: 'r-1', builderId: 'b-0033' }, queue: 'judge', state: 'active' };
    expect(transformOf('jobs')({ items: [job] }, state).rows[0].about).toBe('Hazel Wickwood, run r-1');
    const rule = {
      key: 'hours-on-plan',
      kind: 'project-evaluation',
      message: 'Quality {week.quality} of 100.',
    };
    expect(transformOf('rules')({ items: [rule] }).rows[0]).toMatchObject({
      title: 'Hours on plan',
      message: 'Quality … of 100.',
    });
    expect(transformOf('prompts')({ items: [{ name: 'stage-gate', labels: [] }] }).rows[0].title).toBe(
      'Stage gate',
    );
    const entry = { operation: 'evaluation.markNotified', actor: { name: 'bootstrap' }, subject: 'x' };
    expect(transformOf('audit')({ items: [entry] }).rows[0].action).toBe('Evaluation: mark notified');
  });

  test('shows what a text claims with its words, the record and what became of it', () => {
    const claim = {
      kind: 'meeting',
      words: 'the <pilot> call',
      verdict: 'supported',
      record: 'meeting "Pilot call", 2026-11-16',
      note: 'Recorded on that day.',
    };
    const { card } = transformOf('explanation')({
      judgementId: 'j-1',
      result: 'approve',
      changes: [],
      search: { isReproduced: true, isComplete: true },
      elements: [],
      claims: [claim],
      parts: {
        rules: { criteria: 11, share: 1 },
        model: { name: 'openai:a', criteria: 0, share: 0, claims: 1 },
        person: null,
      },
    }) as { card: string };
    expect(card).toContain('“the &#60;pilot&#62; call”');
    expect(card).toContain('a record bears it out');
    expect(card).toContain('meeting &#34;Pilot call&#34;, 2026-11-16: Recorded on that day.');
    expect(card).toContain('found 1 claims, which rules checked');
  });

  test('says how many of the open requests wait for a second approver', () => {
    const counts = (states: object) => ({
      states,
      mine: 3,
      overdue: 0,
      auditDue: 0,
      automatic: { decided: 0, overturned: 0 },
      proposals: { waiting: 0, confirmed: 0, refused: 0 },
      people: { decided: 0, minutes: 0, medianHours: null },
    });
    const card = (states: object) =>
      (transformOf('approvalCounts')(counts(states)) as { openCard: string }).openCard;
    expect(card({ in_review: 6, awaiting_second: 1 })).toContain(
      '3 waiting for you, 1 for a second approver',
    );
    expect(card({ in_review: 6 })).not.toContain('second approver');
  });

  test('shows of what was captured only what the report has', () => {
    const report = {
      from: '2026-11-01',
      to: '2026-11-30',
      captured: [{ tool: 'claude-code', conversations: 13, messages: 26 }],
      redacted: [],
      exported: { conversations: 0, shares: 0, auditExports: 0, accessReports: 0 },
      erased: [],
      erasures: 0,
      retentionDays: null,
    };
    const { rows } = transformOf('conversationCompliance')(report) as { rows: { detail: string }[] };
    expect(rows[0]?.detail).toBe('claude-code: 26 messages');
  });

  test('lists who could not be judged or needs a person apart from who fell far', () => {
    const result = (builderId: string, more: object) => ({
      evaluationId: builderId,
      builderId,
      name: builderId,
      team: 't',
      status: 'judged',
      grade: 'B',
      score: 75,
      needsReview: false,
      reviewReasons: [],
      engine: 'rules',
      feedback: 'What to work on:\n- Hours: 20 of 40.',
      error: null,
      ...more,
    });
    const now = [
      result('steady', {}),
      result('fell', { score: 60, grade: 'C' }),
      result('doubtful', { needsReview: true, reviewReasons: ['The figures contradict each other.'] }),
      result('broken', { status: 'failed', grade: null, score: null, error: 'The source did not answer.' }),
    ];
    const before = ['steady', 'fell', 'doubtful', 'broken'].map((id) => result(id, {}));
    const { attention, low, changed } = transformOf('results')(
      { items: now },
      { runs: { data: { hasPrevious: true } }, previousResults: { rawData: { items: before } } },
    );
    const reasons = (rows: Record<string, string>[]) => rows.map(({ name, why }) => [name, why]);
    expect(reasons(attention)).toEqual([
      ['broken', 'The source did not answer.'],
      ['doubtful', 'The figures contradict each other.'],
    ]);
    expect(reasons(low)).toEqual([['fell', 'Hours: 20 of 40.']]);
    expect(changed.map(({ name, change }: Record<string, string>) => [name, change])).toEqual([
      ['fell', '▼ 15'],
    ]);
  });

  test('shows the week that was chosen beside the one before it, else the newest', () => {
    const engines = { rules: 1, model: 0, human: 0 };
    const counts = { builders: 2, judged: 2, failed: 0, pending: 0, projects: 1, notified: 2 };
    const run = (week: string, needsReview: number) => ({
      ...counts,
      runId: `run-${week}`,
      week,
      needsReview,
      dryRun: false,
      status: 'completed',
      engines,
      grades: { B: 2 },
    });
    const items = [run('2026-W46', 1), run('2026-W45', 0), run('2026-W44', 2)];
    const shown = (shownRunId: string) => transformOf('runs')({ items }, {}, { shownRunId });
    expect(shown('')).toMatchObject({ latestRunId: 'run-2026-W46', previousRunId: 'run-2026-W45' });
    expect(shown('').headline).toMatch(/^Week 2026-W46: 1 evaluation needs review\./);
    expect(shown('run-2026-W45')).toMatchObject({ week: '2026-W45', previousRunId: 'run-2026-W44' });
    expect(shown('').weeks.map(({ label }: Record<string, string>) => label)).toEqual([
      '2026-W46',
      '2026-W45',
      '2026-W44',
    ]);
  });

  test('tells a condition in words, keeps the text in it, and says where it ends too early', () => {
    const rule = {
      kind: 'approval',
      key: 'date-old',
      version: 2,
      criterion: 'c',
      priority: 1,
      score: 0,
      weight: 1,
    };
    const { card } = transformOf('rule')({
      ...rule,
      message: 'm',
      review: false,
      when: "week.hoursWorked < 20.0 && request.category == 'a && b' && leave.days != null",
    });
    expect(card).toContain('Date old');
    expect(card).toContain(
      'hours worked is less than 20.0 and category is &#39;a &#38;&#38; b&#39; and days is known',
    );
    const fault = { field: 'when', start: 61, end: 61, message: 'Unexpected token: EOF' };
    expect(transformOf('checkRule')({ valid: false, fault }).card).toContain(
      'The condition ends too early, after character 61.',
    );
  });

  test('names the builders of a replay, and calls a version that was not replayed no more than that', () => {
    const outcome = { grade: 'B', outcome: null, score: 80, needsReview: false };
    const directory = { data: { names: { 'b-0065': 'Quill Marrow' } } };
    const { card } = transformOf('replayRule')(
      {
        judgements: 1,
        changed: 1,
        moves: [],
        examples: [{ subjectId: 'b-0065', before: outcome, after: { ...outcome, grade: 'C' }, reasons: [] }],
      },
      { directory },
    );
    expect(card).toContain('Quill Marrow');
    expect(card).not.toContain('b-0065');
    const check = { passed: true, replay: { status: 'not replayed', reason: 'No model is configured' } };
    const version = { name: 'evaluation', version: 2, labels: [], approvals: [], createdBy: 'Ada', check };
    expect(transformOf('promptVersions')({ items: [version] }).rows[0].check).toBe('not replayed');
    const replay = { status: 'not replayed', reason: 'No model is configured', examples: [] };
    const shown = JSON.stringify(
      transformOf('promptVersion')(
        {
          ...version,
          text: 'Judge.',
          check: { ...check, replay, findings: [], checkedBy: 'Ada', checkedAt: AT },
        },
        { directory },
      ),
    );
    expect(shown).toContain('variables are valid, not replayed');
    expect(shown).toContain('No model is configured');
    expect(shown).not.toContain('>passed<');
  });

  test('heads a project at a gate by the gate, not as if the project had passed it', () => {
    const { card } = transformOf('gateEvaluation')({
      evaluationId: 'e-1',
      project: { name: 'Paper Otter' },
      fromStage: 'build',
      toStage: 'launch',
      gate: 'Ready to launch',
      can_progress: false,
      waiver: null,
      feedback: 'Revenue is missing.',
      missing: [],
      missingEvidence: [],
      criteria: [],
      evaluatedBy: 'Ada',
      evaluatedAt: AT,
      gateVersion: 1,
    });
    expect(card).toContain('Paper Otter: gate to launch');
    expect(card).toContain('may not advance yet');
    expect(card).not.toContain('Paper Otter: Ready to launch');
  });

  test('says why a person should review a week, also where figures were corrected after it was judged', () => {
    const reason = 'Figures that were imported again would give another result.';
    const { summary, facts } = transformOf('evaluation')({
      evaluationId: 'e-1',
      builder: { name: 'Ada', team: 'Orchard' },
      week: '2026-W46',
      reviewReasons: [reason],
      judgement: {
        ...{ engine: 'rules', grade: 'C', score: 60, coverage: 1, createdAt: AT, feedback: 'Go on.' },
        ...{ needsReview: false, reviewReasons: [], proposal: null },
        criteria: [
          {
            ...{ title: 'Hours', score: 60, weight: 1, reason: '30 of 40.', rule: null },
            evidence: [{ id: 'week.hoursWorked', value: 30 }],
          },
        ],
      },
    });
    expect(summary).toContain(reason);
    expect(summary).toContain('needs review');
    expect(facts).toMatchObject([{ value: 'week.hoursWorked', label: expect.not.stringContaining('week.') }]);
  });

  test('lets no name become markup', () => {
    const { summary } = transformOf('builder')({
      builderId: 'b',
      name: '<img src=x onerror=alert(1)>',
      status: 'active',
      team: '"><script>',
      title: null,
      weeks: [],
      projects: [],
      weeklyHours: 40,
      startedOn: '2026-01-01',
      email: 'a@example.com',
    });
    expect(summary).not.toMatch(/<img|<script/);
  });

  test('shows calls, scores and costs as Langfuse answers them', () => {
    const [call] = transformOf('traces')({
      data: [
        {
          id: 'o',
          traceId: 't',
          name: 'judge',
          level: 'ERROR',
          latency: 1.25,
          costDetails: { total: 0.002 },
        },
      ],
    }).rows;
    expect(call).toMatchObject({
      traceId: 't',
      level: 'error',
      latency: '1.3 s',
      cost: '$0.0020',
      model: '—',
    });
    const { rows } = transformOf('traceScores')({
      data: [
        {
          name: 'grade',
          value: 'B',
          source: 'ANNOTATION',
          comment: 'Why.',
          subject: { kind: 'trace', id: 't' },
        },
      ],
    });
    const shown = { traceId: 't', name: 'grade', value: 'B', source: 'annotation', comment: 'Why.' };
    expect(rows[0]).toMatchObject(shown);
    const { costs } = transformOf('traceMetrics')({
      data: [{ time_dimension: '2026-11-20T00:00:00Z', sum_totalCost: '0.5' }],
    });
    expect(JSON.parse(costs).data[0]).toMatchObject({ x: ['2026-11-20'], y: [0.5] });
  });

  test('hints at two passages at most, and at none that shares no word with the request', () => {
    const passage = (title: string, words: number) => ({
      title,
      words,
      heading: ['Claims'],
      text: 'x '.repeat(300),
    });
    const hints = (...passages: object[]) => transformOf('policyHints')({ passages }).card;
    const shown = hints(
      passage('Far', 0),
      passage('<First>', 0.5),
      passage('Second', 0.2),
      passage('Third', 0.1),
    );
    expect(shown).toContain('&#60;First&#62;');
    expect(shown).toContain('Second');
    expect(shown).not.toMatch(/Far|Third/);
    expect(shown.length).toBeLessThan(1400);
    expect(hints(passage('Far', 0))).toBeUndefined();
  });
});
