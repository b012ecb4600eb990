import { expect, test } from 'vitest';
import { choose, type Preference } from './choose.ts';

const about = { template: 'evaluation', category: 'evaluations', channel: 'email' } as const;
const preference = (place: Partial<Preference>, choice: Preference['choice']): Preference => ({
  template: '',
  category: '',
  channel: '',
  ...place,
  choice,
});

test('what is not chosen is on', () => {
  expect(choose(about, [], [])).toBe('on');
  expect(choose(about, [preference({ category: 'time' }, 'off')], [])).toBe('on');
});

test('the most specific choice applies: template, category, channel, all', () => {
  const all = [
    preference({}, 'off'),
    preference({ channel: 'email' }, 'digest'),
    preference({ category: 'evaluations' }, 'off'),
    preference({ category: 'evaluations', channel: 'email' }, 'digest'),
    preference({ template: 'evaluation' }, 'on'),
    preference({ template: 'evaluation', channel: 'email' }, 'off'),
  ];
  const chosen = all.map((_, index) => choose(about, all.slice(0, index + 1), []));
  expect(chosen).toEqual(['off', 'digest', 'off', 'digest', 'on', 'off']);
  expect(choose(about, all.toReversed(), [])).toBe('off');
});

test("any choice of the person comes before the company's", () => {
  const company = [preference({ template: 'evaluation', channel: 'email' }, 'off')];
  expect(choose(about, [], company)).toBe('off');
  expect(choose(about, [preference({}, 'on')], company)).toBe('on');
});
