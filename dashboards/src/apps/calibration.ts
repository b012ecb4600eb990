import { clear, run } from '../build/actions.ts';
import { cardOf, chartOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import type { Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

const kind = '{{components.calibrationKind.value}}';

export const calibrationQueries: Query[] = [
  api.read('calibration', 'calibration.get', { options: { kind }, transform: 'calibration' }),
  api.write('applyThresholds', 'calibration.apply', {
    options: {
      kind,
      yesAt: '{{components.calibrationYes.value}}',
      noAt: '{{components.calibrationNo.value}}',
      slope: '{{queries.calibration.data?.slope}}',
      intercept: '{{queries.calibration.data?.intercept}}',
      expectedVersion: '{{queries.calibration.data?.version}}',
      reason: '{{components.calibrationReason.value}}',
    },
    confirm: 'Apply these thresholds? They are used from the next judgement on.',
    done: 'The thresholds are applied from the next judgement on.',
    next: [clear('calibrationReason'), run('calibration')],
  }),
];

const PICK = {
  title: 'No kind chosen',
  hint: 'Choose a kind of judgement. The figures are based on cases decided by people.',
};

/** A tab of the rules page: when the engine may decide alone. */
export function calibrationRows(inside: number): Row[] {
  return [
    [
      cell(
        dropdown('calibrationKind', {
          label: 'Kind of judgement',
          placeholder: 'Choose',
          schema: '{{queries.ruleKinds.data?.deciding ?? []}}',
          onSelect: [run('calibration')],
        }),
      ),
      cell(
        input('calibrationYes', {
          label: 'Yes threshold (0.5 to 1)',
          value: '{{queries.calibration.data?.yesAt}}',
          required: true,
        }),
      ),
      cell(
        input('calibrationNo', {
          label: 'No threshold (0.5 to 1)',
          value: '{{queries.calibration.data?.noAt}}',
          required: true,
        }),
      ),
    ],
    [
      cell(
        input('calibrationReason', { label: 'Reason (at least 10 characters)', required: true, most: 1000 }),
        3,
      ),
      cell(
        button('calibrationApply', 'Apply', [run('applyThresholds')], {
          kind: 'primary',
          busy: '{{queries.applyThresholds.isLoading}}',
          disabled:
            '{{queries.calibration.data?.version === undefined || (components.calibrationReason.value ?? "").trim().length < 10}}',
        }),
        1,
      ),
    ],
    [
      cell(
        cardOf('calibrationCard', 'calibration', {
          from: 'card',
          height: inside - 168,
          card: false,
          empty: PICK,
        }),
        1,
      ),
      cell(
        chartOf('calibrationCurve', 'calibration', {
          title: 'Share decided automatically, and share of errors, by threshold',
          from: 'curve',
          height: inside - 168,
          empty: { title: 'No curve', hint: 'The curve needs at least 30 cases decided by people.' },
        }),
        1,
      ),
    ],
  ];
}
