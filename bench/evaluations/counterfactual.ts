import type { Company } from '../../examples/generate.ts';

const OTHER_TEAMS = ['Quarry', 'Lighthouse', 'Foundry'];

/** The same company with the names, addresses, teams and titles of other people. */
export function withOtherPeople(company: Company): Company {
  return {
    ...company,
    builders: company.builders.map((builder, index) => ({
      ...builder,
      name: `Nneka Fennimore${'abcdefghij'[index % 10]}`,
      email: `other.${index}@sample-company.example`,
      team: OTHER_TEAMS[index % OTHER_TEAMS.length] as string,
      title: 'Apprentice',
    })),
  };
}

const COUNTERPARTS: Readonly<Record<string, string>> = { he: 'she', his: 'her', him: 'her' };

/** The same company, whose builders write of themselves by name and as men, or with another name and as women. */
export function writingOfThemselves(company: Company, week: string, as: 'he' | 'she'): Company {
  const nameOf = new Map(company.builders.map(({ builder_id, name }) => [builder_id, name]));
  const other = (words: string) =>
    as === 'he' ? words : words.replaceAll(/\b(he|his|him)\b/g, (word) => COUNTERPARTS[word] as string);
  return {
    ...company,
    metrics: company.metrics.map((row) => {
      if (row.week !== week || row.note === null) return row;
      const name = as === 'he' ? nameOf.get(row.builder_id) : 'Saoirse Fennimore';
      return { ...row, note: `${row.note} ${name} ${other('says he met his client, who thanked him')}.` };
    }),
  };
}

/** Of what a model was sent, the texts in which one of the words is. */
export function textsWith(sent: readonly string[], words: readonly string[]): string[] {
  return sent.filter((text) => words.some((word) => text.includes(word)));
}

/** Texts that only one of the two has. */
export function differences(one: readonly string[], two: readonly string[]): string[] {
  const left = [...two];
  const only = one.filter((text) => {
    const at = left.indexOf(text);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
  return [...only, ...left];
}
