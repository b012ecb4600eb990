import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomFrom } from '../conversations/corpus.ts';

/** A block of code that one conversation wrote. */
interface Block {
  /** Number of the conversation. */
  conversation: number;
  lines: string[];
}

/** What a conversation did: a block in a file, and the commit that it made. */
export interface Written {
  conversation: number;
  file: string;
  text: string;
  sha: string;
  at: string;
}

const FILES = 12;
const NOUNS = 'upload session cache token queue mirror ledger parcel lantern anchor'.split(' ');
const VERBS = 'read write retry drop keep send parse await merge check'.split(' ');
const MINUTE = 60_000;
/** Within the days whose commits are sent. */
const FIRST = Date.now() - 20 * 24 * 60 * MINUTE;

/**
 * A repository whose history is rewritten again and again by git itself, and what every line of it is known to come from.
 * No operation changes the text of a line, so that the blocks of each file are known without git.
 */
export function createHistory(root: string) {
  const random = randomFrom(16);
  const files = new Map<string, Block[]>();
  const counts: Record<string, number> = {};
  let [conversations, clock, names] = [0, FIRST, FILES];
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]) => items[below(items.length)] as Item;

  function git(...args: string[]): string {
    clock += MINUTE;
    const at = new Date(clock).toISOString();
    return execFileSync('git', ['-c', 'core.hooksPath=/dev/null', ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: root,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@people.example',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@people.example',
        GIT_AUTHOR_DATE: at,
        GIT_COMMITTER_DATE: at,
        GIT_EDITOR: 'true',
        GIT_SEQUENCE_EDITOR: 'true',
      },
    }).trim();
  }

  function save(...names: string[]): void {
    for (const name of names) {
      const blocks = files.get(name) ?? [];
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), `${blocks.flatMap(({ lines }) => lines).join('\n')}\n`);
    }
    git('add', '-A');
  }

  /** Six lines of which four are in every other block too. */
  function blockOf(conversation: number): Block {
    const [verb, noun] = [pick(VERBS), pick(NOUNS)];
    const name = `${verb}${noun[0]?.toUpperCase()}${noun.slice(1)}${conversation}`;
    const lines = [
      `export function ${name}(input) {`,
      '  const value = read(input);',
      '  if (value === null) return null;',
      `  log('${noun} ${conversation}', value);`,
      '  return value;',
      '}',
      '',
    ];
    if (random() < 0.5) lines.splice(4, 0, '  for (const item of value)', '    await send(item);');
    return { conversation, lines };
  }

  /** A conversation adds a block to a file and commits it. */
  function converse(): Written {
    const conversation = conversations++;
    const block = blockOf(conversation);
    const name = files.size < FILES ? `src/part-${files.size}.ts` : pick([...files.keys()]);
    const blocks = files.get(name) ?? [];
    blocks.splice(below(blocks.length + 1), 0, block);
    files.set(name, blocks);
    save(name);
    git('commit', '-q', '-m', `Add ${block.lines[0]?.slice('export function '.length, -'(input) {'.length)}`);
    return {
      conversation,
      file: name,
      text: block.lines.join('\n'),
      sha: git('rev-parse', 'HEAD'),
      at: new Date(clock).toISOString(),
    };
  }

  const length = () => Number(git('rev-list', '--count', 'HEAD'));
  const depth = (most: number) => Math.min(length() - 1, 1 + below(most));
  const subjects = (count: number) => git('log', `-${count}`, '--format=%s').split('\n');

  const rewrites: Record<string, () => void> = {
    amend: () => git('commit', '-q', '--allow-empty', '--amend', '-m', `${subjects(1)[0]} once more`),
    rebase: () => git('rebase', '-q', '--no-ff', '--keep-empty', `HEAD~${depth(5)}`),
    squash: () => {
      const count = Math.max(2, depth(3));
      if (count >= length()) return;
      const titles = subjects(count);
      git('reset', '-q', '--soft', `HEAD~${count}`);
      // Half of them as forges write it, half as `fixup` leaves it.
      const list = random() < 0.5 ? titles.map((title) => `\n\n* ${title}`).join('') : '';
      git('commit', '-q', '--allow-empty', '-m', `${titles.at(-1)} and more${list}`);
    },
    'cherry-pick': () => {
      const picked = git('rev-parse', 'HEAD');
      git('reset', '-q', '--hard', 'HEAD~1');
      git('commit', '-q', '--allow-empty', '-m', 'An empty commit in between');
      git('cherry-pick', '--allow-empty', ...(random() < 0.5 ? ['-x'] : []), picked);
    },
    revert: () => {
      const reverted = git('rev-parse', 'HEAD');
      if (git('show', '--format=', '--name-only', reverted) === '') return;
      git('revert', '--no-edit', reverted);
      git('revert', '--no-edit', 'HEAD');
    },
    move: () => {
      const from = pick([...files.keys()]);
      const blocks = files.get(from) as Block[];
      if (random() < 0.5 || blocks.length < 2) {
        const to = `src/moved/part-${names++}.ts`;
        mkdirSync(join(root, 'src/moved'), { recursive: true });
        git('mv', from, to);
        files.delete(from);
        files.set(to, blocks);
      } else {
        const to = pick([...files.keys()].filter((name) => name !== from));
        const [block] = blocks.splice(below(blocks.length), 1) as [Block];
        files.get(to)?.push(block);
        save(from, to);
      }
      git('commit', '-q', '-m', 'Move code');
    },
  };

  mkdirSync(root, { recursive: true });
  git('init', '-q', '-b', 'main');
  git('config', 'gc.auto', '0');
  git('remote', 'add', 'origin', 'https://git.example.com/sample/rewritten.git');

  return {
    converse,
    /** Rewrites history in one of the ways, at random. */
    rewrite(): void {
      const name = pick(Object.keys(rewrites));
      rewrites[name]?.();
      counts[name] = (counts[name] ?? 0) + 1;
    },
    counts,
    /** Every line of every file, with the conversation that wrote it. @throws when git has other lines */
    truth(): { file: string; conversations: number[] }[] {
      return [...files].map(([file, blocks]) => {
        const lines = blocks.flatMap(({ conversation, lines: own }) =>
          own.map((text) => ({ conversation, text })),
        );
        const text = `${lines.map((line) => line.text).join('\n')}\n`;
        if (readFileSync(join(root, file), 'utf8') !== text || git('show', `HEAD:${file}`) !== text.trim())
          throw new Error(`${file} is not what its blocks say`);
        return { file, conversations: lines.map(({ conversation }) => conversation) };
      });
    },
  };
}
