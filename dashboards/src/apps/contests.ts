import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';

const GRADES = ['A', 'B', 'C', 'D', 'E'].map((grade) => [grade, grade] as const);
const DETAIL = 600;
const NO_CONTESTS = {
  title: 'No contests',
  hint: 'Builders contest a judgement about them where it is shown, such as on My week.',
};
const PICK = { title: 'Nothing chosen', hint: 'Choose a contest from the list.' };

/** One contest, which the variable `contestId` names. */
const contestQuery: Query = api.read('contest', 'contest.get', {
  options: { contestId: '{{variables.contestId}}' },
  transform: 'contest',
});

const seen = { contestId: '{{variables.contestId}}', version: '{{queries.contest.data.version}}' };
const again = [run('contests'), run('contest')];
const decided = { ...seen, reason: '{{components.contestWhy.value}}' };
const afterDecision = [clear('contestWhy'), clear('contestGrade'), clear('contestHours'), ...again];

/** Contests of everyone, and a person's decision. */
export const contestQueries: Query[] = [
  api.read('contests', 'contest.list', {
    options: { state: "{{components.contestsState.value ?? ''}}", limit: '200' },
    transform: 'contests',
  }),
  contestQuery,
  api.write('upholdContest', 'contest.decide', {
    options: { ...decided, decision: 'uphold' },
    confirm: 'Uphold the judgement? Your reason reaches the person.',
    done: 'The judgement is upheld and counts again.',
    next: afterDecision,
  }),
  api.write('acceptContest', 'contest.decide', {
    options: { ...decided, decision: 'change', facts: '{{queries.contest.data.claims}}' },
    confirm: 'Accept the facts as claimed? The rules of that time judge them anew.',
    done: 'The judgement is made anew. The earlier one is kept.',
    next: afterDecision,
  }),
  api.write('changeContest', 'contest.decide', {
    options: {
      ...decided,
      decision: 'change',
      grade: '{{components.contestGrade.value}}',
      hours: '{{components.contestHours.value}}',
    },
    confirm: 'Decide otherwise? Your reason reaches the person.',
    done: 'Your decision takes the place of the judgement. The earlier one is kept.',
    next: afterDecision,
  }),
];

const unexplained = '(components.contestWhy.value ?? "").trim().length < 10';
const closed = '!queries.contest.data?.isOpen';

const decision: Row[] = [
  [
    cell(
      text(
        'contestHint',
        'A person who did not decide it before decides. Your name and your reason reach the person who contests.',
        { color: color.muted, height: 48 },
      ),
    ),
  ],
  [
    cell(
      dropdown('contestGrade', {
        label: 'New grade (weeks, projects)',
        placeholder: 'None',
        choices: GRADES,
      }),
    ),
    cell(input('contestHours', { label: 'Hours (requests for time)', placeholder: 'None' })),
  ],
  [
    cell(
      textArea('contestWhy', {
        label: 'Reason, at least 10 characters',
        required: true,
        least: 10,
        most: 2000,
        height: 136,
      }),
    ),
  ],
  [
    cell(
      button('contestUphold', 'Uphold', [run('upholdContest')], {
        busy: '{{queries.upholdContest.isLoading}}',
        disabled: `{{${closed} || ${unexplained}}}`,
      }),
    ),
    cell(
      button('contestAccept', 'Accept the facts', [run('acceptContest')], {
        kind: 'primary',
        busy: '{{queries.acceptContest.isLoading}}',
        disabled: `{{${closed} || ${unexplained} || !queries.contest.data?.claims?.length}}`,
      }),
    ),
    cell(
      button('contestChange', 'Decide otherwise', [run('changeContest')], {
        kind: 'primary',
        busy: '{{queries.changeContest.isLoading}}',
        disabled: `{{${closed} || ${unexplained}}}`,
      }),
    ),
  ],
];

const contestCard = (name: string) =>
  cardOf(name, 'contest', { from: 'card', height: DETAIL - 96, card: false, empty: PICK });

function contestsTable(name: string, who: boolean) {
  return tableOf(name, 'contests', {
    title: 'Contests',
    height: DETAIL,
    search: false,
    onRow: [set('contestId', `{{components.${name}.selectedRow.contestId}}`), run('contest')],
    empty: NO_CONTESTS,
    columns: [
      ...(who ? [{ key: 'builder', title: 'Builder', width: 135 }] : []),
      { key: 'what', title: 'What', width: 150 },
      { key: 'result', title: 'Result', width: 110 },
      { key: 'state', title: 'State', width: 100, color: statusColor },
      { key: 'due', title: 'Decide by', width: 110 },
    ],
  });
}

/** For executives: what is contested, and the form to decide it. */
export const contestsPage: Page = {
  handle: 'contests',
  name: 'Contests',
  icon: 'IconScale',
  onLoad: [
    set('contestId', '{{globals.urlparams?.contest ?? variables.contestId}}'),
    run('contest', '{{!!variables.contestId}}'),
    ...load('contests'),
  ],
  rows: [
    ...pageHeader(
      'contests',
      'Contests',
      'Judgements that the person whom they concern contests. A contested grade does not count until it is decided.',
      ['contests'],
    ),
    [
      cell(
        dropdown('contestsState', {
          label: 'State',
          placeholder: 'All',
          choices: ['open', 'upheld', 'changed', 'withdrawn'].map((state) => [state, state] as const),
          onSelect: [run('contests')],
        }),
      ),
      cell(text('contestsSpace', '', { height: 64, mobileHeight: 8 }), 3),
    ],
    [
      cell(contestsTable('contestsTable', true), 5),
      cell(
        tabs('contestTabs', {
          height: DETAIL,
          tabs: [
            { id: 'contest', title: 'Contest', rows: [[cell(contestCard('contestCard'))]] },
            { id: 'decide', title: 'Decide', rows: decision },
          ],
        }),
        4,
      ),
    ],
  ],
};

/** A builder's own contests, and the form to open one. */
export const myContestQueries: Query[] = [
  api.read('contests', 'contest.list', {
    options: { builderId: '{{queries.me.data.builderId}}', limit: '200' },
    transform: 'contests',
  }),
  contestQuery,
  api.write('answerWeek', 'evaluation.answer', {
    options: {
      evaluationId: '{{variables.evaluationId}}',
      answer: '{{components.answerText.value}}',
    },
    done: 'Your answer is kept with the week.',
    next: [clear('answerText'), run('evaluation')],
  }),
  api.write('openContest', 'contest.create', {
    options: {
      judgementId: '{{variables.explainedId}}',
      reason: '{{components.contestReason.value}}',
      facts:
        "{{components.contestFact.value && components.contestValue.value ? [{ path: components.contestFact.value, value: isNaN(Number(components.contestValue.value)) ? components.contestValue.value : Number(components.contestValue.value) }] : ''}}",
    },
    confirm: 'Contest this judgement? Another person decides, and until then the grade does not count.',
    done: 'It is contested. Another person decides by {{queries.openContest.data.dueAt.slice(0, 10)}}.',
    next: [clear('contestReason'), clear('contestFact'), clear('contestValue'), run('mine'), run('contests')],
  }),
  api.write('withdrawContest', 'contest.withdraw', {
    options: seen,
    confirm: 'Withdraw this contest? The judgement counts again.',
    done: 'The contest is withdrawn.',
    next: again,
  }),
];

/** The form to answer the result of a week before others have it, as a tab. */
export const answerPart = {
  id: 'answer',
  title: 'Answer',
  rows: [
    [
      cell(
        text(
          'answerHint',
          "{{queries.evaluation.data?.canAnswer ? 'Others do not see this week yet. Your answer is kept with it and shown to the reviewer.' : 'The time to answer is over. You can contest the result instead.'}}",
          { color: color.muted, height: 48 },
        ),
      ),
    ],
    [
      cell(
        textArea('answerText', {
          label: 'What should be known about this week',
          required: true,
          least: 3,
          most: 4000,
          height: 200,
        }),
      ),
    ],
    [
      cell(
        button('answerSend', 'Answer', [run('answerWeek')], {
          kind: 'primary',
          busy: '{{queries.answerWeek.isLoading}}',
          disabled:
            '{{!queries.evaluation.data?.canAnswer || (components.answerText.value ?? "").trim().length < 3}}',
        }),
      ),
    ],
  ] satisfies Row[],
};

/** The form to contest what is shown, as a tab. */
export const contestPart = {
  id: 'contest',
  title: 'Contest',
  rows: [
    [
      cell(
        text(
          'contestFormHint',
          'Another person looks at it. Until then a contested grade counts in no report, trend or plan.',
          { color: color.muted, height: 48 },
        ),
      ),
    ],
    [
      cell(
        dropdown('contestFact', {
          label: 'A fact that is wrong (optional)',
          placeholder: 'None',
          schema: '{{queries.evaluation.data?.facts ?? []}}',
        }),
        2,
      ),
      cell(input('contestValue', { label: 'What is right', placeholder: 'A number or text' }), 1),
    ],
    [
      cell(
        textArea('contestReason', {
          label: 'Why it is wrong, at least 10 characters',
          required: true,
          least: 10,
          most: 2000,
          height: 160,
        }),
      ),
    ],
    [
      cell(
        button('contestOpen', 'Contest', [run('openContest')], {
          kind: 'primary',
          busy: '{{queries.openContest.isLoading}}',
          disabled: '{{!variables.explainedId || (components.contestReason.value ?? "").trim().length < 10}}',
        }),
      ),
    ],
  ] satisfies Row[],
};

/** A builder's own contests with what was decided. */
export const myContestsPage: Page = {
  handle: 'my-contests',
  name: 'My contests',
  icon: 'IconScale',
  onLoad: [run('me'), ...load('contests')],
  rows: [
    ...pageHeader('myContests', 'My contests', 'What you contest, who decided it, and why.', ['contests']),
    [
      cell(contestsTable('myContestsTable', false), 3),
      cell(
        tabs('myContestTabs', {
          height: DETAIL,
          tabs: [
            {
              id: 'contest',
              title: 'Contest',
              rows: [
                [
                  cell(
                    cardOf('myContestCard', 'contest', {
                      from: 'card',
                      height: DETAIL - 160,
                      card: false,
                      empty: PICK,
                    }),
                  ),
                ],
                [
                  cell(
                    button('myContestWithdraw', 'Withdraw', [run('withdrawContest')], {
                      busy: '{{queries.withdrawContest.isLoading}}',
                      disabled: `{{${closed}}}`,
                    }),
                  ),
                ],
              ],
            },
          ],
        }),
        3,
      ),
    ],
  ],
};
