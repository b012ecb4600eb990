import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import { signalsOf } from './signals.ts';

const START = '2026-11-20T09:00:00.000Z';
const LATER = '2026-11-20T09:15:00.000Z';
const BEFORE = 'const meals = 1;\nserve(once, theBowl);';
const AFTER = 'const meals = 5;\nserve(withWater(meals), theBowl);';
const PATCH = `@@ -1,2 +1,2 @@\n-${BEFORE.replace('\n', '\n-')}\n+${AFTER.replace('\n', '\n+')}`;
/** What was talked about, when, and in which file. */
const SAID = {
  walls: { text: 'Paint the kitchen wall with two coats of green paint.', at: '2026-11-19T09:00:00.000Z' },
  pets: { text: 'The dog does not eat: a puppy should get fresh water and food.', at: START },
};

describe.each(databaseKinds())('links by meaning on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    for (const [topic, { text, at }] of Object.entries(SAID)) {
      const edits = [{ path: `/home/ada/zoo/src/${topic}.ts`, before: BEFORE, after: AFTER }];
      const toolCalls = [{ name: 'Edit', action: 'edit' as const, edits }];
      const { id } = await api.client.conversation.create({
        tool: 'claude-code',
        sessionId: topic,
        branch: 'main',
        repository: 'github.com/sample/zoo',
        startedAt: at,
        messages: [
          { id: 'q', author: 'human', text, at },
          { id: 'a', author: 'assistant', text: 'Done.', at, toolCalls },
        ],
      });
      ids.set(topic, id);
    }
    await vi.waitFor(async () => {
      const { items } = await api.client.conversation.list({});
      const wanted = hasVectors() ? 'completed' : 'pending';
      expect(items.map(({ embeddingStatus }) => embeddingStatus)).toEqual([wanted, wanted]);
    }, 20_000);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const hasVectors = () => api.context.search.hasVectors;

  test('a subject in other words counts for the conversation that is nearest, where there are vectors', async () => {
    const sha = randomBytes(20).toString('hex');
    await api.client.commit.record({
      repository: 'github.com/sample/zoo',
      commits: [
        {
          sha,
          message: 'Let hungry hounds drink',
          authoredAt: LATER,
          committedAt: LATER,
          branch: 'main',
          files: [{ path: 'src/pets.ts', change: 'modified', patch: PATCH }],
        },
      ],
    });
    const link = await vi.waitFor(async () => {
      const { items } = await api.client.link.ofCommit({ sha });
      expect(items[0]?.conversation.conversationId).toBe(ids.get('pets'));
      return items[0];
    }, 20_000);
    const meaning = link?.reasons.find(({ signal }) => signal === 'meaning');
    expect(meaning?.reason).toBe(
      hasVectors()
        ? 'In meaning the conversation is no. 1 of those nearest to the subject.'
        : '0 % of the words of the subject occur in the conversation.',
    );
  });

  test('the nearest conversations are named best first, each once, and none for a text of nothing', async () => {
    const { tenantId } = await api.client.identity.whoami({});
    const near = await api.context.search.nearest(tenantId, 'a wall in the kitchen', 5);
    expect(near).toEqual(hasVectors() ? [ids.get('walls'), ids.get('pets')] : []);
    expect(await api.context.search.nearest(tenantId, ' ', 5)).toEqual([]);
  });
});

test('a conversation that is not among the nearest has no place', () => {
  const commit = {
    sha: 'a'.repeat(40),
    message: 'Let hungry hounds drink',
    kind: 'ordinary' as const,
    parents: [],
    repositoryKey: 'github.com/sample/zoo',
    branch: null,
    authoredAt: new Date(LATER),
    authoredOffset: 0,
    authorEmail: null,
    authorIsKnown: false,
    files: [],
    attributed: [],
  };
  const conversation = {
    sessionId: 'pets',
    repositoryKey: null,
    branch: null,
    startedAt: null,
    endedAt: null,
    nextStartAt: null,
    localTime: false,
    ownerEmail: null,
    seen: [],
    edits: [],
    words: new Set(['hungri']),
  };
  expect(signalsOf(conversation, commit, 'none').facts.meaning).toMatchObject({ rank: null });
  expect(signalsOf(conversation, commit, 'none', 4).facts.meaning).toMatchObject({ rank: 4 });
});
