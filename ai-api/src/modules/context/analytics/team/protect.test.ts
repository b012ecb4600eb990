import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smallestCut } from './cut.ts';
import { type Contribution, protect } from './protect.ts';

const people = (group: string, count: number, from = 0): Contribution[] =>
  Array.from({ length: count }, (_, n) => ({ person: `${group}${n + from}`, groups: [group] }));

describe('groups', () => {
  test('of fewer than five people are not shown, nor a company of so few', async () => {
    const { total } = await protect(people('a', 4));
    expect(total).toBe(false);
    const shown = await protect([...people('a', 5), ...people('b', 9), ...people('c', 3), ...people('d', 2)]);
    expect(['a', 'b', 'c', 'd'].map((group) => shown.has(0, group))).toEqual([true, true, false, false]);
  });

  test('are not shown either when the total would leave fewer than five', async () => {
    const shown = await protect([...people('a', 6), ...people('b', 9), ...people('c', 3)]);
    expect(shown.total).toBe(true);
    expect(['a', 'b', 'c'].map((group) => shown.has(0, group))).toEqual([false, true, false]);
  });

  test('in which nothing happened are shown', async () => {
    expect((await protect([])).has(0, 'a')).toBe(true);
    expect((await protect(people('a', 7))).has(0, 'b')).toBe(true);
  });

  test('of two dimensions do not show by their difference the one person who is in one of them only', async () => {
    const team = (name: string, tool: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({ person: `${name}${tool}${n}`, groups: [name, tool] }));
    // Only team a works with the editor, and one person of team b.
    const shown = await protect([
      ...team('a', 'editor', 8),
      ...team('b', 'editor', 1),
      ...team('b', 'terminal', 9),
    ]);
    expect([shown.has(0, 'a'), shown.has(0, 'b')]).toEqual([true, true]);
    expect([shown.has(1, 'editor'), shown.has(1, 'terminal')]).toEqual([false, false]);
  });
});

test('the smallest cut is the one that trying every division finds', () => {
  const edge = fc.record({
    cells: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 4 }),
    people: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(fc.array(edge, { minLength: 1, maxLength: 8 }), (edges) => {
      const cells = [...new Set(edges.flatMap((one) => one.cells))];
      const cuts = Array.from({ length: 2 ** cells.length }, (_, bits) => {
        const side = new Set(cells.filter((_cell, n) => bits & (1 << n)));
        return edges
          .filter((one) => new Set(one.cells.map((cell) => side.has(cell))).size > 1)
          .reduce((sum, one) => sum + one.people, 0);
      }).filter((cut) => cut > 0);
      expect(smallestCut(edges)?.people ?? Number.POSITIVE_INFINITY).toBe(Math.min(...cuts));
    }),
  );
});

describe('no sum and no difference of what is shown', () => {
  const MIN = 3;
  const teams = ['t0', 't1', 't2'];
  const tools = ['x0', 'x1', 'x2'];
  const contribution = fc.record({ person: fc.integer({ min: 0, max: 9 }), tool: fc.constantFrom(...tools) });

  /** Every way of adding (1), leaving out (0) and taking away (-1) of so many things. */
  const signs = (count: number): number[][] =>
    count === 0 ? [[]] : signs(count - 1).flatMap((rest) => [-1, 0, 1].map((sign) => [...rest, sign]));

  test('is about fewer people than the smallest group, over teams, assistants and the total', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(contribution, { maxLength: 24 }), async (given) => {
        const contributions = given.map(({ person, tool }) => ({
          person: `p${person}`,
          groups: [teams[person % 3] as string, tool],
        }));
        const shown = await protect(contributions, MIN);
        if (!shown.total) {
          expect(
            teams.some(
              (team) => shown.has(0, team) && contributions.some(({ groups }) => groups[0] === team),
            ),
          ).toBe(false);
          return;
        }
        const cells = [
          ...teams.filter((team) => shown.has(0, team)).map((name) => ({ dimension: 0, name })),
          ...tools.filter((tool) => shown.has(1, tool)).map((name) => ({ dimension: 1, name })),
        ];
        for (const [total, ...rest] of signs(1 + cells.length)) {
          const left = new Set<string>();
          for (const { person, groups } of contributions) {
            const factor = cells.reduce(
              (sum, { dimension, name }, n) => sum + (groups[dimension] === name ? (rest[n] as number) : 0),
              total as number,
            );
            if (factor !== 0) left.add(person);
          }
          expect(left.size === 0 || left.size >= MIN).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});
