import type { Category, Channel, Choice } from '../vocabulary.ts';

/** What was chosen for a template, a category, a channel, or all of them; an empty text means any. */
export interface Preference {
  template: string;
  category: string;
  channel: string;
  choice: Choice;
}

/** What a preference is asked about. */
export interface Question {
  template: string;
  category: Category;
  channel: Channel;
}

/**
 * The choice that applies: the most specific one of the person, or else of the company, or else `on`. A template is more
 * specific than a category, a category than a channel; with the channel named, each is more specific than without.
 */
export function choose(
  question: Question,
  person: readonly Preference[],
  company: readonly Preference[],
): Choice {
  return (mostSpecific(question, person) ?? mostSpecific(question, company))?.choice ?? 'on';
}

/**
 * Where `off` is set so that no e-mail of a category comes any more, whatever the person chose before: for the category,
 * and at each place where one of their own choices is more specific.
 * @param category an empty text for all of them
 */
export function placesOfUnsubscribing(
  category: Category | '',
  person: readonly Preference[],
): Omit<Preference, 'choice'>[] {
  const concerned = person.filter(
    (one) =>
      (one.channel === '' || one.channel === 'email') &&
      (category === '' || one.category === '' || one.category === category),
  );
  const places = [{ template: '', category: '' }, ...concerned].map((one) => ({
    template: one.template,
    category: one.category || category,
    channel: 'email',
  }));
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

function mostSpecific(question: Question, preferences: readonly Preference[]): Preference | undefined {
  return preferences.filter((one) => concerns(one, question)).toSorted((a, b) => rank(b) - rank(a))[0];
}

function concerns({ template, category, channel }: Preference, question: Question): boolean {
  return (
    (template === '' || template === question.template) &&
    (category === '' || category === question.category) &&
    (channel === '' || channel === question.channel)
  );
}

function rank({ template, category, channel }: Preference): number {
  return (template === '' ? 0 : 4) + (category === '' ? 0 : 2) + (channel === '' ? 0 : 1);
}
