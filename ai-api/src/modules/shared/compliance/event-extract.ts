import { eachEvent, verifyChain } from '../audit/index.ts';
import { period, type ReportFile, type ReportParts, type ReportRequest } from './report.ts';
import { DESCRIPTIONS, type Standard, topicOf } from './standards.ts';
import { csvLine, heading, plain } from './text.ts';

export type EventKind = 'gdpr-events' | 'soc2-events' | 'iso27001-events' | 'nis2-events';

const STANDARDS = {
  'gdpr-events': 'gdpr',
  'soc2-events': 'soc2',
  'iso27001-events': 'iso27001',
  'nis2-events': 'nis2',
} as const satisfies Record<EventKind, Standard>;

const COLUMNS = [
  'seq',
  'occurred_at',
  'topic',
  'operation',
  'subject',
  'actor',
  'actor_key_id',
  'acting_for',
  'request_id',
  'hash',
];

/** The entries of a period as CSV, without their content, and a cover that says what they are. */
export function eventExtract(
  { database, tenantId, now }: ReportParts,
  request: ReportRequest & { kind: EventKind },
): ReportFile[] {
  const standard = STANDARDS[request.kind];
  const description = DESCRIPTIONS[request.kind];
  const { from, to } = request;
  let entries = 0;
  let last = 0;
  async function* table() {
    yield csvLine(COLUMNS);
    for await (const row of eachEvent(
      database,
      tenantId,
      { from, to },
      { first: 1, last: Number.MAX_SAFE_INTEGER },
    )) {
      const topic = topicOf(standard, row.operation);
      if (topic === null) continue;
      entries += 1;
      last = row.seq;
      yield csvLine([
        row.seq,
        row.occurred_at.toISOString(),
        topic,
        row.operation,
        row.subject,
        row.actor_name,
        row.actor_key_id,
        row.acting_for,
        row.request_id,
        row.hash,
      ]);
    }
  }
  async function* cover() {
    const { intact, checked, firstBroken } = await verifyChain(database, tenantId);
    yield heading(description.title, {
      'Made at': now.toISOString(),
      Period: period(request),
      Basis: description.basis,
      Controls: description.controls.join(', '),
      Entries: String(entries),
      'Last entry': last === 0 ? 'none' : String(last),
      'Audit trail': intact
        ? `intact, ${checked} entries checked`
        : `BROKEN at entry ${firstBroken?.seq}, which ${firstBroken?.reason}`,
    });
    yield `\`events.csv\` contains ${description.covers}. The content of the entries, which holds the personal data, is left out; ids and names of keys and ids of people stay.\n\n${plain(description.notCovered)}\n`;
  }
  return [
    { name: 'events.csv', contentType: 'text/csv; charset=utf-8', text: table() },
    { name: 'README.md', contentType: 'text/markdown; charset=utf-8', text: cover() },
  ];
}
