import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../../../platform/database/index.ts';
import type { ObjectStore } from '../../../../platform/objects/index.ts';
import { type Actor, record } from '../../../shared/audit/index.ts';
import type { createGaps } from '../gaps/service.ts';
import type { TeamFigures } from '../team/service.ts';
import { reportHtml, reportText } from './email.ts';
import { type ReportData, subjectOf } from './lines.ts';
import { reportPdf } from './pdf.ts';

const LINK_SECONDS = 3600;
const CHART_WEEKS = 8;
const MAX_GAPS = 5;

interface Setup {
  database: Database;
  objects: ObjectStore;
  team: TeamFigures;
  gaps: ReturnType<typeof createGaps>;
}

/** The report of a week, for an e-mail or as a PDF. */
export function createReport({ database, objects, team, gaps }: Setup) {
  async function dataOf(tenantId: string, given: string | undefined): Promise<ReportData> {
    const { to: week } = team.spanOf({ to: given, weeks: 1 });
    const velocity = await team.velocity(tenantId, { to: week, weeks: 1 });
    const { trend } = await team.velocity(tenantId, { to: week, weeks: CHART_WEEKS });
    const adoption = await team.adoption(tenantId, { to: week, weeks: 1 });
    const { items } = await gaps.list(tenantId, { limit: MAX_GAPS });
    return { week, velocity, trend, adoption, gaps: items };
  }

  return async (actor: Actor, given: { week?: string | undefined; format: 'html' | 'pdf' }) => {
    const { tenantId } = actor;
    const data = await dataOf(tenantId, given.week);
    const { week } = data;
    const isPdf = given.format === 'pdf';
    const key = `reports/${tenantId}/team-${week}-${uuidv7()}.pdf`;
    if (isPdf) await objects.put(key, await reportPdf(data), { contentType: 'application/pdf' });
    await database.withTenant(tenantId, (transaction) =>
      record(transaction, actor, {
        subject: `team-report:${week}`,
        details: [{ about: [], content: { format: given.format } }],
      }),
    );
    return {
      week,
      subject: subjectOf(data),
      html: isPdf ? null : reportHtml(data),
      text: isPdf ? null : reportText(data),
      file: isPdf
        ? {
            name: `team-report-${week}.pdf`,
            contentType: 'application/pdf',
            url: await objects.signedUrl(key, { method: 'GET', expiresInSeconds: LINK_SECONDS }),
          }
        : null,
    };
  };
}
