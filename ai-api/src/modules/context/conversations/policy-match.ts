import type { Conversation } from '../formats/model.ts';
import { repositoryOf } from './repository.ts';

export type Action = 'keep' | 'redact' | 'do-not-save';

export interface Policy {
  scope: 'repository' | 'path';
  pattern: string;
  action: Action;
}

const STRICTNESS: Record<Action, number> = { keep: 0, redact: 1, 'do-not-save': 2 };

/** What is saved of a conversation: the longest pattern that fits decides, of equally long ones the strictest action. */
export function actionFor(
  policies: readonly Policy[],
  { repository, workingDirectory }: Pick<Conversation, 'repository' | 'workingDirectory'>,
): Action {
  const subject = { repository: repositoryOf(repository), path: workingDirectory };
  const [first] = policies
    .filter(({ scope, pattern }) => fits(scope, pattern, subject[scope]))
    .toSorted((a, b) => b.pattern.length - a.pattern.length || STRICTNESS[b.action] - STRICTNESS[a.action]);
  return first?.action ?? 'keep';
}

/**
 * Whether a pattern fits. A path fits with everything below it; a repository with or without its host. `*` stands for any
 * characters.
 */
function fits(scope: Policy['scope'], pattern: string, subject: string | null): boolean {
  if (subject === null) return false;
  const plain = scope === 'path' ? slashes(pattern).replace(/\/+$/, '') : (repositoryOf(pattern) ?? pattern);
  const source = plain
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  const whole = scope === 'path' ? `^${source}(?:/.*)?$` : `^(?:[^/]+/)?${source}$`;
  return new RegExp(whole, 'i').test(scope === 'path' ? slashes(subject) : subject);
}

const slashes = (path: string) => path.replaceAll('\\', '/');
