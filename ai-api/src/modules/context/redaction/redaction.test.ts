import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Conversation, Message } from '../formats/model.ts';
import { redact, redactConversation } from './index.ts';

/** Secrets of no one: put together here, so that no scanner takes this file for a leak. */
const of = (prefix: string, length: number) => prefix + 'a1B2c3D4e5F6g7H8'.repeat(12).slice(0, length);

const SECRETS: [kind: string, secret: string][] = [
  ['github-token', of('ghp_', 36)],
  ['github-token', of('github_pat_', 82)],
  ['github-token', `${of('ghs_', 40)}.${of('', 60)}`],
  ['gitlab-token', of('glpat-', 20)],
  ['slack-token', of('xoxb-123456789012-', 24)],
  ['slack-webhook', of('hooks.slack.com/services/T0000/B0000/', 24)],
  ['aws-key', `AKIA${'IOSFODNN7ABCDEFG'}`],
  ['google-key', of('AIza', 35)],
  ['model-provider-key', of('sk-proj-', 48)],
  ['model-provider-key', of('sk-ant-api03-', 95)],
  ['stripe-key', of('sk_live_', 24)],
  ['webhook-secret', of('whsec_', 32)],
  ['npm-token', of('npm_', 36)],
  ['pypi-token', of('pypi-AgE', 60)],
  ['sendgrid-key', `${of('SG.', 22)}.${of('', 43)}`],
  ['vault-token', of('hvs.', 24)],
  ['ai-manager-key', of('aim_0a1b2c3d_', 40)],
  ['telegram-token', of('123456789:AA', 33)],
  ['jwt', `${of('eyJ', 30)}.${of('eyJ', 40)}.${of('', 43)}`],
];

describe('a secret is replaced by its kind', () => {
  test.each(SECRETS)('%s', (kind, secret) => {
    const { text, findings } = redact(`before ${secret} after, "${secret}".`);
    expect(text).toBe(`before [redacted:${kind}] after, "[redacted:${kind}]".`);
    expect(findings).toEqual([{ kind, count: 2 }]);
    expect(redact(`It is ${secret}.`).text).toBe(`It is [redacted:${kind}].`);
  });

  test('a private key, also with escaped line ends, and one that is cut off', () => {
    const key = (line: string) =>
      `-----BEGIN RSA PRIVATE KEY-----${line}MIIEpAIBAAKCAQEA${line}q83v+/=${line}`;
    const end = '-----END RSA PRIVATE KEY-----';
    expect(redact(`a\n${key('\n')}${end}\nb`).text).toBe('a\n[redacted:private-key]\nb');
    expect(redact(`{"key":"${key('\\n')}${end}\\n","b":1}`).text).toBe(
      '{"key":"[redacted:private-key]\\n","b":1}',
    );
    expect(redact(`a ${key('\n')}`).text).toBe('a [redacted:private-key]');
  });

  test.each([
    [
      'postgres://app:s3cr3t@db.example.com:5432/shop',
      'postgres://app:[redacted:connection-string]@db.example.com:5432/shop',
    ],
    [
      'https://deploy:hunter2@git.example.com/a.git',
      'https://deploy:[redacted:connection-string]@git.example.com/a.git',
    ],
    ['redis://:pa55@cache:6379', 'redis://:[redacted:connection-string]@cache:6379'],
    ['Authorization: Bearer abc123def456ghi789', 'Authorization: Bearer [redacted:authorization]'],
    ['password = "correct horse 7"', 'password = "[redacted:password]"'],
    ["passwd: 'hunter2'", "passwd: '[redacted:password]'"],
    ['PGPASSWORD=hunter2 psql', 'PGPASSWORD=[redacted:password] psql'],
    ['{\\"clientSecret\\": \\"abcd1234efgh\\"}', '{\\"clientSecret\\": \\"[redacted:secret]\\"}'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY', 'aws_secret_access_key = [redacted:secret]'],
    ['curl --token abcdef123456 x', 'curl --token [redacted:secret] x'],
    ['?api_key=abcdef123456&page=2', '?api_key=[redacted:secret]&page=2'],
    ['GITHUB_TOKEN="7e9fe99abc7e9fe99abc7e9fe99abc7e9fe99abc"', 'GITHUB_TOKEN="[redacted:secret]"'],
  ])('%s', (text, redacted) => {
    expect(redact(text).text).toBe(redacted);
  });
});

describe('what is no secret stays', () => {
  test.each([
    '[main 7e9fe99] Fix the login of the shop',
    'commit 0381a524da4c363a02ecd2ee720d8b641b187af9',
    'const password = await readPassword(prompt);',
    'function login(user: string, password: string, token: Token)',
    'token: process.env.API_TOKEN',
    'apiKey = config.provider.apiKey2;',
    'password: "********"',
    'password: "Enter your password"',
    'DATABASE_URL=postgres://app:$PASSWORD@db/shop',
    'max_tokens: 4096, token_count = 12',
    '<label for="password">Password</label>',
    '<div class="sk-folding-cube sk-spinner-container">',
    'git clone git@github.com:acme/shop.git',
    'Co-Authored-By: Claude <noreply@anthropic.com>',
    'npm install lodash@4.17.21 @types/node',
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    '123e4567-e89b-42d3-a456-426614174000',
  ])('%s', (text) => {
    expect(redact(text, { emails: true })).toEqual({ text, findings: [] });
  });
});

test('e-mail addresses are removed where the setting says so', () => {
  const text = 'ask ada@example.com or git@github.com:acme/shop';
  expect(redact(text).text).toBe(text);
  expect(redact(text, { emails: true })).toEqual({
    text: 'ask [redacted:email] or git@github.com:acme/shop',
    findings: [{ kind: 'email', count: 1 }],
  });
});

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(...SECRETS.map(([, secret]) => secret)),
  fc.constantFrom(
    'password="',
    'token=',
    '://a:',
    '@',
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    '"',
    ' ',
    '\n',
    '\\"',
    ']',
    '[',
  ),
);
const written = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 7, maxLength: 40 });

describe('always', () => {
  test('a second time changes nothing, and no known secret is left between blanks', () => {
    fc.assert(
      fc.property(written, fc.constantFrom(...SECRETS), written, (before, [, secret], after) => {
        const once = redact(`${before} ${secret} ${after}`, { emails: true });
        expect(once.text).not.toContain(` ${secret} `);
        expect(redact(once.text, { emails: true })).toEqual({ text: once.text, findings: [] });
      }),
      { numRuns: 500 },
    );
  });

  test('commit hashes stay', () => {
    fc.assert(
      fc.property(fc.array(hash, { minLength: 1, maxLength: 5 }), (hashes) => {
        const text = hashes.map((sha) => `[main ${sha}] Subject ${sha}, commit ${sha}`).join('\n');
        expect(redact(text, { emails: true }).text).toBe(text);
      }),
    );
  });

  test.each([
    ['eyJ', 100_000],
    ['ghp_', 100_000],
    ['sk-', 100_000],
    ['password=', 60_000],
    ['password ', 60_000],
    ['--token --', 60_000],
    ['a://', 100_000],
    ['a:b@', 100_000],
    ['a.a@', 100_000],
    ['Bearer ', 80_000],
    ['-----BEGIN PRIVATE KEY-----', 20_000],
    ['-----BEGIN ', 50_000],
    ['a', 500_000],
    ['[redacted:', 50_000],
  ])('%s again and again is read in one go', (part, times) => {
    // A quadratic expression would be stopped by the time limit of the test.
    expect(redact(part.repeat(times), { emails: true }).text.length).toBeGreaterThan(0);
  });
});

test('a conversation is redacted in every text, and the report says where', () => {
  const message: Message = {
    id: 'm1',
    parentId: null,
    author: 'assistant',
    text: 'The password is "x". password: "hunter2"',
    thinking: 'Bearer abc123def456ghi789',
    toolCalls: [
      {
        id: 'c1',
        name: 'Bash',
        action: 'run',
        input: 'curl --token abcdef123456',
        output: 'postgres://a:b3c4@d/e',
        failed: false,
        rejected: false,
        filesRead: [],
        edits: [{ path: '.env', before: 'API_KEY=abcdef123456', after: 'API_KEY=fedcba654321' }],
      },
    ],
    model: null,
    tokens: null,
    at: null,
  };
  const conversation: Conversation = {
    tool: 'codex',
    sessionId: 's',
    parentSessionId: null,
    agentName: null,
    title: 'Use token=abcdef123456',
    workingDirectory: '/w',
    repository: 'https://ada:hunter2@git.example.com/shop.git',
    branch: 'main',
    toolVersion: null,
    startedAt: null,
    endedAt: null,
    localTime: false,
    pullRequests: [],
    commits: [{ sha: '7e9fe99', kind: 'made', subject: 'Fix', branch: 'main', messageId: 'm1' }],
    messages: [message],
  };
  const { conversation: redacted, removed } = redactConversation(conversation);
  expect(removed).toEqual([
    { recordId: null, field: 'title', kind: 'secret', count: 1 },
    { recordId: null, field: 'repository', kind: 'connection-string', count: 1 },
    { recordId: 'm1', field: 'text', kind: 'password', count: 1 },
    { recordId: 'm1', field: 'thinking', kind: 'authorization', count: 1 },
    { recordId: 'm1', field: 'toolCalls.0.input', kind: 'secret', count: 1 },
    { recordId: 'm1', field: 'toolCalls.0.output', kind: 'connection-string', count: 1 },
    { recordId: 'm1', field: 'toolCalls.0.edits.0.before', kind: 'secret', count: 1 },
    { recordId: 'm1', field: 'toolCalls.0.edits.0.after', kind: 'secret', count: 1 },
  ]);
  expect(JSON.stringify(redacted)).not.toMatch(/hunter2|abcdef123456|fedcba654321|b3c4|abc123/);
  expect(redacted.commits).toEqual(conversation.commits);
  expect(message.text).toContain('hunter2');
});
