import { describe, expect, test } from 'vitest';
import { TEAM, Week, weeksOf } from './measures.ts';
import type { ActivityRow } from './store.ts';

const MONDAY = '2026-11-23';
const at = (group: string) => ({ dimension: TEAM, group });

const row = (owner: string, team: string, more: Partial<ActivityRow> = {}): ActivityRow => ({
  week: MONDAY,
  owner: `user:${owner}`,
  team,
  tool: 'claude-code',
  model: 'fast',
  is_linked: false,
  conversations: 1,
  edited: 0,
  linked: 0,
  suggested: 0,
  timed: 0,
  commit_seconds: 0,
  messages: 2,
  prompts: 1,
  edits: 0,
  edits_rejected: 0,
  tokens: 100,
  unpriced: 0,
  cost_micros: 10,
  ...more,
});
const rows = (team: string, count: number, more: Partial<ActivityRow> = {}) =>
  Array.from({ length: count }, (_, n) => row(`${team}${n}`, team, more));

async function weekOf(activity: ActivityRow[]): Promise<Week> {
  return (await weeksOf({ activity, commits: [], tokens: [] })).get(MONDAY) ?? new Week();
}

describe('a zero', () => {
  test('is shown of a group that is large enough to be shown', async () => {
    const week = await weekOf([...rows('a', 6, { edits: 1 }), ...rows('b', 6)]);
    expect([week.read('edits', at('a')), week.read('edits', at('b'))]).toEqual([6, 0]);
    expect(week.read('commits', at('b'))).toBe(0);
  });

  test('is withheld of a group that is too small for any figure, and of a company that is', async () => {
    const week = await weekOf([...rows('a', 6), ...rows('b', 6), ...rows('c', 2), ...rows('d', 3)]);
    for (const measure of ['conversations', 'edits', 'commits', 'tokensLinked', 'unpriced'] as const)
      expect(week.read(measure, at('c'))).toBeNull();
    const small = await weekOf(rows('a', 4));
    expect([small.read('people', null), small.read('edits', null)]).toEqual([null, null]);
  });

  test('is withheld of a group that nothing is known about', async () => {
    expect((await weekOf(rows('a', 6))).read('conversations', at('b'))).toBeNull();
  });
});

describe('tokens and cost', () => {
  test('without a price are shown only where enough people have them, and enough have others', async () => {
    const unpriced = { unpriced: 100, cost_micros: 0 };
    const one = await weekOf([...rows('a', 9), row('x', 'a', unpriced)]);
    expect([one.read('unpriced', null), one.read('tokens', null)]).toEqual([null, 1_000]);
    const all = await weekOf([...rows('a', 9, unpriced), row('x', 'a')]);
    expect([all.read('unpriced', null), all.read('cost', null)]).toEqual([null, null]);
    const many = await weekOf([...rows('a', 6), ...rows('b', 5, unpriced)]);
    expect([many.read('unpriced', null), many.read('cost', null)]).toEqual([500, 60]);
    expect((await weekOf(rows('a', 6))).read('unpriced', null)).toBe(0);
  });

  test('with a link are shown only where enough people have them, and enough have others', async () => {
    const linked = { is_linked: true };
    const one = await weekOf([...rows('a', 9), row('x', 'a', linked)]);
    expect([one.read('tokensLinked', null), one.read('costLinked', null)]).toEqual([null, null]);
    const rest = await weekOf([...rows('a', 9, linked), row('x', 'a')]);
    expect(rest.read('tokensLinked', null)).toBeNull();
    const both = await weekOf([...rows('a', 6), ...rows('b', 5, linked)]);
    expect([both.read('tokensLinked', null), both.read('costLinked', null)]).toEqual([500, 50]);
    expect((await weekOf(rows('a', 6, linked))).read('tokensLinked', null)).toBe(600);
  });

  test('with a link have no cost where few of those people have a price', async () => {
    const free = { is_linked: true, unpriced: 100, cost_micros: 0 };
    const one = [...rows('a', 5, free), row('x', 'a', { is_linked: true })];
    const week = await weekOf([...one, ...rows('b', 6)]);
    expect([week.read('tokensLinked', null), week.read('costLinked', null)]).toEqual([600, null]);
  });
});
