import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Conversation, Message } from '../formats/model.ts';
import { classify, placesOf } from './placing.ts';
import { actionFor } from './policy-match.ts';
import type { KnownRecord } from './record-store.ts';
import { messageIdOf, repositoryOf } from './session.ts';

const TENANT = 'tenant';
const SESSION = { tool: 'claude-code' as const, sessionId: 's' };

const message = (id: string, text = id): Message => ({
  id,
  parentId: null,
  author: 'human',
  text,
  thinking: null,
  toolCalls: [],
  model: null,
  tokens: null,
  at: null,
});
const conversation = (messages: Message[], sessionId = 's'): Conversation => ({
  tool: 'claude-code',
  sessionId,
  parentSessionId: null,
  agentName: null,
  title: null,
  workingDirectory: null,
  repository: null,
  branch: null,
  toolVersion: null,
  startedAt: null,
  endedAt: null,
  localTime: false,
  pullRequests: [],
  commits: [],
  messages,
});

/** Records as a database would remember them after an import. */
function importInto(known: Map<string, KnownRecord>, ids: readonly string[]) {
  const own = [...known.values()].map(({ place }) => place);
  const found = classify(
    TENANT,
    conversation(ids.map((id) => message(id))),
    'c',
    known,
    Math.max(-1, ...own),
    { restore: false },
  );
  for (const { id, place, digest } of [...found.added, ...found.changed])
    known.set(id, { id, conversation_id: 'c', place, digest });
  return found;
}

describe('placing', () => {
  test('a message whose digest was made before keys were put in order is unchanged', () => {
    const [id, stored] = [messageIdOf(TENANT, SESSION, 'r1'), { ...message('r1'), parentId: null }];
    const digest = createHash('sha256')
      .update(JSON.stringify([stored]))
      .digest('base64url')
      .slice(0, 22);
    const known = new Map([[id, { id, conversation_id: 'c', place: 0, digest }]]);
    expect(importInto(known, ['r1'])).toMatchObject({ added: [], changed: [], unchanged: 1 });
  });

  test('puts messages in the order of their file, whatever part of it came before', () => {
    const source = Array.from({ length: 30 }, (_, number) => `r${number}`);
    fc.assert(
      fc.property(fc.array(fc.subarray(source), { maxLength: 4 }), (parts) => {
        const known = new Map<string, KnownRecord>();
        // A file only grows: each import has what came before.
        const seen = new Set<string>();
        for (const part of [...parts, source]) {
          for (const id of part) seen.add(id);
          importInto(
            known,
            source.filter((id) => seen.has(id)),
          );
        }
        const order = [...known.values()].toSorted((a, b) => a.place - b.place).map(({ id }) => id);
        expect(order).toEqual(source.map((id) => messageIdOf(TENANT, SESSION, id)));
        const again = importInto(known, source);
        expect([again.added, again.changed, again.unchanged]).toEqual([[], [], source.length]);
      }),
    );
  });

  test('gives every message a place of its own', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (flags) => {
        let next = 0;
        const known = flags.map((isKnown) => (isKnown ? next++ : null));
        const places = placesOf(known, next - 1);
        expect(places).toHaveLength(flags.length);
        expect(new Set(places).size).toBe(places.length);
      }),
    );
  });

  test('tells what changed from what is the same, and what another session or a removed one has', () => {
    const known = new Map<string, KnownRecord>();
    importInto(known, ['a', 'b']);
    const ids = ['a', 'b'].map((id) => messageIdOf(TENANT, SESSION, id));
    const changed = classify(TENANT, conversation([message('a', 'other'), message('b')]), 'c', known, 1, {
      restore: false,
    });
    expect([changed.changed.map(({ id }) => id), changed.unchanged]).toEqual([[ids[0]], 1]);
    const elsewhere = classify(TENANT, conversation([message('a'), message('b')]), 'd', known, -1, {
      restore: false,
    });
    expect(elsewhere).toMatchObject({ elsewhere: 2, continuesId: 'c', added: [] });
    for (const record of known.values()) record.conversation_id = null;
    expect(classify(TENANT, conversation([message('a')]), 'd', known, -1, { restore: false })).toMatchObject({
      removed: 1,
    });
    expect(
      classify(TENANT, conversation([message('a')]), 'd', known, -1, { restore: true }).added,
    ).toHaveLength(1);
  });

  test('knows ids that are unique by themselves in every session, and counts others in each', () => {
    const id = (sessionId: string, record: string) =>
      messageIdOf(TENANT, { tool: 'claude-code', sessionId }, record);
    const uuid = '0197f00d-0000-7000-8000-000000000001';
    expect(id('one', uuid)).toBe(id('two', uuid.toUpperCase()));
    expect(id('one', 'message-1')).not.toBe(id('two', 'message-1'));
    expect(id('one', uuid)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

test.each([
  ['git@github.com:acme/shop.git', 'github.com/acme/shop'],
  ['https://user:secret@github.com/acme/shop', 'github.com/acme/shop'],
  ['ssh://git@git.example:2222/acme/shop.git/', 'git.example/acme/shop'],
  ['https://git.example:8443/acme/shop', 'git.example/acme/shop'],
  ['acme/shop', 'acme/shop'],
  ['  ', null],
])('the repository %s is %s', (source, name) => {
  expect(repositoryOf(source)).toBe(name);
});

describe('policies', () => {
  const action = (
    policies: Parameters<typeof actionFor>[0],
    repository: string | null,
    path: string | null = null,
  ) => actionFor(policies, { repository, workingDirectory: path });

  test('keep what no pattern fits', () => {
    expect(action([], 'acme/shop')).toBe('keep');
    expect(
      action([{ scope: 'repository', pattern: 'acme/shop', action: 'do-not-save' }], 'acme/shopping'),
    ).toBe('keep');
    expect(action([{ scope: 'path', pattern: '/srv/a', action: 'do-not-save' }], null, '/srv/ab')).toBe(
      'keep',
    );
    expect(action([{ scope: 'path', pattern: '/srv/a', action: 'do-not-save' }], null, null)).toBe('keep');
  });

  test.each([
    ['repository', 'acme/shop', 'git@github.com:acme/shop.git', null],
    ['repository', 'github.com/acme/*', 'https://github.com/acme/shop', null],
    ['path', '/home/*/private', null, '/home/ada/private/notes'],
    ['path', 'C:\\projects\\secret', null, 'c:/projects/secret/app'],
  ] as const)('by %s, %s fits', (scope, pattern, repository, path) => {
    expect(action([{ scope, pattern, action: 'redact' }], repository, path)).toBe('redact');
  });

  test('decide by the longest pattern, and by the strictest of equally long ones', () => {
    const broad = { scope: 'repository', pattern: 'acme/*', action: 'do-not-save' } as const;
    const narrow = { scope: 'repository', pattern: 'acme/open-source', action: 'keep' } as const;
    expect(action([broad, narrow], 'acme/open-source')).toBe('keep');
    expect(action([broad, narrow], 'acme/other')).toBe('do-not-save');
    const path = { scope: 'path', pattern: '/srv/a', action: 'keep' } as const;
    expect(action([path, { ...path, action: 'redact' }], null, '/srv/a')).toBe('redact');
  });
});
