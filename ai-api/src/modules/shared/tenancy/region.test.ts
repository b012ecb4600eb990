import { afterEach, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi, testEnvironment } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { connect } from '../../../../test/followers.ts';
import { problem } from '../../../../test/runs.ts';
import { readConfig } from '../../../config/index.ts';
import { createContext } from '../../../context.ts';
import { createLog } from '../../../platform/log.ts';

const EU = 'https://eu.example.com';
/** Close code of a WebSocket whose caller may no longer follow. */
const CREDENTIAL_ENDED = 4001;
const AT_US = { DATA_REGION: 'us-east-1', DATA_REGION_URLS: JSON.stringify({ 'eu-west-1': EU }) };

describe.each(businessDatabases())('the region of a company on $name', ({ create }) => {
  const opened: { api: TestApi | null; testDatabase: TestDatabase }[] = [];
  afterEach(async () => {
    for (const { api, testDatabase } of opened.splice(0)) {
      await api?.stop();
      await testDatabase.remove();
    }
  });

  async function start(env: Record<string, string>): Promise<TestApi> {
    const testDatabase = await create();
    const entry = { api: null as TestApi | null, testDatabase };
    opened.push(entry);
    entry.api = await startApi(testDatabase, env);
    return entry.api;
  }

  test('is chosen once, with the word of the administrator about earlier data', async () => {
    const { client } = await start({ ...AT_US, PUBLIC_URL: 'https://us.example.com' });
    expect(await client.tenant.getRegion({})).toEqual({
      dataRegion: null,
      chosenAt: null,
      storedElsewhere: null,
      installationRegion: 'us-east-1',
      isHere: true,
      url: null,
      choices: [
        { region: 'eu-west-1', url: EU, isHere: false },
        { region: 'us-east-1', url: 'https://us.example.com', isHere: true },
      ],
      providers: [
        { name: expect.stringMatching(/^static:/), purpose: 'embeddings', regions: null, usable: true },
      ],
    });
    const choice = { region: 'us-east-1', storedElsewhere: true };
    expect(await client.tenant.chooseRegion(choice)).toMatchObject({
      dataRegion: 'us-east-1',
      storedElsewhere: true,
      chosenAt: expect.any(String),
      isHere: true,
      choices: [],
    });
    for (const region of ['us-east-1', 'eu-west-1'])
      expect(await problem(client.tenant.chooseRegion({ region, storedElsewhere: false }))).toEqual({
        status: 409,
        code: 'CONFLICT',
      });
    const { items } = await client.audit.list({ operationId: 'tenant.chooseRegion' });
    expect(items).toHaveLength(1);
    const { details } = await client.audit.get({ seq: items[0]?.seq ?? 0 });
    expect(details[0]?.content).toEqual({
      region: 'us-east-1',
      storedElsewhere: true,
      declaredBy: 'the administrator',
    });
  });

  test('is one that has an installation, and leaving this one has to be confirmed', async () => {
    const { client } = await start(AT_US);
    const choose = (region: string, leaveInstallation = false) =>
      problem(client.tenant.chooseRegion({ region, storedElsewhere: false, leaveInstallation }));
    expect(await choose('ap-southeast-1', true)).toMatchObject({ status: 409 });
    expect(await choose('eu-west-1')).toMatchObject({ status: 409 });
    expect(await client.tenant.getRegion({})).toMatchObject({ dataRegion: null });
    const url = opened.at(-1)?.api?.url ?? '';
    const connection = await connect(url, {}, ADMIN_KEY);
    await connection.next('ready');
    const left = { region: 'eu-west-1', storedElsewhere: true, leaveInstallation: true };
    expect(await client.tenant.chooseRegion(left)).toMatchObject({ isHere: false, url: EU });
    expect(await connection.closed).toMatchObject({ code: CREDENTIAL_ENDED });
    expect(await problem(client.tenant.get({}))).toEqual({ status: 421, code: 'WRONG_REGION' });
    expect(await client.tenant.getRegion({})).toMatchObject({ isHere: false, url: EU });
  });

  test('cannot be chosen where the installation does not say where it is, which then does not start', async () => {
    const testDatabase = await create();
    opened.push({ api: null, testDatabase });
    const undeclared = await startApi(testDatabase);
    const choice = { region: 'us-east-1', storedElsewhere: false };
    expect(await problem(undeclared.client.tenant.chooseRegion(choice))).toMatchObject({ status: 409 });
    await undeclared.stop();
    const here = await startApi(testDatabase, AT_US);
    await here.client.tenant.chooseRegion(choice);
    await here.stop();
    const config = readConfig(testEnvironment(testDatabase));
    await expect(createContext(config, createLog('silent'))).rejects.toThrow(
      'DATA_REGION is not set, but 1 company has chosen a region',
    );
  });
});

test('the installations of other regions are a JSON object of regions and URLs', () => {
  const read = (DATA_REGION_URLS: string) => () => readConfig({ DATA_REGION: 'us-east-1', DATA_REGION_URLS });
  expect(read('{"eu-west-1": "https://eu.example.com"}')).not.toThrow();
  expect(read('{')).toThrow('DATA_REGION_URLS is wrong: it is not JSON');
  expect(read('{"eu-west-1": "eu"}')).toThrow('DATA_REGION_URLS is wrong: eu-west-1 must be a URL');
  expect(() => readConfig({ DATA_REGION_URLS: '{}' })).toThrow('DATA_REGION is needed');
});
