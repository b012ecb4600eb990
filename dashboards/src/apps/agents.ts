import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { input, textArea } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';

const agentId = '{{variables.agentId}}';
const show = [run('agent'), run('agentExecutions')];

export const agentQueries: Query[] = [
  api.read('agents', 'agent.list', { options: { limit: '200' }, transform: 'agents' }),
  api.read('agent', 'agent.get', { options: { agentId }, transform: 'agent' }),
  api.read('agentExecutions', 'execution.list', {
    options: { agentId, limit: '100' },
    transform: 'agent-executions',
  }),
  api.read('agentExecution', 'execution.get', {
    options: { executionId: '{{components.agentExecutionsTable.selectedRow.executionId}}' },
    transform: 'agent-execution',
  }),
  api.write('executeAgent', 'agent.execute', {
    options: { agentId, input: '{{components.agentInput.value}}' },
    transform: 'agent-execution',
    done: 'The agent was asked.',
    next: [run('agentExecutions')],
  }),
];

/** Only executives make and change agents. */
export const agentEditQueries: Query[] = [
  api.write('createAgent', 'agent.create', {
    options: {
      name: '{{components.agentName.value}}',
      purpose: '{{components.agentPurpose.value}}',
      instructions: '{{components.agentInstructions.value}}',
      dailyCostMicros:
        "{{components.agentBudget.value ? Math.round(Number(components.agentBudget.value) * 1000000) : ''}}",
    },
    done: 'The agent can be asked.',
    next: [
      clear('agentName'),
      clear('agentPurpose'),
      clear('agentInstructions'),
      set('agentId', '{{queries.createAgent.data.agentId}}'),
      run('agents'),
      ...show,
    ],
  }),
  api.write('changeAgent', 'agent.update', {
    options: {
      agentId,
      version: '{{queries.agent.data.version}}',
      instructions: '{{components.agentNewInstructions.value}}',
    },
    done: 'A new version is in use. Earlier executions keep theirs.',
    next: [run('agents'), ...show],
  }),
  api.write('archiveAgent', 'agent.archive', {
    options: { agentId },
    confirm: 'Archive this agent? Nobody can ask it any more; what it answered stays.',
    done: 'The agent is archived.',
    next: [run('agents')],
  }),
];

const PICK = { title: 'No agent chosen', hint: 'Choose one in the list.' };
const DETAIL = 640;
const inside = DETAIL - 96;
const none = '!queries.agent.data?.agentId';

const trial: Row[] = [
  [
    cell(
      textArea('agentInput', { label: 'What it is to work on', required: true, most: 50_000, height: 136 }),
    ),
  ],
  [
    cell(
      button('agentExecute', 'Ask it', [run('executeAgent')], {
        kind: 'primary',
        busy: '{{queries.executeAgent.isLoading}}',
        disabled: `{{${none} || !components.agentInput.value}}`,
      }),
    ),
  ],
  [
    cell(
      cardOf('agentAnswer', 'executeAgent', {
        from: 'card',
        height: inside - 208,
        card: false,
        empty: { title: 'Not asked yet', hint: 'The answer appears here. Each costs a call to the model.' },
      }),
    ),
  ],
];

const executions: Row[] = [
  [
    cell(
      tableOf('agentExecutionsTable', 'agentExecutions', {
        title: 'Executions',
        height: 288,
        perPage: 4,
        search: false,
        onRow: [run('agentExecution')],
        empty: { title: 'It was not asked yet', hint: 'Ask it on the tab beside.' },
        columns: [
          { key: 'status', title: 'State', width: 100, color: statusColor },
          { key: 'input', title: 'Asked', width: 200 },
          { key: 'cost', title: 'Cost', width: 80, align: 'right' },
          { key: 'at', title: 'When', width: 190 },
        ],
      }),
    ),
  ],
  [
    cell(
      cardOf('agentExecutionCard', 'agentExecution', {
        from: 'card',
        height: inside - 304,
        card: false,
        empty: { title: 'None chosen', hint: 'Choose an execution above.' },
      }),
    ),
  ],
];

const change: Row[] = [
  [
    cell(
      textArea('agentNewInstructions', {
        label: 'What it is told',
        value: '{{queries.agent.data?.instructions}}',
        most: 20_000,
        height: 400,
      }),
    ),
  ],
  [
    cell(
      button('agentChange', 'Save as a new version', [run('changeAgent')], {
        kind: 'primary',
        busy: '{{queries.changeAgent.isLoading}}',
        disabled: `{{${none} || !components.agentNewInstructions.value}}`,
      }),
    ),
    cell(
      button('agentArchive', 'Archive', [run('archiveAgent')], {
        kind: 'danger',
        busy: '{{queries.archiveAgent.isLoading}}',
        disabled: `{{${none}}}`,
      }),
    ),
  ],
];

const creation: Row[] = [
  [
    cell(input('agentName', { label: 'Name', required: true, most: 100 }), 2),
    cell(input('agentBudget', { label: 'Dollars a day (optional)', placeholder: '5' }), 1),
  ],
  [cell(input('agentPurpose', { label: 'What it is for', required: true, most: 500 }))],
  [
    cell(
      textArea('agentInstructions', {
        label: 'What it is told',
        required: true,
        most: 20_000,
        height: 240,
      }),
    ),
  ],
  [
    cell(
      button('agentCreate', 'Create the agent', [run('createAgent')], {
        kind: 'primary',
        busy: '{{queries.createAgent.isLoading}}',
        disabled:
          '{{!components.agentName.value || !components.agentPurpose.value || !components.agentInstructions.value}}',
      }),
    ),
  ],
];

/** Agents and what they answered; whoever may edit also makes them. */
export function agentsPage(edits: boolean): Page {
  return {
    handle: 'agents',
    name: 'Agents',
    icon: 'IconRobot',
    onLoad: load('agents'),
    rows: [
      ...pageHeader('agents', 'Agents', 'Models with a purpose and limits; ask one, and see what it cost.', [
        'agents',
      ]),
      [
        cell(
          tableOf('agentsTable', 'agents', {
            title: 'Agents',
            height: DETAIL,
            onRow: [set('agentId', '{{components.agentsTable.selectedRow.agentId}}'), ...show],
            empty: {
              title: 'No agents',
              hint: edits ? 'Create one on the tab beside.' : 'Executives create them.',
            },
            columns: [
              { key: 'name', title: 'Agent', width: 130 },
              { key: 'purpose', title: 'What it is for', width: 230, wrap: true },
              { key: 'version', title: 'Version', width: 80, align: 'right' },
            ],
          }),
          2,
        ),
        cell(
          tabs('agentTabs', {
            height: DETAIL,
            tabs: [
              {
                id: 'agent',
                title: 'Agent',
                rows: [
                  [
                    cell(
                      cardOf('agentCard', 'agent', {
                        from: 'card',
                        height: inside,
                        card: false,
                        empty: PICK,
                      }),
                    ),
                  ],
                ],
              },
              { id: 'ask', title: 'Ask it', rows: trial },
              { id: 'executions', title: 'Executions', rows: executions },
              ...(edits
                ? [
                    { id: 'change', title: 'Change', rows: change },
                    { id: 'new', title: 'New agent', rows: creation },
                  ]
                : []),
            ],
          }),
          3,
        ),
      ],
    ],
  };
}
