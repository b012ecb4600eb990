import { expect, test } from 'vitest';
import { collectRevealed, peopleAt } from './accesses.ts';

test('people are found in the output, in its lists, and in lists within lists', () => {
  expect(peopleAt({ builder: 'builder.builderId' }, { builder: { builderId: 'b-1' } })).toEqual([
    { subject: 'builder:b-1', detail: '' },
  ]);
  const output = {
    week: '2026-W45',
    items: [
      { name: 'evaluation', cases: [{ id: 'b-1' }, { id: 'b-2' }] },
      { name: 'approval', cases: [{ id: 'a-1' }] },
    ],
  };
  const only = { field: 'name', is: 'evaluation' };
  expect(peopleAt({ list: 'items.cases', builder: 'id', detail: 'week', only }, output)).toEqual([
    { subject: 'builder:b-1', detail: '2026-W45' },
    { subject: 'builder:b-2', detail: '2026-W45' },
  ]);
});

test('keys, empty places and what is null are no people', () => {
  const output = {
    items: [{ owner: 'key:1' }, { owner: null }, { owner: '' }, {}, { owner: ['user:1', 'x'] }],
  };
  expect(peopleAt({ list: 'items', subject: 'owner' }, output)).toEqual([{ subject: 'user:1', detail: '' }]);
  expect(peopleAt({ list: 'nothing', subject: 'owner' }, output)).toEqual([]);
});

test('a handler that names no one differs from one that does not answer the question', () => {
  const { reveal, named } = collectRevealed();
  expect(named()).toBeNull();
  reveal({ builderId: null });
  reveal({ subject: 'key:1' });
  expect(named()).toEqual([]);
  reveal({ builderId: 'b-1' }, 'approval');
  expect(named()).toEqual([{ subject: 'builder:b-1', detail: 'approval' }]);
});
