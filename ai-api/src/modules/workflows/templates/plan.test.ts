import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Done, planOf } from './plan.ts';
import { definition as schema } from './schema.ts';

/** A step of a random template; `ends` says how it ends, whenever it is begun. */
type Sketch =
  | { kind: 'act'; ends: 'well' | 'badly'; onError: 'fail' | 'continue'; when: boolean }
  | { kind: 'parallel'; branches: Sketch[][] }
  | { kind: 'map'; items: number; steps: Sketch[] }
  | { kind: 'branch'; taken: boolean; steps: Sketch[]; otherwise: Sketch[] };

const sketches = fc.letrec<{ list: Sketch[]; sketch: Sketch }>((tie) => ({
  list: fc.array(tie('sketch'), { minLength: 1, maxLength: 3 }),
  sketch: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('act' as const),
      ends: fc.oneof(
        { weight: 6, arbitrary: fc.constant('well' as const) },
        { weight: 1, arbitrary: fc.constant('badly' as const) },
      ),
      onError: fc.constantFrom('fail' as const, 'continue' as const),
      when: fc.oneof(
        { weight: 4, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
    }),
    fc.record({
      kind: fc.constant('parallel' as const),
      branches: fc.array(tie('list'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('map' as const), items: fc.nat(3), steps: tie('list') }),
    fc.record({
      kind: fc.constant('branch' as const),
      taken: fc.boolean(),
      steps: tie('list'),
      otherwise: tie('list'),
    }),
  ),
}));

/** The template of sketches, and how each of its acting steps ends. */
function templateOf(list: Sketch[]) {
  let count = 0;
  const ends = new Map<string, 'well' | 'badly'>();
  const write = (sketch: Sketch): object => {
    const id = `s${count++}`;
    switch (sketch.kind) {
      case 'act':
        ends.set(id, sketch.ends);
        return {
          id,
          type: 'operation',
          operation: 'x.y',
          onError: sketch.onError,
          when: String(sketch.when),
        };
      case 'parallel':
        return {
          id,
          type: 'parallel',
          branches: Object.fromEntries(
            sketch.branches.map((steps, index) => [`b${index}`, steps.map(write)]),
          ),
        };
      case 'map':
        return {
          id,
          type: 'map',
          over: `[${Array(sketch.items).fill('0').join(', ')}]`,
          concurrency: 2,
          steps: sketch.steps.map(write),
        };
      case 'branch':
        return {
          id,
          type: 'branch',
          cases: [{ when: String(sketch.taken), steps: sketch.steps.map(write) }],
          otherwise: sketch.otherwise.map(write),
        };
    }
  };
  const steps = list.map(write);
  return { definition: schema.parse({ name: 'random', title: 'Random', steps }), ends };
}

/** The model: what becomes of a list, said in ten lines. */
function model(list: Sketch[]): 'well' | 'badly' {
  for (const sketch of list) if (modelOne(sketch) === 'badly') return 'badly';
  return 'well';
}

function modelOne(sketch: Sketch): 'well' | 'badly' {
  switch (sketch.kind) {
    case 'act':
      return sketch.when && sketch.ends === 'badly' && sketch.onError === 'fail' ? 'badly' : 'well';
    case 'parallel':
      return sketch.branches.some((steps) => model(steps) === 'badly') ? 'badly' : 'well';
    case 'map':
      return sketch.items > 0 ? model(sketch.steps) : 'well';
    case 'branch':
      return model(sketch.taken ? sketch.steps : sketch.otherwise);
  }
}

const instance = { id: 'i', startedAt: '2026-11-30T00:00:00.000Z', input: {} };

/** Drives a template as workers do: several steps under way, which end in any order. */
function drive(list: Sketch[], choose: (count: number) => number) {
  const { definition, ends } = templateOf(list);
  const tasks = new Map<string, Done>();
  const begun: string[] = [];
  for (;;) {
    const plan = planOf(definition, instance, tasks);
    const underWay = [...tasks].filter(([, { state }]) => state === 'running');
    if (plan.outcome.state !== 'open')
      return { outcome: plan.outcome.state, begun, underWay, definition, tasks };
    for (const { path } of plan.skipped) tasks.set(path, { state: 'skipped', output: null, error: null });
    for (const { path } of plan.ready) {
      expect(tasks.has(path), `${path} is begun twice`).toBe(false);
      tasks.set(path, { state: 'running', output: null, error: null });
      begun.push(path);
    }
    const running = [...tasks].filter(([, { state }]) => state === 'running').map(([path]) => path);
    if (running.length === 0) {
      if (plan.skipped.length > 0) continue;
      throw new Error('Nothing goes on');
    }
    const path = running[choose(running.length)] as string;
    const id = path.slice(path.lastIndexOf('.') + 1);
    tasks.set(
      path,
      ends.get(id) === 'badly'
        ? { state: 'failed', output: null, error: { code: 'BAD', message: 'badly' } }
        : { state: 'succeeded', output: { ok: true }, error: null },
    );
  }
}

describe('a plan', () => {
  test('of a random template ends as the model says, whatever the order in which steps end', () => {
    fc.assert(
      fc.property(sketches.list, fc.infiniteStream(fc.nat(1000)), (list, numbers) => {
        const choose = (count: number) => (numbers.next().value as number) % count;
        const { outcome } = drive(list, choose);
        expect(outcome).toBe(model(list) === 'well' ? 'completed' : 'failed');
      }),
      { numRuns: 300 },
    );
  });

  test('begins a step only when the steps before it in its list have ended', () => {
    fc.assert(
      fc.property(sketches.list, (list) => {
        const { begun, definition } = drive(list, () => 0);
        const order = new Map(begun.map((path, index) => [path, index]));
        const top = definition.steps.map(({ id }) => id);
        for (const [index, id] of top.entries())
          for (const later of top.slice(index + 1))
            for (const [path, at] of order)
              if (isBelow(path, id))
                for (const [other, when] of order)
                  if (isBelow(other, later)) expect(when).toBeGreaterThan(at);
      }),
      { numRuns: 200 },
    );
  });

  const plan = (steps: object[], tasks: Record<string, Partial<Done>>, input: object = {}) =>
    planOf(
      schema.parse({ name: 'one', title: 'One', steps }),
      { ...instance, input: input as Record<string, unknown> },
      new Map(
        Object.entries(tasks).map(([path, task]) => [
          path,
          { state: 'succeeded', output: null, error: null, ...task },
        ]),
      ),
    );
  const act = (id: string, more: object = {}) => ({ id, type: 'operation', operation: 'x.y', ...more });

  test('goes on after the first branch of a join of any, and abandons the others', () => {
    const steps = [
      { id: 'p', type: 'parallel', join: 'any', branches: { a: [act('one')], b: [act('two')] } },
      act('next'),
    ];
    const { ready, abandoned } = plan(steps, { 'p.a.one': {}, 'p.b.two': { state: 'waiting' } });
    expect(ready.map(({ path }) => path)).toEqual(['next']);
    expect(abandoned).toEqual(['p.b.']);
  });

  test('begins so many items of a list at once', () => {
    const steps = [{ id: 'm', type: 'map', over: 'input.list', concurrency: 2, steps: [act('one')] }];
    expect(plan(steps, {}, { list: [1, 2, 3] }).ready.map(({ path }) => path)).toEqual([
      'm[0].one',
      'm[1].one',
    ]);
    const next = plan(steps, { 'm[0].one': {} }, { list: [1, 2, 3] });
    expect(next.ready.map(({ path, scope }) => [path, scope.item])).toEqual([
      ['m[1].one', 2],
      ['m[2].one', 3],
    ]);
  });

  test('fails with the place where an expression cannot be evaluated', () => {
    const { outcome } = plan([act('a'), act('b', { when: 'steps.a.output.x > 1.0' })], { a: { output: {} } });
    expect(outcome).toMatchObject({ state: 'failed', path: 'b', error: { code: 'EXPRESSION_FAILED' } });
  });
});

function isBelow(path: string, id: string): boolean {
  return path === id || path.startsWith(`${id}.`) || path.startsWith(`${id}[`);
}

test('a step sees that another is left out before that is stored', () => {
  const whoami = (id: string, when: string) => ({
    id,
    type: 'operation',
    operation: 'identity.whoami',
    when,
  });
  const definition = schema.parse({
    name: 'one',
    title: 'One',
    steps: [
      whoami('seat', 'false'),
      whoami('keepSeat', 'steps.seat.state == "succeeded"'),
      whoami('goOn', 'steps.seat.state == "skipped"'),
    ],
  });
  const given = { id: '01890000-0000-7000-8000-000000000000', startedAt: '2026-12-01T00:00:00Z', input: {} };
  const skipped: Done = { state: 'skipped', output: null, error: null };
  for (const tasks of [new Map(), new Map([['seat', skipped]])] as Map<string, Done>[]) {
    const plan = planOf(definition, given, tasks);
    expect(plan.skipped.map(({ path }) => path)).toContain('keepSeat');
    expect(plan.ready.map(({ path }) => path)).toEqual(['goOn']);
  }
});
