import type { Language } from '../contract/languages.ts';
import type { Facts, Vocabulary } from './facts.ts';
import { factPaths } from './facts.ts';
import type { Grade } from './grade.ts';
import type { KindWords } from './language.ts';
import type { CriterionResult, ToMend } from './schema.ts';
import type { Thresholds } from './thresholds.ts';
import type { Witness } from './witness.ts';

/** One line of a kind's rubric. */
export interface Criterion {
  id: string;
  title: string;
  /** Share in the total while no rule says otherwise. */
  weight: number;
  /** What it asks, for the model and for people. */
  question: string;
  /** Set when only reading can answer it, so that rules may leave it to the model: the facts it has to read. */
  reads?: readonly string[];
  /** Set when rules need what a text claims, which the kind's witness finds. */
  witnessed?: boolean;
  /**
   * Set where a failure decides alone, in a kind that decides: nothing outweighs it. It fails below a score of 50.
   */
  hard?: boolean;
  /** Set where a success decides alone, in a kind that decides: the fact proves it. It succeeds from a score of 95. */
  proves?: boolean;
  /**
   * Set on a hard criterion whose failure says that what was asked contradicts the records, such as a day to come or
   * time that was claimed already. It is handed back to its author to mend, and nothing is held against them.
   */
  mendable?: boolean;
  /** Plain names of facts by path. */
  names: Readonly<Record<string, string>>;
}

/** The two ways a kind of judgement can decide. */
export interface Decides {
  yes: string;
  no: string;
  by: 'score' | 'hard criteria';
  /**
   * Which of the two are adverse for a person: no engine decides them. It proposes them to a person, with its reasons
   * and a deadline. Empty where nothing about a person is decided.
   */
  adverse: readonly string[];
  /** Set where a yes takes a criterion that proves: no score is enough, whatever thresholds or level are in force. */
  yesByProof?: true;
}

/** A finished judgement from which the feedback is written. */
export interface Outcome {
  grade: Grade;
  score: number | null;
  coverage: number;
  criteria: readonly CriterionResult[];
  facts: Facts;
  /** What was decided, in kinds that decide; null when a person has to. */
  outcome: string | null;
  /** The adverse outcome that a person is asked to confirm or to refuse. */
  proposed: string | null;
  /** What its author has to mend before anything is decided; empty when nothing. */
  incomplete: readonly ToMend[];
  /** The model's words, when it was asked and answered. */
  modelFeedback: string | null;
}

/** What a kind tells the people whom it judges, beside its facts and outcomes: notices are generated from it. */
export interface KindNotice {
  /** The kind as people read it, such as `Weekly evaluation`. */
  title: string;
  /** What is judged, and what for, in a sentence or two. */
  purpose: string;
  /** Where the facts of each group of the vocabulary come from, such as `the weekly figures`. */
  sources: Readonly<Record<string, string>>;
  /** Set where a result is its builder's alone at first. */
  hasAnswerWindow?: true;
}

/** A kind of judgement: its facts, its rubric, its prompt and how its result reads. */
export interface Kind {
  name: string;
  vocabulary: Vocabulary;
  criteria: readonly Criterion[];
  /** Path of the default rules, seeded into the database of a new tenant. */
  rulesFile: URL | null;
  /** Set for kinds that decide something beside a grade: the two ways it can go. */
  decides?: Decides;
  /** How a model reads what a person wrote, where it only finds claims and decides nothing. */
  witness?: Witness;
  /** When the kind is sure enough, before a company fits or sets its own; the platform's where it is left out. */
  thresholds?: Omit<Thresholds, 'version'>;
  /**
   * The group of facts that are settings of the company, such as limits: once they change, other cases are decided alone
   * than those that were measured.
   */
  settings?: string;
  /** False for kinds whose proposals no operation could answer: oversight neither lists nor restricts them. */
  isOverseen?: false;
  /** Names in other languages, for explanations; English where left out. */
  words?: Partial<Record<Exclude<Language, 'en'>, KindWords>>;
  /** Left out for kinds that judge no person, such as checks of texts. */
  notice?: KindNotice;
  feedback(outcome: Outcome): string;
}

/** Name of the prompt that a model is asked with. */
export function promptNameOf({ name, witness }: Pick<Kind, 'name' | 'witness'>): string {
  return witness?.prompt ?? name;
}

/** Fills in the plain names of the facts for every criterion. */
export function defineKind(
  kind: Omit<Kind, 'criteria'> & { criteria: readonly Omit<Criterion, 'names'>[] },
): Kind {
  const names = Object.fromEntries(
    factPaths(kind.vocabulary).map((path) => [path, nameOf(kind.vocabulary, path)]),
  );
  return { ...kind, criteria: kind.criteria.map((criterion) => ({ ...criterion, names })) };
}

/** The plain name of a fact by its path. */
export function nameOf(vocabulary: Vocabulary, path: string): string {
  const [group = '', field = ''] = path.split('.');
  return vocabulary[group]?.[field]?.description ?? path;
}
