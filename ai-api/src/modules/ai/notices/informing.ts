import { Problem } from '../../../http/problem.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { informedOf, newestNotices } from './store.ts';

/** What reports and refuses judgements of people who were not informed. */
export interface InformingParts {
  events: Pick<Events, 'publish'>;
  notify: Notifications['notify'];
  dashboards: Dashboards;
  settingsOf: Tenancy['settingsOf'];
}

/** Whether people were informed of how they are judged, for modules that judge them. */
export function createInforming({ events, notify, dashboards, settingsOf }: InformingParts) {
  /** Of these builders those who were not informed of the newest notice of each of these kinds. */
  async function missing(
    transaction: TenantTransaction,
    kinds: readonly string[],
    builderIds: readonly string[],
  ): Promise<string[]> {
    const notices = await newestNotices(transaction, kinds);
    if (notices.size < kinds.length) return [...builderIds];
    let informed = [...builderIds];
    for (const notice of notices.values()) {
      const known = new Set((await informedOf(transaction, notice, informed)).map((row) => row.builder_id));
      informed = informed.filter((id) => known.has(id));
    }
    const all = new Set(informed);
    return builderIds.filter((id) => !all.has(id));
  }

  return {
    missing,

    /**
     * How many of these builders were not informed, before a run judges them.
     * @throws {Problem} NOTICE_MISSING where the company wants them informed first
     */
    check: async (
      transaction: TenantTransaction,
      kinds: readonly string[],
      builderIds: readonly string[],
    ): Promise<number> => {
      const { length } = await missing(transaction, kinds, builderIds);
      if (length > 0 && (await settingsOf(transaction)).requireNotice)
        throw new Problem(
          'NOTICE_MISSING',
          `${length} of ${builderIds.length} builders were not informed of how they are judged. Publish the notices of ` +
            `${kinds.join(' and ')} on the page Accountability and let the builders acknowledge them, or record that ` +
            'they were informed otherwise.',
        );
      return length;
    },

    /** Why no engine may judge this builder: they were not informed, and the company wants that. Null where it may. */
    whyWithheld: async (
      transaction: TenantTransaction,
      kind: string,
      builderId: string,
    ): Promise<string | null> => {
      if (!(await settingsOf(transaction)).requireNotice) return null;
      const [left] = await missing(transaction, [kind], [builderId]);
      return left === undefined
        ? null
        : 'The builder was not informed of how this is judged, so a person decides.';
    },

    /** Reports a run that judges builders who were not informed: an event, and a notification to administrators. */
    report: async (
      transaction: TenantTransaction,
      tenantId: string,
      run: { runId: string; week: string; builders: number; notInformed: number },
    ): Promise<void> => {
      await events.publish(transaction, tenantId, 'notice.missing', run);
      const url = dashboards.link('accountability', {});
      await notify(
        transaction,
        { tenantId, by: 'notices' },
        {
          to: ['role:admin'],
          template: 'message',
          data: {
            title: `${run.notInformed} of ${run.builders} builders were not informed of how they are judged`,
            body: `The evaluation of week ${run.week} judges them all the same. Publish the notices of weekly evaluations and let builders acknowledge them, or record that they were informed otherwise.`,
            ...(url === null ? {} : { url }),
          },
          category: 'operations',
          dedupeKey: `notice.missing:${run.runId}`,
          source: `run:${run.runId}`,
        },
      );
    },
  };
}
