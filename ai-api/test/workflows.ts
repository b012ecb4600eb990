import { expect } from 'vitest';
import { startApi, type TestApi } from './api.ts';
import type { TestDatabase } from './databases.ts';
import { builderRow } from './people.ts';

const POLL = { timeout: 20_000, interval: 50 };

export type TestWorkflows = Awaited<ReturnType<typeof startWorkflows>>;

/** An API with one builder, and what tests do with templates and their instances. */
export async function startWorkflows(testDatabase: TestDatabase) {
  const api: TestApi = await startApi(testDatabase);
  await api.client.people.import({
    builders: [builderRow({ builder_id: 'b-001', email: 'ada@example.com' })],
  });
  let count = 0;
  const get = (instanceId: string) => api.client.workflow.get({ instanceId });
  return {
    api,

    /** Saves and publishes a template; answers its name. */
    publish: async (steps: object[], more: object = {}): Promise<string> => {
      const name = `test-${++count}`;
      await api.client.workflowTemplate.save({
        definition: { name, title: name, steps, ...more },
        expectedVersion: 0,
        comment: 'For a test',
      });
      await api.client.workflowTemplate.publish({ name, version: 1, seen: 0 });
      return name;
    },

    run: (template: string, input: Record<string, unknown> = {}) =>
      api.client.workflow.execute({ template, input, waitSeconds: 20 }),

    state: async (instanceId: string) => (await get(instanceId)).state,

    reaches: (instanceId: string, wanted: string) =>
      expect.poll(() => get(instanceId), POLL).toMatchObject({ state: wanted }),

    /** The states of the steps, by their paths. */
    tasks: async (instanceId: string) =>
      Object.fromEntries(
        (await api.client.workflow.complete({ instanceId })).tasks.map((task) => [task.path, task.state]),
      ),

    /** Runs `work` with the clock of the API so many hours ahead. */
    later: async (hours: number, work: () => Promise<void>): Promise<void> => {
      const { clock } = api.context;
      const before = clock.now;
      clock.now = () => new Date(Date.now() + hours * 3_600_000);
      try {
        await work();
      } finally {
        clock.now = before;
      }
    },
  };
}

export const whoami = (id: string) => ({ id, type: 'operation', operation: 'identity.whoami' });

/** A step that can be undone. */
export const createDecision = (id: string) => ({
  id,
  type: 'operation',
  operation: 'decision.create',
  input: { title: 'Is this undone?', notify: false },
  compensate: { operation: 'decision.cancel', input: { decisionId: '=output.decisionId' } },
});
