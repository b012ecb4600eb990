import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { pdfOf } from './pdf.ts';
import { base64, until } from './wait.ts';

/** Policies in every folder: one of two versions, one that cannot be read. */
export async function policies(executive: Client): Promise<void> {
  if ((await executive.policy.list({ limit: 1 })).items.length > 0) return;
  const texts: Record<string, ['policies' | 'sops' | 'rubrics', string]> = {
    'manual-time.md': [
      'policies',
      '# Manual time\n\nTime that was not tracked is claimed within fourteen days of the day it was worked.\n\n## Proof\n\nA claim says what was done and why the tracker was off. A manager looks at claims above four hours.',
    ],
    'working-hours.md': [
      'policies',
      '# Working hours\n\nA full week has forty hours. Core time is from ten to three.',
    ],
    'incident-review.md': [
      'sops',
      '# Incident review\n\nEvery incident is written down within two days: what happened, who noticed it, what changes.',
    ],
    'weekly-note.md': [
      'rubrics',
      '# What a good weekly note says\n\nIt names a result, what it rests on, and what comes next.',
    ],
  };
  for (const [name, [folder, text]] of Object.entries(texts)) {
    await executive.policy.upload({ folder, name, contentType: 'text/markdown', base64: base64(text) });
  }
  const pdf = pdfOf([
    'Expenses',
    'Receipts are due within thirty days.',
    'Travel above 500 euros is agreed on before it is booked.',
  ]);
  await executive.policy.upload({
    folder: 'policies',
    name: 'expenses.pdf',
    contentType: 'application/pdf',
    base64: pdf.toString('base64'),
    comment: 'As agreed in October',
  });
  const broken = {
    folder: 'sops' as const,
    name: 'on-call.pdf',
    contentType: 'application/pdf' as const,
    base64: base64('%PDF-1.7 broken'),
  };
  await executive.policy.upload(broken);
  const isRead = async () =>
    (await executive.policy.list({ limit: 50 })).items.every(({ state }) => state !== 'pending');
  await until(isRead, 'reading policies');
  const [, text] = texts['manual-time.md'] ?? [];
  await executive.policy.upload({
    folder: 'policies',
    name: 'manual-time.md',
    contentType: 'text/markdown',
    base64: base64(`${text}\n\n## Appeals\n\nA rejected claim may be appealed once.`),
    comment: 'Appeals are in it now',
  });
  await until(isRead, 'reading policies');
}
