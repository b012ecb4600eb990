import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { builderRow, projectRow } from '../../../../test/people.ts';
import { completed, problem } from '../../../../test/runs.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { readConfig } from '../../../config/index.ts';
import { weekOf } from '../../../platform/week.ts';

const READER = `aim_readonly_${'fedcba9876543210'.repeat(3)}`;

describe.each(businessDatabases())('a company on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(scoreEverything(80, (criterion) => [criterion]));
    api = await startApi(testDatabase, {
      DATA_REGION: 'eu-central-1',
      OPENAI_API_KEY: 'sk-a-key-of-the-test',
      OPENAI_BASE_URL: model.url,
    });
  });
  afterAll(async () => {
    await api.stop();
    await model.close();
    await testDatabase.remove();
  });

  test('has settings with defaults', async () => {
    const tenant = await api.client.tenant.get({});
    expect(tenant).toMatchObject({
      name: 'default',
      tier: 'enterprise',
      dataRegion: null,
      installationRegion: 'eu-central-1',
      settings: { timezone: 'UTC', models: 'allowed', answerWindowHours: 48, contestDays: 10 },
    });
  });

  test('changes what it names, keeps the rest, and the trail has before and after', async () => {
    await api.client.tenant.update({ timezone: 'Pacific/Kiritimati' });
    const { settings, dataRegion } = await api.client.tenant.update({ contestDays: 12 });
    expect({ settings, dataRegion }).toEqual({
      settings: {
        timezone: 'Pacific/Kiritimati',
        models: 'allowed',
        answerWindowHours: 48,
        contestDays: 12,
        requireNotice: false,
      },
      dataRegion: null,
    });
    const { items } = await api.client.audit.list({ operationId: 'tenant.update' });
    const { details } = await api.client.audit.get({ seq: items[0]?.seq ?? 0 });
    expect(details[0]?.content).toEqual({
      before: {
        timezone: 'Pacific/Kiritimati',
        models: 'allowed',
        answerWindowHours: 48,
        contestDays: 10,
        requireNotice: false,
        dataRegion: null,
      },
      after: {
        timezone: 'Pacific/Kiritimati',
        models: 'allowed',
        answerWindowHours: 48,
        contestDays: 12,
        requireNotice: false,
        dataRegion: null,
      },
    });
  });

  test('reports which setting is not valid, and not every role may change it', async () => {
    expect(await problem(api.client.tenant.update({ timezone: 'Mars/Olympus' }))).toEqual({
      status: 422,
      code: 'INVALID_INPUT',
    });
    const { tenantId } = await api.client.tenant.get({});
    await api.context.identity.ensureKey(tenantId, 'reader', READER, ['readonly']);
    const reader = createClient(resources, { baseUrl: api.url, apiKey: READER });
    expect(await problem(reader.tenant.get({}))).toMatchObject({ status: 403 });
    expect(await problem(reader.tenant.update({ models: 'off' }))).toMatchObject({ status: 403 });
  });

  test('that wants no model has its weeks judged by rules alone, by the calendar of its time zone', async () => {
    await api.client.people.import({ builders: [builderRow()], projects: [projectRow()] });
    const { runId, engine, week } = await api.client.evaluation.startWeekly({ dryRun: true });
    await completed(api.client, runId);
    const asked = model.calls.length;
    expect(engine).toBe('model');
    expect(week < weekOf(new Date(), 'Pacific/Kiritimati')).toBe(true);
    await api.client.tenant.update({ models: 'off' });
    const without = await api.client.evaluation.startWeekly({ dryRun: true });
    expect(await completed(api.client, without.runId)).toMatchObject({ engine: 'rules', judged: 1 });
    expect(model.calls.length).toBe(asked);
  });
});

test('a region that other settings contradict is refused', () => {
  const read = (env: Record<string, string>) => () => readConfig({ DATA_REGION: 'eu-central-1', ...env });
  expect(read({ AWS_REGION: 'us-east-1' })).toThrow(
    'DATA_REGION is eu-central-1, but AWS_REGION says us-east-1',
  );
  expect(read({ DATABASE_URL: 'postgres://u@db.x1.us-east-1.rds.amazonaws.com/app' })).toThrow(
    'but DATABASE_URL says us-east-1',
  );
  expect(read({ OBJECTS_BUCKET: 'files', OBJECTS_REGION: 'us-east-1' })).toThrow('but OBJECTS_REGION says');
  expect(read({ DATABASE_URL: 'postgres://u@ep-x.eu-central-1.aws.neon.tech/app' })).not.toThrow();
});
