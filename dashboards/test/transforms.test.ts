import { describe, expect, test } from 'vitest';
import { apps } from '../src/apps/index.ts';
import { exportApp } from '../src/build/export.ts';

const queries = apps.flatMap((app) => exportApp(app).app[0]?.definition.appV2.dataQueries ?? []);

/** A query's transformation as ToolJet runs it. */
function transformOf(queryName: string) {
  const source = queries.find(({ name }) => name === queryName)?.options.transformation as string;
  const run = new Function('data', 'queries', 'variables', source);
  return (data: unknown, state: unknown = {}) => run(data, state, {});
}

const every = apps.flatMap((app) =>
  app.queries.filter(({ transform }) => transform).map(({ name }) => [`${app.slug} ${name}`, name] as const),
);

describe('a transformation', () => {
  test.each(every)('of %s takes an answer that is not there yet', (_app, name) => {
    for (const nothing of [undefined, null, [], {}]) expect(() => transformOf(name)(nothing)).not.toThrow();
  });

  test('puts first who could not be judged, then who needs a person, then who fell far', () => {
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
    const { attention, changed } = transformOf('results')(
      { items: now },
      { runs: { data: { hasPrevious: true } }, previousResults: { rawData: { items: before } } },
    );
    expect(attention.map(({ name, why }: Record<string, string>) => [name, why])).toEqual([
      ['broken', 'The source did not answer.'],
      ['doubtful', 'The figures contradict each other.'],
      ['fell', 'Hours: 20 of 40.'],
    ]);
    expect(changed.map(({ name, change }: Record<string, string>) => [name, change])).toEqual([
      ['fell', '▼ 15'],
    ]);
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
      data: [{ name: 'grade', value: 'B', source: 'ANNOTATION', subject: { traceId: 't' } }],
    });
    expect(rows[0]).toMatchObject({ traceId: 't', name: 'grade', value: 'B', source: 'annotation' });
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
