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
    done: 'The agent has answered.',
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
    done: 'The agent is ready to use.',
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
    done: 'The new version is in use. Earlier executions keep their version.',
    next: [run('agents'), ...show],
  }),
  api.write('archiveAgent', 'agent.archive', {
    options: { agentId },
    confirm: 'Archive this agent? It can no longer be used. Its executions are kept.',
    done: 'The agent is archived.',
    next: [run('agents')],
  }),
];

const PICK = { title: 'No agent chosen', hint: 'Choose an agent from the list.' };
const DETAIL = 640;
const inside = DETAIL - 96;
const none = '!queries.agent.data?.agentId';

const trial: Row[] = [
  [cell(textArea('agentInput', { label: 'Input', required: true, most: 50_000, height: 136 }))],
  [
    cell(
      button('agentExecute', 'Run', [run('executeAgent')], {
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
        empty: { title: 'Not run yet', hint: 'The answer appears here. Each run costs a model call.' },
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
        empty: { title: 'No executions yet', hint: 'Run the agent on the Run tab.' },
        columns: [
          { key: 'status', title: 'State', width: 100, color: statusColor },
          { key: 'input', title: 'Input', width: 200 },
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
        empty: { title: 'No execution chosen', hint: 'Choose an execution above.' },
      }),
    ),
  ],
];

const change: Row[] = [
  [
    cell(
      textArea('agentNewInstructions', {
        label: 'Instructions',
        value: '{{queries.agent.data?.instructions}}',
        most: 20_000,
        height: 400,
      }),
    ),
  ],
  [
    cell(
      button('agentChange', 'Save as new version', [run('changeAgent')], {
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
    cell(input('agentBudget', { label: 'Daily budget in USD (optional)', placeholder: '5' }), 1),
  ],
  [cell(input('agentPurpose', { label: 'Purpose', required: true, most: 500 }))],
  [
    cell(
      textArea('agentInstructions', {
        label: 'Instructions',
        required: true,
        most: 20_000,
        height: 240,
      }),
    ),
  ],
  [
    cell(
      button('agentCreate', 'Create agent', [run('createAgent')], {
        kind: 'primary',
        busy: '{{queries.createAgent.isLoading}}',
        disabled:
          '{{!components.agentName.value || !components.agentPurpose.value || !components.agentInstructions.value}}',
      }),
    ),
  ],
];

/** Agents and their executions; editors also create them. */
export function agentsPage(edits: boolean): Page {
  return {
    handle: 'agents',
    name: 'Agents',
    icon: 'IconRobot',
    onLoad: load('agents'),
    rows: [
      ...pageHeader(
        'agents',
        'Agents',
        'Models with a purpose and limits. Run an agent and see its answer and cost.',
        ['agents'],
      ),
      [
        cell(
          tableOf('agentsTable', 'agents', {
            title: 'Agents',
            height: DETAIL,
            onRow: [set('agentId', '{{components.agentsTable.selectedRow.agentId}}'), ...show],
            empty: {
              title: 'No agents',
              hint: edits ? 'Create one on the New agent tab.' : 'Executives create them.',
            },
            columns: [
              { key: 'name', title: 'Agent', width: 130 },
              { key: 'purpose', title: 'Purpose', width: 230, wrap: true },
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
              { id: 'ask', title: 'Run', rows: trial },
              { id: 'executions', title: 'Executions', rows: executions },
              ...(edits
                ? [
                    { id: 'change', title: 'Edit', rows: change },
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
