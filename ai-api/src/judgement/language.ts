import { LANGUAGES, type Language } from '../contract/languages.ts';
import type { Grade } from './grade.ts';

/** What a kind is called in another language. What is left out is said in English. */
export interface KindWords {
  /** Names of the facts that explanations may change, by path. */
  facts: Readonly<Record<string, string>>;
  /** Titles of criteria, by id. */
  criteria: Readonly<Record<string, string>>;
  /** What is decided, in kinds that decide. */
  outcomes?: Readonly<Record<string, string>>;
  /** Words that a fact may have, such as categories. */
  values?: Readonly<Record<string, string>>;
}

/** The sentences of explanations in one language. */
export interface Sentences {
  grade(grade: Grade): string;
  /** @param what an outcome or a grade, in words */
  proposed(what: string): string;
  handedBack: string;
  personDecides: string;
  clause(name: string, to: string, from: string): string;
  and: string;
  /** @param clauses what would have been otherwise */
  change(clauses: string, wasRead: boolean, outcome: string): string;
  unknown: string;
  /** Said of what the company wrote itself, which is not translated. */
  ownWords: string;
  /** @param names facts, joined by commas */
  notKnown(names: string): string;
  /** @param grade the floor that the company names */
  belowFloor(grade: string): string;
  /** @param what an outcome, in words */
  onlyProposes(what: string): string;
  yes: string;
  no: string;
}

export const SENTENCES: Readonly<Record<Language, Sentences>> = {
  en: {
    grade: (grade) => `grade ${grade}`,
    proposed: (what) => `${what} is proposed to a person`,
    handedBack: 'handed back to be corrected',
    personDecides: 'a person decides',
    clause: (name, to, from) => `${name}: ${to} in place of ${from}`,
    and: ' and ',
    change: (clauses, wasRead, outcome) =>
      `With ${clauses}${wasRead ? ', with the text as a model read it' : ''}, the result would have been: ${outcome}.`,
    unknown: 'what is not known',
    ownWords: 'in the company’s own words',
    notKnown: (names) => `Not known: ${names}.`,
    belowFloor: (grade) => `A grade below ${grade} takes a person.`,
    onlyProposes: (what) => `Engines only propose for now: ${what}.`,
    yes: 'yes',
    no: 'no',
  },
  de: {
    grade: (grade) =>
      grade === 'insufficient evidence' ? 'keine Note, zu wenig ist bekannt' : `Note ${grade}`,
    proposed: (what) => `${what} wird einer Person vorgeschlagen`,
    handedBack: 'zur Korrektur zurückgegeben',
    personDecides: 'eine Person entscheidet',
    clause: (name, to, from) => `${name}: ${to} statt ${from}`,
    and: ' und ',
    change: (clauses, wasRead, outcome) =>
      `Mit ${clauses}${wasRead ? ' und dem Text, wie ein Modell ihn las,' : ''} wäre das Ergebnis gewesen: ${outcome}.`,
    unknown: 'unbekannt',
    ownWords: 'in den eigenen Worten des Unternehmens',
    notKnown: (names) => `Nicht bekannt: ${names}.`,
    belowFloor: (grade) => `Eine Note unter ${grade} gibt eine Person.`,
    onlyProposes: (what) => `Vorerst wird nur vorgeschlagen: ${what}.`,
    yes: 'ja',
    no: 'nein',
  },
  es: {
    grade: (grade) =>
      grade === 'insufficient evidence' ? 'sin nota, se sabe demasiado poco' : `nota ${grade}`,
    proposed: (what) => `se propone a una persona: ${what}`,
    handedBack: 'se devuelve para corregirlo',
    personDecides: 'decide una persona',
    clause: (name, to, from) => `${name}: ${to} en lugar de ${from}`,
    and: ' y ',
    change: (clauses, wasRead, outcome) =>
      `Con ${clauses}${wasRead ? ', con el texto tal como lo leyó un modelo' : ''}, el resultado habría sido: ${outcome}.`,
    unknown: 'algo que no se sabe',
    ownWords: 'con las propias palabras de la empresa',
    notKnown: (names) => `No se sabe: ${names}.`,
    belowFloor: (grade) => `Una nota por debajo de ${grade} la da una persona.`,
    onlyProposes: (what) => `Por ahora solo se propone: ${what}.`,
    yes: 'sí',
    no: 'no',
  },
};

/** The language of a locale such as `de-AT`; English where there is no translation. */
export function languageOf(locale: string): Language {
  const [language = ''] = locale.toLowerCase().split(/[-_]/);
  return LANGUAGES.find((one) => one === language) ?? 'en';
}
