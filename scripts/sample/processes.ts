import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../../ai-api/src/catalogue/client.ts';

const DAY_MS = 86_400_000;
const LOOK_MS = 300;
const MAX_LOOKS = 100;

const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/**
 * Processes of the sample company in several states: one waits for an executive, one was declined and undone, one
 * waits before it erases a person, one failed and one is complete. A second start finds them by their references. None
 * of them sends mail.
 * @param operator starts them
 */
export async function startProcesses(client: Client, operator: Client): Promise<void> {
  // Those before have accounts already.
  const { items } = await client.builder.list({ limit: 33 });
  const [first, second, third] = items.slice(30);
  if (!first || !second || !third) return;
  const onboarding = (builder: typeof first) => ({
    builderId: builder.builderId,
    email: builder.email,
    name: builder.name,
    goal: 'Ship a first feature that customers use',
    target: 'Ten customers use it every week',
    startsOn: dayIn(1),
    endsOn: dayIn(60),
  });
  await operator.workflow.execute({
    template: 'onboard-builder',
    input: onboarding(first),
    reference: 'sample-welcome',
  });
  const declined = await operator.workflow.execute({
    template: 'onboard-builder',
    input: onboarding(second),
    reference: 'sample-declined',
  });
  await operator.workflow.execute({
    template: 'erase-person',
    input: {
      subject: `builder:${third.builderId}`,
      reason: 'The person asked for it',
      verification: 'They asked from the address on file.',
    },
    reference: 'sample-erasure',
  });
  await operator.workflow.execute({
    template: 'release-prompt',
    input: {
      experimentId: '01890000-0000-7000-8000-000000000000',
      prompt: 'evaluation',
      version: 1,
      seen: 1,
    },
    reference: 'sample-release',
  });
  await operator.workflow.execute({
    template: 'monthly-report',
    input: { recipients: [] },
    reference: 'sample-report',
  });
  await decline(client, declined.instanceId, second.name);
}

async function decline(client: Client, instanceId: string, name: string): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const { state, endedAt } = await client.workflow.get({ instanceId });
    if (endedAt !== null) return;
    const { items } = await client.decision.list({ status: 'pending', search: `Welcome ${name}` });
    if (state === 'waiting' && items[0]) {
      const reason = 'The team is complete this year.';
      await client.decision.decide({ decisionId: items[0].decisionId, choice: 'declined', reason });
    }
    await delay(LOOK_MS);
  }
}
