import {
  activeRules,
  activeThresholds,
  GRADES,
  type Kind,
  type KindNotice,
  oversightVersions,
  promptNameOf,
} from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { NoSuchPrompt, planPrompt } from '../prompts/index.ts';
import type { InForce, NoticeContent } from './schema.ts';

/** A kind that judges people, and so has a notice. */
export type JudgingKind = Kind & { notice: KindNotice };

export function judgesPeople(kind: Kind): kind is JudgingKind {
  return kind.notice !== undefined;
}

/** What the content of a notice is made from, beside the kind. */
export interface Sources {
  model: Pick<ChatModel, 'name'> | null;
  settingsOf: Tenancy['settingsOf'];
  /** Names of the kinds whose results can be explained, and contested. */
  explained: () => ReadonlySet<string>;
  contestable: () => ReadonlySet<string>;
  now: () => Date;
}

/** What the notice of a kind says now: from the declaration of the kind and what the company has set. */
export async function contentOf(
  transaction: TenantTransaction,
  kind: JudgingKind,
  { model, settingsOf, explained, contestable }: Sources,
): Promise<NoticeContent> {
  const { notice, vocabulary, criteria, decides } = kind;
  const settings = await settingsOf(transaction);
  const [oversight] = await oversightVersions(transaction, kind.name, null, 1);
  const asksModel = model !== null && settings.models === 'allowed' && textsRead(kind).length > 0;
  return {
    kind: kind.name,
    title: notice.title,
    purpose: notice.purpose,
    facts: Object.entries(vocabulary).flatMap(([group, fields]) =>
      Object.entries(fields).map(([field, { description, changeable, untrusted }]) => ({
        path: `${group}.${field}`,
        name: description,
        source: notice.sources[group] ?? '',
        isChangeable: changeable !== undefined,
        isWritten: untrusted === true,
      })),
    ),
    criteria: criteria.map(({ title, question, hard, proves }) => ({
      title,
      question,
      decidesAlone: hard === true || proves === true,
    })),
    outcomes: decides
      ? [decides.yes, decides.no].map((name) => ({ name, isAdverse: decides.adverse.includes(name) }))
      : GRADES.map((name) => ({ name, isAdverse: false })),
    isGraded: decides === undefined,
    model: asksModel ? { reads: textsRead(kind) } : null,
    decides: {
      mode: kind.isOverseen === false ? null : (oversight?.mode ?? 'on'),
      gradeFloor: oversight?.gradeFloor ?? null,
      answerWindowHours: notice.hasAnswerWindow ? settings.answerWindowHours : 0,
      contestDays: contestable().has(kind.name) ? settings.contestDays : null,
      isExplained: explained().has(kind.name),
    },
  };
}

/** Names of the texts that a model reads for a kind; where criteria are set for each case, any text. */
function textsRead({ criteria, witness, vocabulary }: Kind): string[] {
  const named = witness ? [witness.reads] : criteria.flatMap(({ reads = [] }) => reads);
  return Object.entries(vocabulary).flatMap(([group, fields]) =>
    Object.entries(fields)
      .filter(
        ([field, { untrusted }]) =>
          untrusted && (criteria.length === 0 || named.includes(`${group}.${field}`)),
      )
      .map(([, { description }]) => description),
  );
}

/** The versions of rules, prompt, model and thresholds that judge now. */
export async function inForceOf(
  transaction: TenantTransaction,
  kind: JudgingKind,
  content: NoticeContent,
  { model, now }: Sources,
): Promise<InForce> {
  const rules = await activeRules(transaction, kind.name, now());
  const thresholds = kind.decides ? await activeThresholds(transaction, kind, now()) : null;
  return {
    rules: rules.map(({ key, version }) => ({ key, version })),
    prompt: content.model && (await promptInForce(transaction, promptNameOf(kind))),
    model: content.model && (model?.name ?? null),
    thresholds: thresholds?.version ?? null,
  };
}

async function promptInForce(transaction: TenantTransaction, name: string): Promise<InForce['prompt']> {
  try {
    const { version } = await planPrompt(transaction, name);
    return { name, version };
  } catch (error) {
    if (error instanceof NoSuchPrompt) return null;
    throw error;
  }
}
