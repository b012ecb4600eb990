import { clear, load, run } from '../build/actions.ts';
import { cardOf, pageHeader, tableOf } from '../build/blocks.ts';
import { dropdown, textArea } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

const chosen = {
  kind: '{{components.oversightKind.value}}',
  reason: '{{components.oversightReason.value}}',
};
const again = [clear('oversightReason'), run('oversight')];

export const oversightQueries: Query[] = [
  api.read('oversight', 'oversight.list', { options: { limit: '100' }, transform: 'oversight' }),
  api.write('stopEngines', 'oversight.set', {
    options: { ...chosen, mode: 'people' },
    confirm: 'Stop engines in this kind? People decide everything from now on.',
    done: 'People decide everything of this kind.',
    next: again,
  }),
  api.write('proposeOnly', 'oversight.set', {
    options: { ...chosen, mode: 'propose' },
    confirm: 'Let engines only propose in this kind? A person decides each case.',
    done: 'Engines only propose in this kind.',
    next: again,
  }),
  api.write('engineOn', 'oversight.set', {
    options: { ...chosen, mode: 'on' },
    confirm: 'Let engines decide what this kind allows? What is adverse still takes a person.',
    done: 'Engines decide what this kind allows.',
    next: again,
  }),
];

const incomplete =
  '!components.oversightKind.value || (components.oversightReason.value ?? "").trim().length < 10';

/** Who decides in each kind of judgement, with the stop. */
export const oversightPage: Page = {
  handle: 'oversight',
  name: 'Who decides',
  icon: 'IconHandStop',
  onLoad: load('oversight'),
  rows: [
    ...pageHeader(
      'oversight',
      'Who decides',
      'What engines may decide in each kind of judgement. What is adverse for a person takes a person in every mode.',
      ['oversight'],
    ),
    [
      cell(
        tableOf('oversightTable', 'oversight', {
          title: 'Kinds of judgement',
          height: 360,
          search: false,
          empty: { title: 'No kinds', hint: 'Kinds of judgement come with the API.' },
          columns: [
            { key: 'name', title: 'Kind', width: 200 },
            { key: 'mode', title: 'Now', width: 235 },
            { key: 'people', title: 'Only people decide', width: 160 },
            { key: 'setBy', title: 'Set by', width: 130 },
            { key: 'at', title: 'When', width: 100 },
            { key: 'reason', title: 'Reason', width: 205, wrap: true },
          ],
        }),
      ),
    ],
    [
      cell(
        dropdown('oversightKind', {
          label: 'Kind of judgement',
          placeholder: 'Choose',
          schema: '{{queries.oversight.data?.choices ?? []}}',
        }),
        1,
      ),
      cell(
        textArea('oversightReason', {
          label: 'Reason (at least 10 characters)',
          placeholder: 'Recorded, and shown to everyone who sees this page',
          most: 2000,
          height: 96,
        }),
        2,
      ),
      cell(
        cardOf('oversightCard', 'oversight', {
          from: 'card',
          height: 96,
          empty: { title: 'Nothing is stopped', hint: 'Engines decide what each kind allows.' },
        }),
        2,
      ),
    ],
    [
      cell(
        button('oversightStop', 'Stop: people decide everything', [run('stopEngines')], {
          kind: 'danger',
          busy: '{{queries.stopEngines.isLoading}}',
          disabled: `{{${incomplete}}}`,
        }),
      ),
      cell(
        button('oversightPropose', 'Propose only', [run('proposeOnly')], {
          busy: '{{queries.proposeOnly.isLoading}}',
          disabled: `{{${incomplete}}}`,
        }),
      ),
      cell(
        button('oversightOn', 'On', [run('engineOn')], {
          busy: '{{queries.engineOn.isLoading}}',
          disabled: `{{${incomplete}}}`,
        }),
      ),
    ],
  ],
};
