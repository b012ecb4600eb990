import { expect, test } from 'vitest';
import { CATEGORIES, CHANNELS } from '../vocabulary.ts';
import { choose, type Preference, placesOfUnsubscribing } from './choose.ts';

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

test.each(['reports', ''] as const)(
  'unsubscribing from "%s" wins over all that was chosen, for e-mails alone',
  (category) => {
    const chosen = ['', 'evaluation'].flatMap((template) =>
      ['', 'reports', 'time'].flatMap((of) =>
        ['', 'email', 'sms'].map((channel) => preference({ template, category: of, channel }, 'on')),
      ),
    );
    const off = placesOfUnsubscribing(category, chosen).map((place) => preference(place, 'off'));
    const isReplaced = (one: Preference) =>
      off.some((place) =>
        ['template', 'category', 'channel'].every(
          (key) => place[key as 'template'] === one[key as 'template'],
        ),
      );
    const after = [...chosen.filter((one) => !isReplaced(one)), ...off];
    const questions = ['evaluation', 'other'].flatMap((template) =>
      CATEGORIES.flatMap((of) => CHANNELS.map((channel) => ({ template, category: of, channel }))),
    );
    for (const question of questions) {
      const isConcerned = question.channel === 'email' && (category === '' || category === question.category);
      expect([question, choose(question, after, [])]).toEqual([question, isConcerned ? 'off' : 'on']);
    }
  },
);
