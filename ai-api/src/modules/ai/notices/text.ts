import type { InForce, NoticeContent, Section } from './schema.ts';

/** A notice as people read it, by headings. Every line is a sentence or an entry of a list. */
export function sectionsOf(content: NoticeContent): Section[] {
  return [
    { heading: 'What is judged, and what for', lines: [content.purpose] },
    { heading: 'Facts', lines: factLines(content) },
    { heading: 'Texts and models', lines: modelLines(content) },
    { heading: 'Questions', lines: questionLines(content) },
    { heading: 'Results', lines: outcomeLines(content) },
    { heading: 'Who decides', lines: decisionLines(content) },
    { heading: 'Your rights', lines: rightLines(content) },
  ];
}

/** The sections as Markdown. */
export function markdownOf(title: string, sections: readonly Section[]): string {
  const parts = sections.map(
    ({ heading, lines }) => `## ${heading}\n\n${lines.map((line) => `- ${line}`).join('\n')}`,
  );
  return `${[`# ${title}`, ...parts].join('\n\n')}\n`;
}

/** What judges now, in lines. */
export function inForceLines({ rules, prompt, model, thresholds }: InForce): string[] {
  return [
    rules.length > 0
      ? `Rules: ${rules.map(({ key, version }) => `${ruleName(key)} (version ${version})`).join(', ')}.`
      : 'Rules: those of each case.',
    prompt ? `Prompt: ${prompt.name}, version ${prompt.version}.` : 'Prompt: none.',
    `Model: ${model ?? 'none'}.`,
    ...(thresholds === null
      ? []
      : [
          thresholds === 0
            ? 'Thresholds: those that come with the product.'
            : `Thresholds: version ${thresholds}.`,
        ]),
  ];
}

/** `Budget kept` for the rule `budget-kept`. */
function ruleName(key: string): string {
  const words = key.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The lines of each section that one text has and the other does not; sections without a difference are left out. */
export function changesOf(before: readonly Section[], after: readonly Section[]) {
  const linesOf = (sections: readonly Section[], heading: string) =>
    sections.find((section) => section.heading === heading)?.lines ?? [];
  const headings = [...new Set([...before, ...after].map(({ heading }) => heading))];
  return headings
    .map((heading) => {
      const [old, fresh] = [linesOf(before, heading), linesOf(after, heading)];
      return {
        heading,
        added: fresh.filter((line) => !old.includes(line)),
        removed: old.filter((line) => !fresh.includes(line)),
      };
    })
    .filter(({ added, removed }) => added.length + removed.length > 0);
}

function factLines({ facts }: NoticeContent): string[] {
  const sources = [...new Set(facts.map(({ source }) => source))];
  const named = ({ name, isChangeable }: NoticeContent['facts'][number]) =>
    isChangeable ? `${name}*` : name;
  const lines = sources.map(
    (source) =>
      `From ${source}: ${facts
        .filter((fact) => fact.source === source)
        .map(named)
        .join('; ')}.`,
  );
  return facts.some(({ isChangeable }) => isChangeable)
    ? [
        ...lines,
        'Facts with * can be changed by you: an explanation says what another value would have changed.',
      ]
    : lines;
}

function modelLines({ model, facts }: NoticeContent): string[] {
  if (model)
    return [
      `A model reads: ${model.reads.join('; ')}. It reads them as data, never as instructions.`,
      'A text that cannot be read leaves its question open, and is not held against you.',
    ];
  const texts = facts.filter(({ isWritten }) => isWritten);
  return texts.length === 0
    ? ['No text is read, and no model is used.']
    : [`No model is used, so none reads these texts: ${texts.map(({ name }) => name).join('; ')}.`];
}

function questionLines({ criteria }: NoticeContent): string[] {
  if (criteria.length === 0) return ['The questions are set for each case, and are shown with it.'];
  return criteria.map(
    ({ title, question, decidesAlone }) =>
      `${title}: ${question}${decidesAlone ? ' The answer to this question can decide alone.' : ''}`,
  );
}

function outcomeLines({ outcomes, isGraded }: NoticeContent): string[] {
  if (isGraded)
    return [
      `Grades: ${outcomes.map(({ name }) => name).join(', ')}.`,
      'What is not known is reported as insufficient evidence, and never guessed.',
    ];
  return outcomes.map(({ name, isAdverse }) =>
    isAdverse ? `${name}: only a person decides it; an engine may propose it.` : `${name}.`,
  );
}

const MODES = {
  on: 'Engines decide what this kind of judgement allows.',
  propose: 'Engines only propose; a person decides each case.',
  people: 'People decide everything; engines do not propose.',
} as const;

function decisionLines({ decides, outcomes }: NoticeContent): string[] {
  const { mode, gradeFloor, answerWindowHours } = decides;
  return [
    MODES[mode ?? 'on'],
    ...(gradeFloor === null ? [] : [`A grade below ${gradeFloor} takes a person.`]),
    ...(outcomes.some(({ isAdverse }) => isAdverse)
      ? ['A result against you takes a person in every case.']
      : []),
    ...(answerWindowHours === 0
      ? []
      : [
          `For ${answerWindowHours} hours the result is yours: you may answer it before it enters reports. Those who run evaluations see it.`,
        ]),
  ];
}

function rightLines({ decides }: NoticeContent): string[] {
  const { isExplained, contestDays } = decides;
  return [
    ...(isExplained ? ['You can read an explanation of each result, and get a signed receipt of it.'] : []),
    ...(contestDays === null
      ? []
      : [
          `You can contest a result. Another person has ${contestDays} working days to decide it; nothing is decided by silence.`,
        ]),
    'You can ask for an export of the data about you.',
  ];
}
