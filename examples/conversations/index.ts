import { SHAPES, type ToolFile } from './shapes.ts';
import { STORIES, type Turn } from './stories.ts';

/** A person of the sample company with the files that their assistants wrote. */
export interface PersonFiles {
  email: string;
  name: string;
  files: ToolFile[];
}

/** Builders who talk to assistants; they are in `sample-company/builders.csv` too. */
const PEOPLE = [
  'Quill Marrow',
  'Bramble Fogharbour',
  'Cinder Cloudmender',
  'Gimlet Gravelpath',
  'Thimble Nettlecask',
  'Lantern Umbershade',
] as const;

/** Conversations for each story: every person has some of them, told in other words and by another tool. */
const TIMES = 4;
const FIRST_DAY = Date.UTC(2026, 9, 5, 8, 30);
const DAY_MS = 86_400_000;
/** Days between two conversations, so that they spread over six weeks. */
const STEP_DAYS = 1.2;

/** One conversation before a tool has written it. */
export interface SampleTale {
  number: number;
  round: number;
  person: { name: string; email: string };
  story: (typeof STORIES)[number];
  turns: Turn[];
  startedAt: Date;
}

/** Every conversation that the sample company had, in their order: the same at every call. */
export function tales(): SampleTale[] {
  const people = PEOPLE.map((name) => ({
    name,
    email: `${name.toLowerCase().replace(' ', '.')}@sample-company.example`,
  }));
  return Array.from({ length: STORIES.length * TIMES }, (_, number) => {
    const story = STORIES[number % STORIES.length] as (typeof STORIES)[number];
    const round = Math.floor(number / STORIES.length);
    const person = people[(number + round) % people.length] as SampleTale['person'];
    const [first, ...rest] = story.turns;
    const opening = story.openings[round % story.openings.length] as string;
    const turns: Turn[] = [{ ask: opening, ...first }, ...(round === 1 ? [] : rest)];
    const startedAt = new Date(FIRST_DAY + Math.round(number * STEP_DAYS * DAY_MS));
    return { number, round, person, story, turns, startedAt };
  });
}

/** The invented conversations of the sample company, by person: the same at every call. */
export function sampleConversations(): PersonFiles[] {
  const people = new Map<string, PersonFiles>();
  for (const { number, round, person, story, turns, startedAt } of tales()) {
    const shape = SHAPES[(number + 2 * round) % SHAPES.length] as (typeof SHAPES)[number];
    const files = people.get(person.name) ?? { ...person, files: [] };
    people.set(person.name, files);
    files.files.push(
      shape({
        seed: `sample ${number}`,
        person: person.email.split('@')[0] as string,
        story,
        turns,
        startedAt,
      }),
    );
  }
  return [...people.values()];
}
