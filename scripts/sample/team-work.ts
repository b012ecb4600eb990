import { createHash } from 'node:crypto';
import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { addWeeks, daysOf, weekOf } from '../../ai-api/src/platform/week.ts';
import { STORIES } from '../../examples/conversations/stories.ts';
import { ensurePerson } from './conversations.ts';
import { until } from './wait.ts';

/** Weeks that are over in which people have worked with assistants. */
const WEEKS = 6;
const MINUTE_MS = 60_000;
const HOST = 'github.com';

/** Builders of three teams that are large enough to be shown, and two of a team that is not. */
const BUILDERS: readonly string[] = [
  ...['b-0001', 'b-0003', 'b-0006', 'b-0008', 'b-0010', 'b-0016', 'b-0023'],
  ...['b-0007', 'b-0009', 'b-0012', 'b-0018', 'b-0021', 'b-0024'],
  ...['b-0002', 'b-0005', 'b-0014', 'b-0015', 'b-0022', 'b-0028'],
  ...['b-0011', 'b-0013'],
];

const ASSISTANTS = [
  { tool: 'claude-code', model: 'claude-sonnet-4-5-20250929' },
  { tool: 'claude-code', model: 'claude-opus-4-1' },
  { tool: 'codex', model: 'gpt-5' },
] as const;

/** What vendors billed in a week, by their own exports. */
const BILLED = { Anthropic: 41.2, OpenAI: 12.6 } as const;

interface Person {
  userId: string;
  name: string;
  email: string;
}

interface Work {
  person: Person;
  number: number;
  start: Date;
  hasCommit: boolean;
  isLinked: boolean;
}

const digest = (text: string) => createHash('sha1').update(text).digest('hex');
/** From 0 to 1, the same for the same text. */
const chance = (text: string) => Number.parseInt(digest(text).slice(0, 8), 16) / 0xffff_ffff;
const after = ({ start }: Work, minutes: number) =>
  new Date(start.getTime() + minutes * MINUTE_MS).toISOString();
const storyOf = ({ number }: Work) => STORIES[number % STORIES.length] as (typeof STORIES)[number];
const shaOf = ({ person, number }: Work) => digest(`commit ${person.email} ${number}`);

/**
 * Weeks in which teams worked with assistants, with their commits, so that figures of teams, the cost of assistants and
 * knowledge gaps have something to show.
 */
export async function teamWork(
  client: Client,
  as: (userId: string) => Client,
  now = new Date(),
): Promise<void> {
  const people: Person[] = [];
  for (const builderId of BUILDERS) {
    const { name, email } = await client.builder.get({ builderId });
    people.push({ name, email, userId: await ensurePerson(client, email, name) });
  }
  const works = people.flatMap((person, index) => worksOf(person, index, now));
  await Promise.all(
    people.map(async (person) => {
      for (const work of works.filter((one) => one.person === person)) await talk(as(person.userId), work);
    }),
  );
  await commits(client, works);
  const linked = works.filter(({ isLinked }) => isLinked).length;
  await until(async () => (await confirmed(client)) >= linked, 'links of the work of teams');
  await bills(client, now);
  await client.analytics.compute({});
  await client.knowledgeGap.find({});
}

/** Most people have a conversation in most weeks; six in ten lead to a commit, and some commits come without one. */
function worksOf(person: Person, index: number, now: Date): Work[] {
  return Array.from({ length: WEEKS }, (_, week) => {
    const seed = `${person.email} ${week}`;
    const monday = Date.parse(daysOf(addWeeks(weekOf(now), week - WEEKS)).monday);
    const work: Work = {
      person,
      number: index + 7 * week,
      start: new Date(monday + Math.floor(chance(`at ${seed}`) * 5 * 24 * 60) * MINUTE_MS),
      hasCommit: chance(`commit ${seed}`) < 0.85,
      isLinked: chance(`link ${seed}`) < 0.45 + 0.04 * week,
    };
    return chance(`talks ${seed}`) < 0.6 + 0.06 * week
      ? [{ ...work, isLinked: work.isLinked && work.hasCommit }]
      : [];
  }).flat();
}

function talk(client: Client, work: Work) {
  const { number, isLinked } = work;
  const story = storyOf(work);
  const [first, ...rest] = story.turns;
  const opening = story.openings[number % story.openings.length] as string;
  const { tool, model } = ASSISTANTS[
    number % 7 === 0 ? 1 : number % 3 === 0 ? 2 : 0
  ] as (typeof ASSISTANTS)[number];
  return client.conversation.create({
    tool,
    sessionId: `team-work ${work.person.email} ${number}`,
    repository: `${HOST}/${story.repository}`,
    branch: story.branch,
    startedAt: work.start.toISOString(),
    commits: isLinked ? [{ sha: shaOf(work), kind: 'made', branch: story.branch, messageId: 'a0' }] : [],
    messages: [{ ask: opening, ...first }, ...rest].flatMap((turn, place) => [
      { id: `q${place}`, author: 'human' as const, text: turn.ask, at: after(work, 6 * place) },
      {
        id: `a${place}`,
        author: 'assistant' as const,
        text: turn.answer,
        at: after(work, 6 * place + 3),
        model,
        tokens: {
          input: 4_000 + Math.floor(20_000 * chance(`in ${number} ${place}`)),
          output: 600 + Math.floor(3_000 * chance(`out ${number} ${place}`)),
          cacheRead: 90_000,
        },
        toolCalls: turn.edit
          ? [
              {
                name: 'Edit',
                action: 'edit' as const,
                rejected: chance(`rejected ${number} ${place}`) < 0.15,
                edits: [turn.edit],
              },
            ]
          : [],
      },
    ]),
  });
}

/** Commits of all people, one call for each repository. */
async function commits(client: Client, works: readonly Work[]): Promise<void> {
  const byRepository = Map.groupBy(
    works.filter(({ hasCommit }) => hasCommit),
    (work) => storyOf(work).repository,
  );
  for (const [repository, of] of byRepository)
    await client.commit.record({
      repository: `https://${HOST}/${repository}.git`,
      commits: of.map(commitOf),
    });
}

function commitOf(work: Work) {
  const { person, number } = work;
  const story = storyOf(work);
  const at = after(work, 25 + Math.floor(240 * chance(`later ${person.email} ${number}`)));
  const path = story.turns.find(({ edit }) => edit)?.edit?.path ?? 'README.md';
  const lines = Array.from(
    { length: 2 + Math.floor(10 * chance(`lines ${person.email} ${number}`)) },
    (_, line) => `+  step${line}('${shaOf(work).slice(0, 8)}');`,
  );
  return {
    sha: shaOf(work),
    message: `${story.openings[0].split(/[.?!]/)[0]} (${number})`,
    authorName: person.name,
    authorEmail: person.email,
    authoredAt: at,
    committedAt: at,
    branch: story.branch,
    parents: [],
    files: [
      {
        path,
        change: 'modified' as const,
        patch: [`@@ -1,1 +1,${lines.length + 1} @@`, ...lines].join('\n'),
        added: lines.length,
        deleted: 0,
      },
    ],
  };
}

async function confirmed(client: Client): Promise<number> {
  const { items } = await client.link.list({ status: 'confirmed', limit: 500 });
  return items.length;
}

async function bills(client: Client, now: Date): Promise<void> {
  for (const [vendor, cost] of Object.entries(BILLED)) {
    const rows = Array.from({ length: WEEKS }, (_, week) => {
      const { monday } = daysOf(addWeeks(weekOf(now), week - WEEKS));
      return `${monday},${(cost * (0.7 + 0.1 * week)).toFixed(2)}`;
    });
    await client.assistantSpend.import({ vendor, csv: ['date,cost', ...rows].join('\n') });
  }
}
