import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { isoWeek } from '../../../../contract/schemas.ts';
import { READERS } from '../team/contract.ts';

export const teamReport = resource({
  id: 'teamReport',
  name: 'Team Report',
  description: 'How teams worked with coding assistants in a week, as an e-mail and a PDF.',
  operations: {
    file: operation({
      method: 'POST',
      path: '/analytics/team/report-files',
      summary: 'Write the report of a week as an e-mail or a PDF',
      description:
        'HTML with a chart is returned as is, ready to send; a PDF as a link that is valid for an hour.',
      access: READERS,
      feature: 'analytics.reports',
      status: 201,
      input: z.object({
        week: isoWeek.optional().describe('Defaults to the newest week that is over'),
        format: z.enum(['html', 'pdf']),
      }),
      output: z
        .object({
          week: isoWeek,
          subject: z.string(),
          html: z.string().nullable(),
          text: z.string().nullable(),
          file: z
            .object({ name: z.string(), contentType: z.string(), url: z.string() })
            .nullable()
            .describe('The PDF'),
        })
        .meta({ id: 'TeamReportFile' }),
      files: ['file'],
    }),
  },
});
