import { afterEach, expect, test, vi } from 'vitest';
import { apiEnvironment, openSources } from './api-environment.ts';
import { readOptions } from './options.ts';

const secrets = {
  apiKey: 'key',
  n8nPassword: 'password',
  startKey: 'start',
  sourcesKey: 'sources',
} as Parameters<typeof apiEnvironment>[1];
const simulated = {
  worksmartUrl: 'http://127.0.0.1:1/worksmart',
  brainliftUrl: 'http://127.0.0.1:1/brainlift',
  metricsUrl: 'http://127.0.0.1:1/metrics',
} as Parameters<typeof apiEnvironment>[2];

afterEach(() => vi.unstubAllEnvs());

const options = () => readOptions(['--sample'], { DATA_DIR });
const DATA_DIR = new URL('../../node_modules/.cache/ai-manager/start-test', import.meta.url).pathname;

test('a source that the environment names is not replaced by a simulated one, and is named', async () => {
  vi.stubEnv('WORKSMART_URL', 'https://worksmart.example.com');
  vi.stubEnv('SMTP_URL', 'smtp://mail.example.com');
  const lines: string[] = [];
  const progress = { line: (line: string) => lines.push(line), step: () => {} } as never;
  const sources = await openSources(options(), secrets, progress);
  await sources.close();
  expect(lines[0]).toBe('Sources: WorkSmart as the environment names them');
  expect(lines[1]).toMatch(/^Sources: BrainLift, Metrics simulated from /);
  expect(lines[2]).toBe('SMTP_URL is not used: e-mails stay in the inbox of this machine');
  const environment = apiEnvironment(options(), secrets, simulated);
  expect(environment).not.toHaveProperty('WORKSMART_URL');
  expect(environment).not.toHaveProperty('WORKSMART_API_KEY');
  expect(environment).toMatchObject({ BRAINLIFT_URL: simulated.brainliftUrl, SMTP_URL: '' });
});

test('without any, all sources are simulated', () => {
  for (const name of ['WORKSMART', 'BRAINLIFT', 'METRICS']) vi.stubEnv(`${name}_URL`, '');
  expect(apiEnvironment(options(), secrets, simulated)).toMatchObject({
    WORKSMART_URL: simulated.worksmartUrl,
    BRAINLIFT_URL: simulated.brainliftUrl,
    METRICS_URL: simulated.metricsUrl,
  });
});
