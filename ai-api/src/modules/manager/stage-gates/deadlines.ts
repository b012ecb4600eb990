import type { Logger } from 'pino';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { instant } from '../../../platform/text/instant.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { activeUsers } from '../../shared/identity/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import { claimReminders, type EvaluationRecord, type GateRecord, gatesByIds } from './store.ts';

const BATCH = 100;
const JOB = 'stage-gate.deadlines';
/** Hours before the deadline at which the deciders are reminded. */
const REMINDER_HOURS = 24;
/** Who decides at gates, beside admins. */
const DECIDERS = ['executive', 'reviewer'] as const;
const MAX_REMINDED = 100;

interface Needs {
  database: Database;
  events: Events;
  people: People;
  notify: Notifications['notify'];
  dashboards: Dashboards;
  now: () => Date;
}

/**
 * Reminds the deciders of proposals at gates that wait near their deadline, each once. Nothing is decided by silence.
 * @returns how many were reminded of
 */
export async function remindOfGates(needs: Needs, tenantId: string): Promise<number> {
  const { database, now } = needs;
  for (let reminded = 0; ; ) {
    const rows = await database.withTenant(tenantId, async (transaction) => {
      const dueBefore = new Date(now().getTime() + REMINDER_HOURS * HOUR_MS);
      const claimed = await claimReminders(transaction, { dueBefore, at: now(), limit: BATCH });
      const gates = await gatesByIds(
        transaction,
        claimed.map(({ gate_id }) => gate_id),
      );
      for (const row of claimed) await remind(transaction, needs, row, gates.get(row.gate_id) as GateRecord);
      if (claimed.length > 0)
        await record(transaction, systemActor(tenantId, JOB), {
          subject: 'stage-gates',
          details: [{ about: [], content: { reminded: claimed.map(({ id }) => id) } }],
        });
      return claimed.length;
    });
    reminded += rows;
    if (rows < BATCH) return reminded;
  }
}

async function remind(
  transaction: TenantTransaction,
  { events, people, notify, dashboards }: Needs,
  { id: evaluationId, tenant_id: tenantId, project_id: projectId, ...row }: EvaluationRecord,
  { to_stage: toStage }: GateRecord,
): Promise<void> {
  const proposal = row.proposal ?? '';
  const dueAt = (row.due_at ?? row.updated_at).toISOString();
  const event = { evaluationId, projectId, toStage, proposal, dueAt };
  await events.publish(transaction, tenantId, 'stage-gate.reminder', event);
  const project = await people.findProject(transaction, projectId);
  const lead = project && (await people.findBuilder(transaction, project.builder_id));
  const deciders = (await activeUsers(transaction, { roles: DECIDERS }))
    .filter(({ email }) => email.toLowerCase() !== lead?.email.toLowerCase())
    .slice(0, MAX_REMINDED);
  const proposed = proposal === 'hold' ? 'stays in its stage' : 'may advance';
  const until = instant(new Date(dueAt));
  const appOf = ({ roles }: (typeof deciders)[number]) =>
    roles.includes('executive') ? 'ai-manager-executive' : 'ai-manager-reviewer';
  for (const [app, users] of Map.groupBy(deciders, appOf)) {
    const link = dashboards.link('stage-gates', { evaluation: evaluationId }, app);
    const request = {
      to: users.map(({ id }) => `user:${id}`),
      template: 'message',
      data: {
        title: `${project?.name ?? projectId}: a proposal at the gate to ${toStage} waits`,
        body: `The engine proposes that the project ${proposed}. A person decides, by ${until}.`,
        ...(link === null ? {} : { url: link }),
      },
      category: 'decisions',
      source: `stage-gate-evaluation:${evaluationId}`,
    } as const;
    await notify(transaction, { tenantId, by: JOB }, request);
  }
}

/** Looks for proposals at gates of every company that wait near their deadline, once a minute. */
export function scheduleReminders(
  jobs: Jobs,
  needs: Needs,
  tenantIds: () => Promise<string[]>,
  log: Logger,
): void {
  jobs.schedule({
    name: JOB,
    cron: '* * * * *',
    priority: 'default',
    run: async () => {
      for (const tenantId of await tenantIds()) {
        // One company's failure is not another's.
        await remindOfGates(needs, tenantId).then(
          (reminded) => {
            if (reminded > 0) log.info({ tenantId, reminded }, 'reminders of stage gates');
          },
          (err: unknown) => log.error({ tenantId, err }, 'reminders of stage gates failed'),
        );
      }
    },
  });
}
