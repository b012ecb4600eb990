import { clear, run } from '../build/actions.ts';
import { cardOf, chartOf } from '../build/blocks.ts';
import { input } from '../build/fields.ts';
import type { Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

/** The only kind of which people's decisions are known case by case. */
const kind = 'approval';
const expectedVersion = '{{queries.level.data?.version}}';
const reason = '{{components.levelReason.value}}';
const next = [clear('levelReason'), run('level')];
const noReason = '(components.levelReason.value ?? "").trim().length < 10';
const isNot = (state: string) => `queries.level.data?.state !== '${state}'`;

export const levelQueries: Query[] = [
  api.read('level', 'level.get', { options: { kind }, transform: 'level' }),
  api.write('setLevel', 'level.set', {
    options: {
      kind,
      confidence: '{{components.levelConfidence.value}}',
      agreement: '{{components.levelAgreement.value}}',
      expectedVersion,
      reason,
    },
    confirm: 'Name this level? It decides nothing until it is switched on.',
    done: 'The level is named.',
    next,
  }),
  api.write('refitLevel', 'level.refit', {
    options: { kind },
    done: 'The level is fitted to the decisions of now.',
    next,
  }),
  api.write('switchLevelOn', 'level.switchOn', {
    options: { kind, expectedVersion, reason },
    confirm: 'Let the level decide what is granted alone, from the next judgement on?',
    done: 'The level decides from the next judgement on.',
    next,
  }),
  api.write('switchLevelOff', 'level.switchOff', {
    options: { kind, expectedVersion, reason },
    done: 'The thresholds decide again.',
    next,
  }),
];

/** A tab of the rules page: how sure the company wants to be of what is granted alone. */
export function levelRows(inside: number): Row[] {
  const act = (name: string, label: string, query: string, disabled: string, isPrimary = false) =>
    cell(
      button(name, label, [run(query)], {
        ...(isPrimary ? { kind: 'primary' as const } : {}),
        busy: `{{queries.${query}.isLoading}}`,
        disabled: `{{${disabled}}}`,
      }),
      1,
    );
  return [
    [
      cell(
        input('levelConfidence', {
          label: 'Sure (0.8 to 0.99)',
          value: '{{queries.level.data?.confidence}}',
          required: true,
        }),
      ),
      cell(
        input('levelAgreement', {
          label: 'Agreement (0.5 to 0.99)',
          value: '{{queries.level.data?.agreement}}',
          required: true,
        }),
      ),
      cell(input('levelReason', { label: 'Reason (at least 10 characters)', required: true, most: 1000 }), 2),
    ],
    [
      act('levelSet', 'Name', 'setLevel', `queries.level.data?.version === undefined || ${noReason}`),
      act('levelRefit', 'Fit now', 'refitLevel', '!queries.level.data?.version'),
      act('levelOn', 'Switch on', 'switchLevelOn', `${isNot('shadow')} || ${noReason}`, true),
      act('levelOff', 'Switch off', 'switchLevelOff', `${isNot('on')} || ${noReason}`),
    ],
    [
      cell(
        cardOf('levelCard', 'level', {
          from: 'card',
          height: inside - 168,
          card: false,
          empty: { title: 'No level', hint: 'The level could not be loaded.' },
        }),
        1,
      ),
      cell(
        chartOf('levelCurve', 'level', {
          title: 'Share granted alone, and agreement at least, by score',
          from: 'curve',
          height: inside - 168,
          empty: { title: 'No curve', hint: 'The curve needs requests that people decided.' },
        }),
        1,
      ),
    ],
  ];
}
