import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../ai-api/src/config/index.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type Compose, composeFaults } from '../src/compose/check.ts';
import { VARIABLES } from '../src/compose/variables.ts';
import { dockerfileFaults } from '../src/images/lint.ts';
import { environmentOf, newEnvironmentFile } from './compose-environment.ts';
import { facts } from './facts.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const IMAGES = readdirSync(join(ROOT, 'infra/images')).map((name) => `infra/images/${name}`);

describe.each(IMAGES)('%s', (path) => {
  test('has nothing to complain of', () => {
    expect(dockerfileFaults(read(path))).toEqual([]);
  });

  test('copies only what is there', () => {
    const sources = [...read(path).matchAll(/^COPY (?!--from)(?:--\S+ )*(.+)$/gm)]
      .flatMap(([, args = '']) => args.split(' ').slice(0, -1))
      .filter((source) => source !== '.');
    for (const source of sources) expect(existsSync(join(ROOT, source)), source).toBe(true);
  });
});

test('the image of the API installs from the manifest of every workspace', () => {
  for (const workspace of packageJson.workspaces)
    expect(read('infra/images/api.Dockerfile')).toContain(`COPY ${workspace}/package.json ${workspace}/`);
});

const API = 'infra/images/api.Dockerfile';
test.each([
  [
    'an unpinned base',
    (text: string) => text.replaceAll(/node:24[\w.-]+/g, 'node:24'),
    'has a base that is not pinned: node:24',
  ],
  [
    'the newest base',
    (text: string) => text.replaceAll(/node:24[\w.-]+/g, 'node:latest'),
    'has a base that is not pinned: node:latest',
  ],
  ['root', (text: string) => text.replace('USER 1000', ''), 'runs as root'],
  [
    'a shell around its program',
    (text: string) => text.replace(/^CMD .*$/m, 'CMD node main.ts'),
    'has CMD in shell form',
  ],
  ['no health check', (text: string) => text.replace(/^HEALTHCHECK.*$/m, ''), 'has no HEALTHCHECK'],
  [
    'packages that nobody locked',
    (text: string) => text.replace('npm ci', 'npm install'),
    'uses npm install instead of npm ci',
  ],
] as const)('an image with %s is found out', (_, change, fault) => {
  expect(dockerfileFaults(change(read(API)))).toContain(fault);
});

describe('compose.yaml', () => {
  test.each(['api', 'worker'])('gives the %s an environment that it starts with', (service) => {
    const environment = environmentOf(service, newEnvironmentFile());
    const config = readConfig(environment);
    expect(config).toMatchObject({ NODE_ENV: 'production', ROLE: service, OBJECTS_AUDIT_BUCKET: 'audit' });
  });

  const compose = () => parse(read('compose.yaml'), { merge: true }) as Compose;
  const known = () => ({
    settings: facts().settings,
    variables: new Set([...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name as string)),
    healthy: new Set(IMAGES.filter((path) => /^HEALTHCHECK (?!NONE)/m.test(read(path)))),
    exists: (path: string) => existsSync(join(ROOT, path)),
  });

  test('has every variable, port, volume and image that its services need', () => {
    expect(composeFaults(compose(), known())).toEqual([]);
  });

  test('has clamd report what is beyond its limits, as Terraform has', () => {
    const option = "echo 'AlertExceedsMax yes' >> /etc/clamav/clamd.conf";
    expect(read('compose.yaml')).toContain(option);
    expect(read('infra/terraform/clamd.tf')).toContain(option);
  });

  test('has each variable of .env.example made by npm run compose:env', () => {
    expect([...known().variables].sort()).toEqual(Object.keys(VARIABLES).sort());
    for (const { make } of Object.values(VARIABLES)) expect(make()).not.toBe('');
  });

  const planted: [string, (services: Compose['services']) => void, string][] = [
    [
      'an unpinned image',
      (services) => Object.assign(services.mailpit ?? {}, { image: 'axllent/mailpit:latest' }),
      'mailpit has an image that is not pinned: axllent/mailpit:latest',
    ],
    [
      'a missing secret',
      (services) => delete services.tooljet?.environment?.LOCKBOX_MASTER_KEY,
      'tooljet needs LOCKBOX_MASTER_KEY',
    ],
    [
      'a variable nobody makes',
      (services) => Object.assign(services.minio?.environment ?? {}, { X: `\${NOBODY:?}` }),
      'minio uses NOBODY, which .env.example does not have',
    ],
    [
      'a setting the API does not have',
      (services) => Object.assign(services.api?.environment ?? {}, { DATABASE: 'x' }),
      'api sets DATABASE, which is not a setting of the API',
    ],
    [
      'a wrong host',
      (services) => Object.assign(services.worker?.environment ?? {}, { SMTP_URL: 'smtp://mailhog:1025' }),
      'worker has mailhog in SMTP_URL, which is no service',
    ],
    [
      'an open port',
      (services) => services.postgres?.ports?.push('5433:5432'),
      'postgres opens 5433:5432 to the network',
    ],
    [
      'a port taken twice',
      (services) => services.redis && Object.assign(services.redis, { ports: ['127.0.0.1:8000:6379'] }),
      'two services take port 8000',
    ],
    [
      'an undeclared volume',
      (services) => services.redis?.volumes?.push('lost:/x'),
      'redis has a volume that is not declared: lost',
    ],
    [
      'a wait without an end',
      (services) => delete services.minio?.healthcheck,
      'api waits for the health of minio, which has no check',
    ],
  ];
  test.each(planted)('is found out with %s', (_, plant, fault) => {
    const changed = compose();
    plant(changed.services);
    expect(composeFaults(changed, known())).toContain(fault);
  });
});
