import { clear, load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, tableOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query, Row, Widget } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

/** Fields of the settings for manual time, with the words for them. */
const FIELDS = {
  autoApproveMaxHours: 'Approve automatically up to (hours)',
  routineHours: 'With a good record, up to (hours)',
  weeklyCapHours: 'Maximum per week (hours)',
  twoPersonHours: 'Second approver from (hours)',
  oldestDays: 'Oldest day to request (days ago)',
  auditShare: 'Spot checks (share, 0.1 is 10 %)',
  reminderHours: 'Reminder after (hours)',
  deadlineHours: 'Escalation after (hours)',
} as const;
const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
const fieldOf = (name: string) => `setting${name.charAt(0).toUpperCase()}${name.slice(1)}`;

export const settingsQueries: Query[] = [
  api.read('me', 'identity.whoami', { transform: 'whoami' }),
  api.read('health', 'health.get', { transform: 'health' }),
  api.read('timeSettings', 'approval.getSettings'),
  api.write('saveTimeSettings', 'approval.setSettings', {
    options: {
      triage: '{{components.settingTriage.value}}',
      ...Object.fromEntries(names.map((name) => [name, `{{components.${fieldOf(name)}.value}}`])),
    },
    confirm: 'Change how time requests are decided?',
    done: 'The settings are saved and apply to new requests.',
    next: [run('timeSettings')],
  }),
  api.read('groups', 'approver.listGroups', { options: { limit: '200' }, transform: 'groups' }),
  api.write('addGroup', 'approver.createGroup', {
    options: {
      name: '{{components.groupName.value}}',
      team: '{{components.groupTeam.value}}',
      escalation: "{{components.groupKind.value === 'escalation'}}",
      members: "{{(components.groupMembers.value ?? '').split(/[\\s,;]+/).filter((one) => one !== '')}}",
    },
    done: 'The group is added.',
    next: [clear('groupName'), clear('groupTeam'), clear('groupMembers'), run('groups')],
  }),
  api.write('deleteGroup', 'approver.deleteGroup', {
    options: { groupId: '{{components.groupsTable.selectedRow.groupId}}' },
    confirm: 'Delete this group? Its open requests go to the default group, or to executives.',
    done: 'The group is deleted.',
    next: [run('groups')],
  }),
  api.read('budget', 'usage.getBudget', { transform: 'budget' }),
  api.write('saveBudget', 'usage.setBudget', {
    options: { dailyMicros: '{{Math.round(Number(components.budgetDollars.value) * 1000000)}}' },
    confirm: 'Set this budget? Once it is spent, only rules decide until the next day.',
    done: 'The budget is set.',
    next: [clear('budgetDollars'), run('budget')],
  }),
];

const UNKNOWN = { title: 'Unknown', hint: 'The API did not return it. Press Refresh.' };
const CARD = { height: 320, mobileHeight: 320, empty: UNKNOWN };

const SAVED =
  "{{variables.failed_timeSettings === true ? 'The settings could not be loaded. Press Refresh before you change them.' : 'Requests that are already decided do not change.'}}";

const setting = (name: keyof typeof FIELDS): Widget =>
  input(fieldOf(name), {
    label: FIELDS[name],
    value: `{{queries.timeSettings.data?.${name}}}`,
    required: true,
  });
const rowOf = (...fields: (keyof typeof FIELDS)[]): Row => fields.map((name) => cell(setting(name)));

const manualTime: Row[] = [
  section('settingsTimeTitle', 'Time requests'),
  rowOf('autoApproveMaxHours', 'routineHours', 'twoPersonHours', 'weeklyCapHours'),
  rowOf('oldestDays', 'auditShare', 'reminderHours', 'deadlineHours'),
  [
    cell(
      dropdown('settingTriage', {
        label: 'Triage (now {{queries.timeSettings.data?.triage}})',
        placeholder: 'Keep current setting',
        choices: [
          ['automatic', 'Automatic'],
          ['manual', 'Manual'],
        ],
      }),
    ),
    cell(
      button('settingsTimeSave', 'Save', [run('saveTimeSettings')], {
        kind: 'primary',
        busy: '{{queries.saveTimeSettings.isLoading}}',
        disabled: '{{!queries.timeSettings.data?.deadlineHours}}',
      }),
    ),
    cell(
      text('settingsTimeHint', SAVED, {
        color: color.muted,
        height: 64,
      }),
      2,
    ),
  ],
];

const approvers: Row[] = [
  section('groupsTitle', 'Approver groups'),
  [
    cell(
      tableOf('groupsTable', 'groups', {
        title: 'Approver groups',
        height: 304,
        perPage: 4,
        search: false,
        onRow: [],
        empty: { title: 'No groups', hint: 'Executives decide all requests until you add a group.' },
        columns: [
          { key: 'name', title: 'Group', width: 200 },
          { key: 'team', title: 'Team', width: 200 },
          { key: 'kind', title: 'Decides', width: 170 },
          { key: 'members', title: 'Members', width: 560, wrap: true },
        ],
      }),
    ),
  ],
  [
    cell(input('groupName', { label: 'Group name', required: true })),
    cell(input('groupTeam', { label: 'Team (empty for all other teams)', placeholder: 'Orchard' })),
    cell(
      dropdown('groupKind', {
        label: 'Decides',
        placeholder: 'First',
        choices: [
          ['first', 'First'],
          ['escalation', 'After escalation'],
        ],
      }),
    ),
    cell(
      input('groupMembers', {
        label: 'Members (e-mail addresses, comma-separated)',
        placeholder: 'lead@example.com',
        required: true,
      }),
      2,
    ),
  ],
  [
    cell(
      button('groupAdd', 'Add group', [run('addGroup')], {
        busy: '{{queries.addGroup.isLoading}}',
        disabled: '{{!components.groupName.value || !components.groupMembers.value}}',
      }),
    ),
    cell(
      button('groupDelete', 'Delete selected group', [run('deleteGroup')], {
        kind: 'danger',
        busy: '{{queries.deleteGroup.isLoading}}',
        disabled: '{{!components.groupsTable.selectedRow?.groupId}}',
      }),
    ),
    cell(text('groupSpace', '', { height: 40, mobileHeight: 8 }), 2),
  ],
];

const models: Row[] = [
  section('budgetTitle', 'Daily model budget'),
  [
    cell(cardOf('budgetCard', 'budget', { from: 'card', height: 120, empty: UNKNOWN }), 2),
    cell(input('budgetDollars', { label: 'US dollars per day', placeholder: '25' })),
    cell(
      button('budgetSave', 'Set budget', [run('saveBudget')], {
        busy: '{{queries.saveBudget.isLoading}}',
        disabled:
          "{{!(Number(components.budgetDollars.value) >= 0) || components.budgetDollars.value === ''}}",
      }),
    ),
  ],
];

/** What an executive sets for the company; rules, thresholds and prompts have pages of their own. */
export const settingsPage: Page = {
  handle: 'settings',
  name: 'Settings',
  icon: 'IconSettings',
  allowed: ['ai-manager-executive'],
  onLoad: load('me', 'health', 'timeSettings', 'groups', 'budget'),
  rows: [
    ...pageHeader('settings', 'Settings', 'Your account, the engine and the limits of your company.', [
      'me',
      'health',
      'timeSettings',
      'groups',
      'budget',
    ]),
    [
      cell(cardOf('settingsMe', 'me', { from: 'card', ...CARD })),
      cell(cardOf('settingsEngine', 'health', { from: 'card', ...CARD })),
      cell(cardOf('settingsSources', 'health', { from: 'sources', ...CARD })),
    ],
    ...manualTime,
    ...approvers,
    ...models,
  ],
};
