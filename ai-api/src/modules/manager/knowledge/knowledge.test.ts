import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { businessDatabases } from '../../../../test/databases.ts';
import { docxOf, pdfOf } from '../../../../test/files.ts';
import { refusal } from '../../../../test/people.ts';
import { type Policies, startPolicies, type Upload } from '../../../../test/policies.ts';
import { createWordIndexes } from './retrieval/word-indexes.ts';
import { searchPassages } from './search.ts';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

describe.each(businessDatabases())('policies on $name', ({ create }) => {
  let api: Policies['api'];
  let upload: Policies['upload'];
  let hasVectors: Policies['hasVectors'];
  let whatMeaningSays: Policies['whatMeaningSays'];
  let textsFor: Policies['textsFor'];
  let stop: Policies['stop'];
  beforeAll(async () => {
    ({ api, upload, hasVectors, whatMeaningSays, textsFor, stop } = await startPolicies(await create()));
  });
  afterAll(() => stop());

  test('are found by their words, with heading and version', async () => {
    const { passages, meaning } = await api.client.policy.search({ query: 'How long is parental leave?' });
    expect(passages[0]).toMatchObject({
      title: 'Leave policy',
      heading: ['Leave policy', 'Parental leave'],
      version: 1,
      page: null,
    });
    expect(passages[0]?.text).toContain('16 weeks');
    expect(meaning).toBe(whatMeaningSays());
  });

  test('are found by their meaning where no word is the same', async () => {
    expect((await textsFor('airplane ticket cost', 'words')).some((text) => text.includes('economy'))).toBe(
      false,
    );
    const byMeaning = await textsFor('airplane ticket cost', 'meaning');
    if (hasVectors()) expect(byMeaning[0]).toContain('economy class');
    else expect(byMeaning).toEqual([]);
  });

  test('are found alike by the database, where a company has too many for the memory', async () => {
    const { database, collections } = api.context;
    const { tenant_id: tenantId } = await database
      .system('the test looks behind the API')
      .selectFrom('knowledge.documents')
      .select('tenant_id')
      .executeTakeFirstOrThrow();
    const wordIndexes = createWordIndexes(database, { mostPassages: 0 });
    for (const by of ['words', 'both'] as const) {
      const { passages } = await searchPassages(
        { database, collections, wordIndexes },
        tenantId,
        'How long is parental leave?',
        { by, limit: 5 },
      );
      expect(passages[0]?.heading).toEqual(['Leave policy', 'Parental leave']);
    }
  });

  test('are not found from another company', async () => {
    const { database, collections, identity } = api.context;
    const tenantId = await identity.ensureTenant('Another company');
    const setup = { database, collections, wordIndexes: createWordIndexes(database) };
    const asked = { by: 'both', limit: 5 } as const;
    expect((await searchPassages(setup, tenantId, 'How long is parental leave?', asked)).passages).toEqual(
      [],
    );
  });

  test.each([
    [
      'PDF',
      'application/pdf' as const,
      () =>
        pdfOf([
          'Remote work. The kitchen budget is 40 dollars a month.',
          'Page two: quiet hours begin at 21:30.',
        ]),
      'When do quiet hours begin?',
      { page: 2 },
    ],
    [
      'Word',
      WORD as typeof WORD & Upload['contentType'],
      async () => docxOf(['# Security', '## Passwords', 'Use the vault for every shared credential.']),
      'Where do shared credentials go?',
      { heading: ['Security', 'Passwords'], page: null },
    ],
    [
      'HTML',
      'text/html' as const,
      async () =>
        Buffer.from(
          '<h1>Mentoring</h1><p hidden>Secret stipend</p><script>stipend()</script><div><h2>Pairs</h2><p>Mentors meet <b>fortnightly</b>.</p></div>',
        ),
      'How often do mentors meet?',
      { heading: ['Mentoring', 'Pairs'], text: 'Mentors meet fortnightly.' },
    ],
    [
      'JSON',
      'application/json' as const,
      async () =>
        Buffer.from(JSON.stringify({ title: 'Rubric', levels: { senior: { autonomy: 'Owns a quarter' } } })),
      'senior autonomy quarter',
      { heading: ['levels', 'senior'], title: 'Rubric' },
    ],
  ])('are read from %s', async (kind, contentType, body, query, expected) => {
    const document = await upload(`file.${kind}`, await body(), { contentType });
    expect(document.state).toBe('indexed');
    const { passages } = await api.client.policy.search({ query });
    expect(passages.find(({ documentId }) => documentId === document.documentId)).toMatchObject(expected);
    expect(passages.some(({ text }) => text.includes('stipend'))).toBe(false);
  });

  test.each([
    [
      'not a PDF',
      'application/pdf' as const,
      async () => Buffer.from('%PDF-1.7 broken'),
      'not a readable PDF',
    ],
    [
      'an encrypted PDF',
      'application/pdf' as const,
      () => pdfOf(['x'], { userPassword: 'secret' }),
      'encrypted',
    ],
    ['a PDF without text', 'application/pdf' as const, () => pdfOf(['']), 'no text'],
    [
      'not a Word document',
      WORD as Upload['contentType'],
      async () => Buffer.from('PK nonsense'),
      'Word document',
    ],
    [
      'an encrypted Word document',
      WORD as Upload['contentType'],
      async () => Buffer.from('d0cf11e0a1b11ae100000000', 'hex'),
      'encrypted',
    ],
    [
      'text that is not UTF-8',
      'text/markdown' as const,
      async () => Buffer.from([0xff, 0xfe, 0x00]),
      'UTF-8',
    ],
    ['broken JSON', 'application/json' as const, async () => Buffer.from('{"a":'), 'JSON'],
    ['nothing but space', 'text/plain' as const, async () => Buffer.from('  \n '), 'no text'],
  ])('say what is wrong with %s, and do not stop the queue', async (what, contentType, body, words) => {
    const document = await upload(`bad ${what}`, await body(), { contentType });
    expect([document.state, document.indexedVersion]).toEqual(['failed', null]);
    expect(document.error).toContain(words);
  });

  test('have versions: the newest that can be read is searched, the same content makes none', async () => {
    const first = await upload('holiday.md', '# Holidays\n\nThe office closes on the ninth of March.');
    const same = await api.client.policy.upload({
      folder: 'policies',
      name: 'holiday.md',
      contentType: 'text/markdown',
      base64: base64('# Holidays\n\nThe office closes on the ninth of March.'),
    });
    expect(same.version).toBe(1);
    const broken = await upload('holiday.md', Buffer.from([0xff, 0xff]));
    expect([broken.version, broken.indexedVersion]).toEqual([2, 1]);
    expect((await textsFor('office closes March'))[0]).toContain('ninth of March');
    const next = await upload('holiday.md', '# Holidays\n\nThe office closes on the tenth of April.');
    expect([next.version, next.indexedVersion]).toEqual([3, 3]);
    expect((await textsFor('office closes')).join()).not.toContain('ninth of March');
    expect(next.versions.map(({ version, state }) => [version, state])).toEqual([
      [3, 'indexed'],
      [2, 'failed'],
      [1, 'indexed'],
    ]);
    const retired = await api.client.policy.retire({ documentId: first.documentId, reason: 'Replaced.' });
    expect(retired).toMatchObject({ status: 'retired', indexedVersion: null });
    expect((await textsFor('office closes')).join()).not.toContain('tenth of April');
    const again = api.client.policy.retire({ documentId: first.documentId, reason: 'Replaced.' });
    expect((await refusal(again)).code).toBe('CONFLICT');
  });

  test('are searched in the newest version that can be read, also when two are uploaded at once', async () => {
    const place = { folder: 'sops', name: 'kettle.md', contentType: 'text/markdown' } as const;
    const text = base64('# Kettle\n\nThe kettle is descaled on the first of the month.');
    const { documentId } = await api.client.policy.upload({ ...place, base64: text });
    await api.client.policy.upload({ ...place, base64: base64(Buffer.from([0xff, 0xff])) });
    await vi.waitFor(
      async () => {
        const { indexedVersion, versions } = await api.client.policy.get({ documentId });
        expect([indexedVersion, ...versions.map(({ state }) => state)]).toEqual([1, 'failed', 'indexed']);
      },
      { timeout: 30_000, interval: 50 },
    );
    expect((await textsFor('When is the kettle descaled?'))[0]).toContain('first of the month');
  });
});
