import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { PEOPLE } from './people.ts';
import { base64, day, until } from './wait.ts';

type Category = 'meeting' | 'research' | 'travel' | 'training' | 'other';
type Asked = [builderId: string, back: number, hours: number, Category, justification: string];

const ASKED: Asked[] = [
  ['b-0001', 2, 1.5, 'meeting', 'Call with the bakery of the pilot; the tracker was on the other laptop.'],
  ['b-0001', 3, 2.5, 'research', 'Read the interviews of the pilot users and wrote them up.'],
  ['b-0001', 5, 6, 'travel', 'Train to the customer in the north, worked on the offer on the way.'],
  ['b-0001', 6, 0.5, 'other', 'Some work.'],
  ['b-0002', 2, 3, 'meeting', 'Workshop with the clinic about waiting lists, on paper all afternoon.'],
  ['b-0003', 3, 1, 'research', 'Compared three libraries for moving books; the notes are attached.'],
  ['b-0004', 4, 4.5, 'travel', 'Drove the sensors to the two farms and set them up.'],
  ['b-0006', 2, 2, 'other', 'Helped a colleague with the release after hours.'],
  ['b-0007', 6, 1.25, 'meeting', 'Call with the growth mentor, no laptop.'],
  [
    'b-0008',
    4,
    10.5,
    'training',
    'Two days of the security course in one, from breakfast to the last train.',
  ],
  ['b-0008', 45, 2, 'meeting', 'The kick-off of the pilot, which I forgot to note down.'],
  ['b-0006', 8, 15.5, 'training', 'The hackathon of the guild, from the first bus to the last one.'],
];
type Work = [
  back: number,
  builders: string[],
  kind: 'meeting' | 'ticket' | 'document',
  title: string,
  hours?: number,
];

/** What the calendar, the tracker and the folder of documents have of it; the rest is nowhere. */
const WORK: Work[] = [
  [2, ['b-0001', 'b-0003'], 'meeting', 'Bakery pilot: call', 1.5],
  [3, ['b-0001'], 'document', 'Interviews of the pilot users'],
  [2, ['b-0002'], 'meeting', 'Clinic workshop: waiting lists', 3],
  [3, ['b-0003'], 'document', 'Comparison of libraries for moving books'],
  [4, ['b-0004', 'b-0006'], 'meeting', 'Sensors at the two farms', 4.5],
  [5, ['b-0007'], 'meeting', 'Growth mentor: call', 1],
];
const BUILDERS = [...new Set(ASKED.map(([builderId]) => builderId))];
const TRACKED_DAYS = 14;
const HOUR_MS = 3_600_000;

/** Requests for manual time in every state, tracked time that they are held against, and the groups that decide them. */
export async function requests(client: Client, executive: Client): Promise<void> {
  if ((await client.approval.list({ limit: 1 })).items.length > 0) return;
  await client.people.importTime({ entries: BUILDERS.flatMap(trackedTime) });
  await client.people.importWork({ records: WORK.map(workRecord) });
  await executive.approver.createGroup({
    name: 'Orchard leads',
    team: 'Orchard',
    members: [PEOPLE.reviewer],
  });
  await executive.approver.createGroup({
    name: 'Escalations',
    escalation: true,
    members: [PEOPLE.executive],
  });
  const ids = await Promise.all(ASKED.map((asked) => submit(client, asked)));
  await until(async () => {
    const seen = await Promise.all(ids.map((approvalId) => client.approval.get({ approvalId })));
    return seen.every(({ state }) => state !== 'submitted');
  }, 'deciding time requests');
  const open: string[] = [];
  for (const approvalId of ids) {
    if ((await client.approval.get({ approvalId })).state === 'in_review') open.push(approvalId);
  }
  await decideSome(client, executive, open, ids[9] as string);
}

/** Six hours on each of the last days, so that something is known of the day. */
function trackedTime(builderId: string) {
  return Array.from({ length: TRACKED_DAYS }, (_, back) => ({
    entry_id: `sample-${builderId}-${day(back + 1)}`,
    builder_id: builderId,
    project_id: null,
    started_at: `${day(back + 1)}T09:00:00Z`,
    ended_at: `${day(back + 1)}T14:00:00Z`,
  }));
}

function after(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * HOUR_MS).toISOString();
}

/** After the tracked time of that day. */
function workRecord([back, builders, kind, title, hours]: Work, index: number) {
  const times = hours
    ? { started_at: `${day(back)}T14:30:00Z`, ended_at: after(`${day(back)}T14:30:00Z`, hours) }
    : { started_at: null, ended_at: null };
  return {
    record_id: `sample-work-${index + 1}`,
    kind,
    title,
    builders,
    reference: null,
    project_id: null,
    day: day(back),
    ...times,
  };
}

async function submit(client: Client, [builderId, back, hours, category, justification]: Asked) {
  const notes = {
    name: 'notes.txt',
    contentType: 'text/plain' as const,
    base64: base64('Minutes of the call'),
  };
  const attachments = category === 'research' ? [notes] : [];
  const claim = { builderId, date: day(back), hours, category, justification, attachments };
  return (await client.approval.submit(claim)).approvalId;
}

/** One approved in part, one appealed, one rejected, one withdrawn, one that waits for a second person; the rest waits. */
async function decideSome(client: Client, executive: Client, open: string[], large: string): Promise<void> {
  const version = async (approvalId: string) => (await client.approval.get({ approvalId })).version;
  const decide = async (approvalId: string, decision: 'approve' | 'reject', more: object) =>
    executive.approval.override({ approvalId, version: await version(approvalId), decision, ...more });
  const [first, second, third, fourth] = open.filter((approvalId) => approvalId !== large);
  if (first) await decide(first, 'approve', { hours: 1.25, reason: 'A quarter of it was tracked already.' });
  if (second) {
    await decide(second, 'reject', { reason: 'The interviews were tracked on the same day.' });
    await client.approval.appeal({
      approvalId: second,
      version: await version(second),
      reason: 'Only the calls were tracked, not the writing.',
    });
  }
  if (third) await decide(third, 'reject', { reason: 'The journey was paid as travel already.' });
  if (fourth) await client.approval.withdraw({ approvalId: fourth, version: await version(fourth) });
  if (open.includes(large)) await decide(large, 'approve', {});
}
