import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { pdfOf } from './pdf.ts';
import { base64, until } from './wait.ts';

/** Files of an executive: one of two versions that reviewers may read, a PDF, and one that is refused. */
export async function files(executive: Client): Promise<void> {
  if ((await executive.file.list({ origin: 'upload', limit: 1 })).items.length > 0) return;
  const note = { name: 'hiring-plan.md', category: 'document', contentType: 'text/markdown' } as const;
  const { fileId } = await executive.file.upload({
    ...note,
    base64: base64('# Hiring plan\n\nTwo builders for the storefront in January.'),
  });
  await executive.file.share({ fileId, kind: 'role', role: 'reviewer' });
  const offer = pdfOf(['Offer', 'Ten seats for twelve months.', 'Valid until the end of the year.']);
  await executive.file.upload({
    name: 'supplier-offer.pdf',
    category: 'document',
    contentType: 'application/pdf',
    base64: offer.toString('base64'),
    comment: 'As received on Monday',
  });
  await executive.file.upload({
    name: 'logo.png',
    category: 'image',
    contentType: 'image/png',
    base64: base64('<svg xmlns="http://www.w3.org/2000/svg"></svg>'),
    comment: 'Refused: its content is not what it was uploaded as',
  });
  const isSettled = async () =>
    (await executive.file.list({ limit: 50 })).items.every(({ state }) => state !== 'scanning');
  await until(isSettled, 'inspecting files');
  await executive.file.upload({
    ...note,
    fileId,
    base64: base64('# Hiring plan\n\nTwo builders for the storefront in January, one for payments in March.'),
    comment: 'Payments is in it now',
  });
  await until(isSettled, 'inspecting files');
}

/** Reports for auditors, as an administrator makes them. */
export async function reports(client: Client): Promise<void> {
  if ((await client.audit.listReports({ limit: 1 })).items.length > 0) return;
  for (const kind of ['soc2-access-review', 'iso27001-events'] as const) await client.audit.reports({ kind });
}
