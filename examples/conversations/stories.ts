/** One thing that happened in a conversation: what was asked, what was answered, and what a tool did for it. */
export interface Turn {
  ask: string;
  answer: string;
  /** A change to a file. */
  edit?: { path: string; before: string; after: string };
  /** A command and what it printed. */
  run?: { command: string; output: string };
}

/** A short script that a conversation is made of. `openings` are different ways to begin it. */
export interface Story {
  repository: string;
  branch: string;
  openings: readonly [string, string, string];
  turns: readonly [Omit<Turn, 'ask'>, ...Turn[]];
}

/** What builders of the sample company asked their assistants. All of it is invented. */
export const STORIES: readonly Story[] = [
  {
    repository: 'sample-company/paper-otter',
    branch: 'fix/login-test',
    openings: [
      'The login test fails about one time in ten. Can you find out why?',
      'loginFlow.test.ts is flaky again, what is it this time?',
      'Why does the sign-in test pass here and fail in CI?',
    ],
    turns: [
      {
        answer:
          'The test reads the session before refreshSessionToken() has resolved. On a slow machine it sees the old token. ' +
          'Await it, and the race is gone.',
        edit: {
          path: 'src/auth/login-flow.test.ts',
          before: 'refreshSessionToken(session);\nexpect(session.token)',
          after: 'await refreshSessionToken(session);\nexpect(session.token)',
        },
      },
      {
        ask: 'Run it fifty times and commit it.',
        answer: 'Fifty runs passed. It is committed.',
        run: {
          command: 'git commit -am "Wait for the session in the login test"',
          output:
            '[fix/login-test 4be1f07] Wait for the session in the login test\n 1 file changed, 1 insertion(+)',
        },
      },
    ],
  },
  {
    repository: 'sample-company/tin-kettle',
    branch: 'main',
    openings: [
      'Orders that are paid twice appear once in the report. Where do they get lost?',
      'The monthly report misses some payments, see src/reports/monthly.sql',
      'Why is the sum of the payments lower than in the ledger?',
    ],
    turns: [
      {
        answer:
          'The query joins payments with `distinct on (order_id)`, so that only the first payment of an order counts. ' +
          'Sum the payments of each order before the join.',
        edit: {
          path: 'src/reports/monthly.sql',
          before: 'select distinct on (order_id) order_id, amount_cents from payments',
          after: 'select order_id, sum(amount_cents) as amount_cents from payments group by order_id',
        },
      },
      {
        ask: 'Is there an index that this can use?',
        answer: 'payments_order_id_idx serves it. EXPLAIN shows an index-only scan, 12 ms instead of 900 ms.',
        run: {
          command: 'psql -f explain.sql',
          output: 'Index Only Scan using payments_order_id_idx (actual time=12.1)',
        },
      },
    ],
  },
  {
    repository: 'sample-company/glass-orchard',
    branch: 'feature/upload',
    openings: [
      'Uploads of more than 2 MB fail with 413 behind nginx.',
      'How do I raise the body limit for /files only?',
      'Large photos are refused, small ones work. Is it our code or the proxy?',
    ],
    turns: [
      {
        answer:
          'It is the proxy: client_max_body_size is 1 MB by default. Raise it for the location that takes files, and leave ' +
          'the others as they are.',
        edit: {
          path: 'deploy/nginx.conf',
          before: 'location /files {',
          after: 'location /files {\n  client_max_body_size 25m;',
        },
      },
      {
        ask: 'And the timeout?',
        answer:
          'Set proxy_read_timeout to 120s there as well: a photo over a slow line takes longer than a minute.',
      },
    ],
  },
  {
    repository: 'sample-company/harbour-lamp',
    branch: 'perf/queue',
    openings: [
      'The worker drops jobs when it restarts. How do we drain the queue?',
      'drainQueue() in src/worker/queue.ts loses the last batch on SIGTERM',
      'After each deployment three or four e-mails are missing.',
    ],
    turns: [
      {
        answer:
          'The process exits while the last batch is still being sent. Stop taking jobs first, await the running ones, then ' +
          'close the connection.',
        edit: {
          path: 'src/worker/queue.ts',
          before: "process.on('SIGTERM', () => process.exit(0));",
          after:
            "process.on('SIGTERM', async () => {\n  queue.pause();\n  await queue.idle();\n  await connection.close();\n});",
        },
      },
      {
        ask: 'What if a job hangs?',
        answer:
          'Give idle() a limit of 25 seconds, below the 30 that ECS waits. What is left is taken up by another worker.',
        run: {
          command: 'git commit -am "Drain the queue before the worker stops"',
          output:
            '[perf/queue 9c30dd2] Drain the queue before the worker stops\n 1 file changed, 5 insertions(+)',
        },
      },
    ],
  },
  {
    repository: 'sample-company/paper-otter',
    branch: 'main',
    openings: [
      'TypeError: Cannot read properties of undefined (reading "email") in getUserById',
      'Where can getUserById return undefined? The profile page crashes.',
      'The profile page throws for users who were deleted.',
    ],
    turns: [
      {
        answer:
          'getUserById returns undefined for a deleted user, and profile.tsx does not check. Show a 404 page there.',
        edit: {
          path: 'src/pages/profile.tsx',
          before: 'const { email } = await getUserById(id);',
          after:
            'const user = await getUserById(id);\nif (!user) return notFound();\nconst { email } = user;',
        },
      },
      {
        ask: 'Add a test for it.',
        answer: 'The test visits the profile of a deleted user and expects a 404.',
      },
    ],
  },
  {
    repository: 'sample-company/velvet-anchor',
    branch: 'infra/terraform-state',
    openings: [
      'terraform plan says that the state is locked, and nobody is running it.',
      'How do I remove a stale state lock safely?',
      'Error acquiring the state lock after my laptop went to sleep',
    ],
    turns: [
      {
        answer:
          'Make sure that no apply is running in CI, then release the lock by its id with terraform force-unlock. The id is in ' +
          'the error. Never delete the row in DynamoDB by hand.',
        run: {
          command: 'terraform force-unlock 6f2c',
          output: 'Terraform state has been successfully unlocked!',
        },
      },
      {
        ask: 'Can we keep this from happening?',
        answer:
          'Run plan and apply in CI only, and give the job -lock-timeout=5m so that it waits in place of failing.',
      },
    ],
  },
  {
    repository: 'sample-company/marble-finch',
    branch: 'feature/search',
    openings: [
      'Search for "cafe" does not find "Café". How do I ignore accents in PostgreSQL?',
      'unaccent in an index: "functions in index expression must be marked IMMUTABLE"',
      'We need search that ignores accents and case.',
    ],
    turns: [
      {
        answer:
          'unaccent() is only stable, so an index refuses it. Wrap it in an immutable function that names the dictionary, and ' +
          'index that.',
        edit: {
          path: 'migrations/0042-unaccent.sql',
          before: 'create index on places (unaccent(name));',
          after:
            "create function plain(text) returns text language sql immutable return public.unaccent('public.unaccent', $1);\n" +
            'create index on places (plain(lower(name)));',
        },
      },
      {
        ask: 'Does the query have to change?',
        answer: 'Yes: compare plain(lower(name)) with plain(lower($1)).',
      },
    ],
  },
  {
    repository: 'sample-company/tin-kettle',
    branch: 'feature/webhooks',
    openings: [
      'How do I verify the signature of a webhook? The digest never matches.',
      'HMAC of the webhook body is always different from the header',
      'verifySignature() fails for every delivery since we added express.json()',
    ],
    turns: [
      {
        answer:
          'express.json() has parsed the body, and JSON.stringify does not give back the same bytes. Keep the raw body and ' +
          'compute the HMAC over that, then compare in constant time.',
        edit: {
          path: 'src/webhooks/verify-signature.ts',
          before: 'hmac.update(JSON.stringify(request.body))',
          after: 'hmac.update(request.rawBody)',
        },
      },
      {
        ask: 'Is there anything against replays?',
        answer: 'Refuse timestamps older than five minutes, and remember the ids of deliveries for as long.',
        run: {
          command: 'git commit -am "Verify webhooks over the raw body"',
          output: '[feature/webhooks e71a5b8] Verify webhooks over the raw body\n 1 file changed',
        },
      },
    ],
  },
  {
    repository: 'sample-company/glass-orchard',
    branch: 'chore/node-24',
    openings: [
      'We want to go to Node 24. What breaks?',
      'After the update to Node 24 the build says ERR_REQUIRE_ESM',
      'Which of our dependencies do not work with Node 24?',
    ],
    turns: [
      {
        answer:
          'Two packages pin an old version in "engines", and one script uses fs.rmdir with recursive, which is gone. Use ' +
          'fs.rm instead.',
        edit: {
          path: 'scripts/clean.ts',
          before: "rmdirSync('dist', { recursive: true });",
          after: "rmSync('dist', { recursive: true, force: true });",
        },
      },
      {
        ask: 'Can we try it in CI first?',
        answer: 'Add 24 to the matrix and allow that job to fail for a week.',
      },
    ],
  },
];
