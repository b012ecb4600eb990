import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';

const FOLDER = new URL('../../../../test/fixtures/cases/csv/', import.meta.url);
const HEADER = 'builder_id,name,email,team,title,status,started_on,weekly_hours,timezone';
const row = (id: string, name: string, email = `${id}@case.example`) =>
  `${id},${name},${email},North,Engineer,active,2025-01-13,40,Europe/Berlin`;

interface Answered {
  status: number;
  body: { code?: string; detail?: string; errors?: { message: string }[]; builders?: { inserted: number } };
}

describe.each(businessDatabases())('files of builders as they come, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  async function post(body: Buffer | string, charset = ''): Promise<Answered> {
    const response = await fetch(`${api.url}/people/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': `application/json${charset}` },
      body: new Uint8Array(Buffer.from(body)),
    });
    return { status: response.status, body: (await response.json()) as Answered['body'] };
  }
  /** The bytes of a file, put into a body of JSON as they are. */
  const asBody = (bytes: Buffer) =>
    Buffer.concat([
      Buffer.from('{"builders":"'),
      Buffer.from(
        bytes.toString('latin1').replaceAll('\r', String.raw`\r`).replaceAll('\n', String.raw`\n`),
        'latin1',
      ),
      Buffer.from('"}'),
    ]);
  const file = (name: string) => readFileSync(new URL(name, FOLDER));
  const names = async () => (await api.client.builder.list({})).items.map(({ name }) => name);
  const messages = ({ body }: Answered) => (body.errors ?? []).map(({ message }) => message);

  test.each<[string, Buffer]>([
    ['r33-body-not-utf8.bin', file('r33-body-not-utf8.bin')],
    ['r33-windows-1252.csv', asBody(file('r33-windows-1252.csv'))],
    ['r33-one-bad-byte.csv', asBody(file('r33-one-bad-byte.csv'))],
    [
      'Mac Roman',
      asBody(
        Buffer.concat([
          Buffer.from(`${HEADER}\nm-1,J`),
          Buffer.from([0x9a]),
          Buffer.from(`rg,${row('m-1', '').slice(5)}`),
        ]),
      ),
    ],
    [
      'half of a surrogate pair as UTF-8',
      asBody(
        Buffer.concat([
          Buffer.from(`${HEADER}\ns-1,`),
          Buffer.from([0xed, 0xa0, 0x80]),
          Buffer.from(row('', '').slice(1)),
        ]),
      ),
    ],
    [
      'a letter that is cut in the middle',
      asBody(Buffer.from(`${HEADER}\n${row('c-1', 'Zoë')}`).subarray(0, HEADER.length + 8)),
    ],
    [
      'UTF-16 without a mark',
      Buffer.from(JSON.stringify({ builders: `${HEADER}\n${row('w-1', 'Jörg')}` }), 'utf16le'),
    ],
  ])('bytes that are no UTF-8 are refused, and no name is spoilt: %s', async (_what, body) => {
    const answered = await post(body);
    expect(answered.status, JSON.stringify(answered.body)).toBe(400);
    expect((await names()).filter((name) => name.includes('\ufffd'))).toEqual([]);
  });

  test('the same bytes after they were decoded wrongly are refused, naming encoding and cure', async () => {
    for (const name of ['r33-windows-1252.csv', 'r33-one-bad-byte.csv']) {
      const answered = await post(JSON.stringify({ builders: file(name).toString('utf8') }));
      expect(answered.status).toBe(422);
      expect(messages(answered).join()).toMatch(/letters that were lost.*CSV UTF-8/);
    }
  });

  test('r34-excel-blank-rows.csv is one builder', async () => {
    const answered = await post(JSON.stringify({ builders: file('r34-excel-blank-rows.csv').toString() }));
    expect(answered).toMatchObject({ status: 200, body: { builders: { inserted: 1 } } });
    expect(await names()).toContain('Jörg Müller');
  });

  test.each([
    ['r37-nfc-nfd.csv', file('r37-nfc-nfd.csv').toString(), 'duplicate of row 2'],
    ['r37-one-address-twice.csv', file('r37-one-address-twice.csv').toString(), 'is also the address of'],
    [
      'a ligature',
      [HEADER, row('ofﬁce-1', 'A'), row('office-1', 'B', 'b@case.example')].join('\n'),
      'duplicate of row 2',
    ],
    [
      'a word joiner',
      [HEADER, row('x-1', 'A'), row('x\u2060-1', 'B', 'b@case.example')].join('\n'),
      'duplicate of row 2',
    ],
    [
      'an address in full-width letters',
      [HEADER, row('y-1', 'A', 'ann@case.example'), row('y-2', 'B', 'Ａnn@case.example')].join('\n'),
      'is also the address of',
    ],
    [
      'the header on each page',
      [HEADER, row('z-1', 'A'), HEADER, row('z-2', 'B')].join('\n'),
      'is the header again: remove it',
    ],
    [
      'a row of totals with a count',
      [HEADER, row('q-1', 'A'), 'Total (1),,,,,,,40,'].join('\n'),
      'is a row of totals: remove it',
    ],
  ])('%s is refused by its cause, once, and nothing is stored', async (_what, builders, cause) => {
    const before = await names();
    const answered = await post(JSON.stringify({ builders }));
    expect(answered.status).toBe(422);
    expect(messages(answered).join(' / ')).toContain(cause);
    expect(await names()).toEqual(before);
  });

  test('upright bars, sep= and titles are taken', async () => {
    const bars = (text: string) => text.replaceAll(',', '|');
    const builders = [
      'sep=|',
      'Staff of the north',
      '',
      bars(HEADER),
      bars(row('bar-1', 'Zoë Ó Briain')),
      '||||||||',
    ];
    expect(await post(JSON.stringify({ builders: builders.join('\r\n') }))).toMatchObject({
      status: 200,
      body: { builders: { inserted: 1 } },
    });
    expect(await names()).toContain('Zoë Ó Briain');
  });
});
