import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import { startEmbeddingRecorder } from '../../../../test/embedding-recorder.ts';
import { refusal } from '../../../../test/people.ts';
import type { Client } from '../../../catalogue/client.ts';
import { lexemesOf, shasIn, tokensOf } from './analysis.ts';
import { after, fuse, type LegHit } from './fusion.ts';
import { highlight } from './highlight.ts';
import { passagesOf } from './passages.ts';
import { parseQuery } from './query.ts';

describe('names in code', () => {
  test.each([
    ['getUserById', ['getuserbyid', 'user', 'id']],
    ['user_session_token', ['user_session_token', 'session', 'token']],
    ['src/auth/jwt.ts', ['src/auth/jwt.ts', 'jwt.ts', 'jwt', 'auth', 'ts']],
    ['HTTPServer2', ['httpserver2', 'http', 'server', '2']],
    ['flaky', ['flaki']],
  ])('%s is found whole and by its parts', (token, lexemes) => {
    expect(lexemesOf(token)).toEqual(expect.arrayContaining(lexemes));
  });

  test('commits are known by their first seven digits', () => {
    expect(shasIn(tokensOf('[main 7e9fe99abc] Fix; see 1234567 and decade and DEADBEEF1'))).toEqual([
      '7e9fe99',
      'deadbee',
    ]);
  });
});

describe('a query', () => {
  test.each([
    ['"drain letters" loop', ['drain letters']],
    ['say "never closed', []],
    ['""""', []],
    ['-> => !! ??', []],
  ])('%s has the phrases %j', (text, phrases) => {
    expect(parseQuery(text).phrases).toEqual(phrases);
  });

  test('of any text can be read and highlighted, and what is marked is escaped', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ maxLength: 2_000 }),
        (query, text) => {
          const marked = highlight(`${text} <b>${query}`, parseQuery(query));
          expect(marked.replaceAll(/<\/?mark>/g, '')).not.toMatch(/[<>]/);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('passages', () => {
  const message = fc.record({
    author: fc.constantFrom('human' as const, 'assistant' as const, 'tool' as const),
    text: fc.string({ maxLength: 5_000 }),
  });

  test('have every word that was said, in parts of bounded length, with the same ids each time', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (given) => {
        const messages = given.map((said, place) => ({ ...said, id: `m${place}`, place, calls: [] }));
        const passages = passagesOf({ id: 'c', title: 't' }, messages);
        expect(new Set(passages.map(({ id }) => id)).size).toBe(passages.length);
        expect(passagesOf({ id: 'c', title: 't' }, messages)).toEqual(passages);
        for (const { human, answer } of passages)
          expect(human.length + answer.length).toBeLessThanOrEqual(2_000);
        const said = (texts: string[]) => texts.join('').replaceAll(/\s/g, '');
        const spoken = messages.filter(({ author }) => author === 'assistant').map(({ text }) => text);
        expect(said(passages.map(({ answer }) => answer))).toBe(said(spoken));
      }),
      { numRuns: 60 },
    );
  });
});

describe('fusion', () => {
  const leg = fc
    .uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 30 })
    .map((numbers) =>
      numbers.map(
        (number): LegHit => ({ passageId: `p${number}`, conversationId: `c${number % 12}`, score: 1 }),
      ),
    );

  test('pages of any size add up to the window, without overlap', () => {
    fc.assert(
      fc.property(
        leg,
        leg,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 7 }),
        (a, b, alpha, size) => {
          const hits = fuse(a, b, alpha);
          const paged = [];
          for (let rest = hits; rest.length > 0; rest = after(hits, paged.at(-1) ?? null))
            paged.push(...rest.slice(0, size));
          expect(paged).toEqual(hits);
          expect(hits).toHaveLength(new Set([...a, ...b].map(({ conversationId }) => conversationId)).size);
        },
      ),
    );
  });

  test('with weight on one leg alone keeps the order of that leg', () => {
    fc.assert(
      fc.property(leg, (hits) => {
        const order = [...new Set(hits.map(({ conversationId }) => conversationId))];
        expect(fuse(hits, [], 0).map(({ conversationId }) => conversationId)).toEqual(order);
        expect(fuse([], hits, 1).map(({ conversationId }) => conversationId)).toEqual(order);
      }),
    );
  });
});

const TOPICS = [
  [
    'The login test fails now and then',
    'Wait for refreshSessionToken() in src/auth/session.ts before you assert.',
    'auth',
  ],
  ['How do I paint the kitchen wall?', 'Use two coats of green paint and let them dry overnight.', 'home'],
  ['Which commit broke the build?', 'It was 7e9fe99abc1, which renamed user_profile_cache.', 'build'],
  ['The dog does not eat', 'A puppy eats little when it is warm. Give it fresh water.', 'pets'],
] as const;

describe.each(databaseKinds())('the search of conversations on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    client = api.client;
    for (const [question, answer, topic] of TOPICS) {
      const { id } = await client.conversation.create({
        sessionId: topic,
        tool: topic === 'build' ? 'aider' : 'cursor',
        repository: `acme/${topic}`,
        messages: [
          { author: 'human', text: question },
          {
            author: 'assistant',
            text: answer,
            toolCalls: [{ name: 'Edit', edits: [{ path: `/x/src/${topic}.ts` }] }],
          },
        ],
      });
      ids.set(topic, id);
    }
    await vi.waitFor(async () => {
      expect((await client.conversation.search({ q: 'puppy', alpha: 0 })).total).toBe(1);
      if (hasVectors()) expect(await statuses()).toEqual(['completed']);
    }, 20_000);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const hasVectors = () => api.context.collections.engine !== 'none';
  const statuses = async () => {
    const { items } = await client.conversation.list({});
    return [...new Set(items.map(({ embeddingStatus }) => embeddingStatus))];
  };
  const found = async (q: string, options = {}) => {
    const { items } = await client.conversation.search({ q, alpha: 0, ...options });
    return items.map(({ conversation }) => conversation.id);
  };

  test.each([
    ['a whole name', 'refreshSessionToken', 'auth'],
    ['a part of a name', 'session token', 'auth'],
    ['letters in the middle of a name', 'freshSessionTok', 'auth'],
    ['a file', 'session.ts', 'auth'],
    ['a path', 'src/auth/session.ts', 'auth'],
    ['a name with underscores', 'user_profile_cache', 'build'],
    ['a commit in short', '7e9fe99', 'build'],
    ['a commit in full', '7e9fe99abc1', 'build'],
    ['an exact phrase', '"two coats of green"', 'home'],
    ['another form of a word', 'painting walls', 'home'],
  ])('finds %s by words', async (_what, query, topic) => {
    expect((await found(query))[0]).toBe(ids.get(topic));
  });

  test('finds nothing for what only sounds right, or for signs', async () => {
    expect(await found('"coats of two green"')).toEqual([]);
    for (const query of ['->', '!!! ???', '"', '" "', '%_\\', "');--"])
      expect(await found(query)).toEqual([]);
  });

  test('takes long queries and open quotes, and refuses what no URL holds', async () => {
    expect((await found(`puppy ${'word '.repeat(1_000)}`))[0]).toBe(ids.get('pets'));
    expect((await found('"puppy eats'))[0]).toBe(ids.get('pets'));
    expect(await refusal(client.conversation.search({ q: 'x'.repeat(10_000) }))).toMatchObject({
      status: 414,
    });
  });

  test('narrows by filters', async () => {
    const q = 'the build puppy wall login';
    expect(await found(q, { repository: 'acme/home' })).toEqual([ids.get('home')]);
    expect(await found(q, { tool: 'aider' })).toEqual([ids.get('build')]);
    expect(await found(q, { file: 'src/pets.ts' })).toEqual([ids.get('pets')]);
    expect(await found(q, { hasCommit: true })).toEqual([]);
    expect(await found(q, { alpha: 0.5, repository: 'acme/home' })).toEqual([ids.get('home')]);
  });

  test('says why, escapes, and jumps to the message', async () => {
    const { items, names, meaning } = await client.conversation.search({
      q: 'puppy water',
      alpha: 0,
      explain: true,
    });
    expect(items[0]).toMatchObject({
      explain: { words: { rank: 1 }, meaning: null, formula: '1 / (60 + 1) by words' },
    });
    expect(items[0]?.highlight).toContain('<mark>puppy</mark>');
    expect(names).toBe('Parts of names were searched.');
    expect(meaning).toBe('Only words were searched.');
    const hit = items[0];
    const page = await client.conversation.listMessages({
      conversationId: hit?.conversation.id ?? '',
      around: hit?.messageId ?? '',
    });
    expect(page.items.map(({ id }) => id)).toContain(hit?.messageId);
  });

  test('pages through one window', async () => {
    const q = 'the dog wall commit test';
    const all = await found(q, { limit: 100 });
    const paged: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await client.conversation.search({ q, alpha: 0, limit: 1, cursor });
      paged.push(...page.items.map(({ conversation }) => conversation.id));
      expect(page.total).toBe(all.length);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(all);
  });

  test('finds by meaning where vectors are compared, and says so where not', async () => {
    const answer = await client.conversation.search({ q: 'canine food', alpha: 1 });
    if (hasVectors()) {
      expect(answer.items[0]?.conversation.id).toBe(ids.get('pets'));
      expect(answer.meaning).toBe('Meaning was compared.');
      const narrowed = await client.conversation.search({
        q: 'canine food',
        alpha: 1,
        repository: 'acme/home',
      });
      expect(narrowed.items.map(({ conversation }) => conversation.id)).toEqual([ids.get('home')]);
    } else {
      expect(answer.meaning).toBe('Meaning was not compared: the database does not have pgvector.');
      expect(await statuses()).toEqual(['pending']);
    }
  });
});

test('words are found while embeddings are away, and vectors follow', async () => {
  const [embedded] = databaseKinds();
  const testDatabase = await embedded.create();
  const recorder = await startEmbeddingRecorder();
  const api = await startApi(testDatabase, {
    EMBEDDINGS_PROVIDER: 'openai',
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: recorder.url,
  });
  try {
    const { client } = api;
    recorder.failWith({ status: 400 });
    const { id: conversationId } = await client.conversation.create({
      messages: [{ author: 'human', text: 'The kettle whistles.' }],
    });
    await vi.waitFor(async () => {
      const answer = await client.conversation.search({ q: 'kettle', alpha: 0.5 });
      expect(answer.total).toBe(1);
      expect(answer.meaning).toMatch(/^Meaning was not compared: /);
    }, 20_000);
    recorder.failWith(null, 0);
    await vi.waitFor(async () => {
      expect((await client.conversation.get({ conversationId })).embeddingStatus).toBe('completed');
    }, 30_000);
    expect(recorder.calls.every((call) => 'dimensions' in call && call.dimensions === 1536)).toBe(true);
  } finally {
    await api.stop();
    await recorder.close();
    await testDatabase.remove();
  }
});
