import { type EventRecord, eachEvent, type PayloadRecord, payloadsAbout } from '../audit/index.ts';
import type { ReportFile, ReportParts } from './report.ts';
import { fenced, heading, plain } from './text.ts';

const BATCH = 200;
const EVERYTHING = { first: 1, last: Number.MAX_SAFE_INTEGER };

interface Concerning {
  event: EventRecord;
  parts: PayloadRecord[];
}

/** Entries about a subject with the parts about them, oldest first. */
async function* concerning({ database, tenantId }: ReportParts, subject: string): AsyncGenerator<Concerning> {
  let batch: EventRecord[] = [];
  async function* flush() {
    const seqs = batch.map(({ seq }) => seq);
    const parts = await database.withTenant(tenantId, (transaction) =>
      payloadsAbout(transaction, seqs, subject),
    );
    const bySeq = Map.groupBy(parts, ({ seq }) => seq);
    for (const event of batch) yield { event, parts: bySeq.get(event.seq) ?? [] };
    batch = [];
  }
  for await (const event of eachEvent(database, tenantId, { subject }, EVERYTHING)) {
    batch.push(event);
    if (batch.length === BATCH) yield* flush();
  }
  yield* flush();
}

function line({ seq, occurred_at, operation, actor_name, acting_for }: EventRecord): string {
  const actor = acting_for === null ? actor_name : `${actor_name} for ${acting_for}`;
  return `${seq}. ${occurred_at.toISOString()}, ${plain(operation)}, by ${plain(actor)}`;
}

/** What is held about a person: their record, and all that the trail kept of them. GDPR, Article 15. */
export function accessReport(parts: ReportParts, subject: string): ReportFile {
  async function* text() {
    yield heading('Personal data held about a person', {
      Subject: subject,
      'Made at': parts.now.toISOString(),
      Basis: 'GDPR, Article 15 (right of access)',
    });
    yield 'This file contains the person’s record with their projects and latest weeks, where there is one, what else ' +
      'modules hold about them, and every part of the audit trail that is marked as being about them: imports (as ' +
      'digests), evaluations with their reasons, decisions by people. It does not contain what other systems hold (mail, the workflow engine, ' +
      'connected sources, backups, logs), nor the purposes, recipients and retention periods that Article 15(1) ' +
      'also asks for: add those before you hand it over.\n\n## Record\n\n';
    const record = await recordOf(parts, subject);
    yield record ? fenced(record) : 'There is no record of this subject.\n';
    yield '\n## Audit trail\n\n';
    for await (const { event, parts: details } of concerning(parts, subject)) {
      yield `### ${line(event)}\n\n`;
      for (const { content, erased_at, erased_reason } of details) {
        if (content !== null) yield `${fenced(JSON.parse(content))}\n`;
        else yield `Erased at ${erased_at?.toISOString()}: ${plain(erased_reason ?? '')}\n\n`;
      }
    }
  }
  return { name: 'gdpr-access.md', contentType: 'text/markdown; charset=utf-8', text: text() };
}

/** What the modules hold about a subject: one value where one module knows them, else a list. */
async function recordOf(
  { database, personalData, tenantId }: ReportParts,
  subject: string,
): Promise<object | null> {
  const found = await database.withTenant(tenantId, (transaction) =>
    Promise.all(personalData().map(({ about }) => about(transaction, subject))),
  );
  const known = found.filter((record) => record !== null);
  return known.length > 1 ? known : (known[0] ?? null);
}

/** What of a person was erased from the trail, when and why, and what is left. GDPR, Article 17. */
export function erasureReport(parts: ReportParts, subject: string): ReportFile {
  async function* text() {
    yield heading('Erasure of personal data from the audit trail', {
      Subject: subject,
      'Made at': parts.now.toISOString(),
      Basis: 'GDPR, Article 17 (right to erasure)',
    });
    yield 'This file lists every entry of the audit trail about the subject and whether its personal data is ' +
      'erased. The entries themselves stay (who did what and when, with the subject’s id), because the ' +
      'trail has to remain verifiable. It covers the audit trail only: it does not show that the record, ' +
      'evaluations, mail, connected sources or backups were erased.\n\n';
    let erased = 0;
    let held = 0;
    for await (const { event, parts: details } of concerning(parts, subject)) {
      yield `${line(event)}\n`;
      for (const { erased_at, erased_reason, erased_in } of details) {
        if (erased_at === null) {
          held += 1;
          yield '   - held\n';
        } else {
          erased += 1;
          yield `   - erased at ${erased_at.toISOString()} by entry ${erased_in}: ${plain(erased_reason ?? '')}\n`;
        }
      }
    }
    yield `\nParts erased: ${erased}. Parts still held: ${held}.\n`;
  }
  return { name: 'gdpr-erasure.md', contentType: 'text/markdown; charset=utf-8', text: text() };
}
