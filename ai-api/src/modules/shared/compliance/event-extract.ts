import { eachEvent, verifyChain } from '../audit/index.ts';
import { period, type ReportFile, type ReportParts, type ReportRequest } from './report.ts';
import { csvLine, heading, plain } from './text.ts';

interface Topic {
  /** Operations that start with this. */
  operations: string;
  iso27001: string;
  nis2: string | null;
}

/** Which control or measure an operation's entries are evidence for; the first that fits counts. */
const TOPICS: Topic[] = [
  { operations: 'audit.erase', iso27001: 'A.5.34 Privacy and protection of PII', nis2: null },
  { operations: 'audit.retention', iso27001: 'A.5.33 Protection of records', nis2: null },
  { operations: 'audit.', iso27001: 'A.8.15 Logging', nis2: 'Art. 21(2)(b) incident handling' },
  { operations: 'identity.', iso27001: 'A.5.16 Identity management', nis2: 'Art. 21(2)(i) access control' },
  { operations: 'webhook.', iso27001: 'A.5.14 Information transfer', nis2: 'Art. 21(2)(d) supply chain' },
  { operations: 'people.', iso27001: 'A.5.9 Inventory of information', nis2: null },
  { operations: '', iso27001: 'A.8.15 Logging', nis2: null },
];

const STANDARDS = {
  'iso27001-events': {
    title: 'Event extract for ISO/IEC 27001',
    basis: 'ISO/IEC 27001:2022, Annex A, A.8.15 (logging)',
    topic: ({ iso27001 }: Topic) => iso27001,
    covers: 'every entry of the audit trail in the period, each with a control of Annex A it is evidence for',
    lacks:
      'It is not a statement of applicability and shows no control to be effective. It does not contain the ' +
      'logs of servers, networks, the workflow engine or the cloud account.',
  },
  'nis2-events': {
    title: 'Event extract for NIS2',
    basis: 'Directive (EU) 2022/2555, Article 21(2)',
    topic: ({ nis2 }: Topic) => nis2,
    covers:
      'the entries of the audit trail in the period that touch access, outgoing connections and the trail itself, ' +
      'each with the measure of Article 21(2) it is evidence for',
    lacks:
      'It is not an incident report under Article 23 and says nothing about whether there was an incident: that ' +
      'is for a person to judge. It does not contain the logs of servers, networks or the cloud account.',
  },
} as const;

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

/** The entries of a period as CSV, without personal data, and a cover that says what they are. */
export function eventExtract(
  { database, tenantId, now }: ReportParts,
  request: ReportRequest & { kind: keyof typeof STANDARDS },
): ReportFile[] {
  const standard = STANDARDS[request.kind];
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
      const topic = standard.topic(
        TOPICS.find(({ operations }) => row.operation.startsWith(operations)) as Topic,
      );
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
    yield heading(standard.title, {
      'Made at': now.toISOString(),
      Period: period(request),
      Basis: standard.basis,
      Entries: String(entries),
      'Last entry': last === 0 ? 'none' : String(last),
      'Audit trail': intact
        ? `intact, ${checked} entries checked`
        : `BROKEN at entry ${firstBroken?.seq}, which ${firstBroken?.reason}`,
    });
    yield `\`events.csv\` contains ${standard.covers}. Personal data is left out.\n\n${plain(standard.lacks)}\n`;
  }
  return [
    { name: 'events.csv', contentType: 'text/csv; charset=utf-8', text: table() },
    { name: 'README.md', contentType: 'text/markdown; charset=utf-8', text: cover() },
  ];
}
