import { type Body, type ConfigurationFile, locals, named, resources } from './configuration.ts';

/** What is known outside of the configuration. */
export interface Facts {
  /** Names of the API's settings. */
  settings: ReadonlySet<string>;
  /** Paths of the API's operations. */
  apiPaths: ReadonlySet<string>;
  /** `secret.key` of everything in secrets.json. */
  secretKeys: ReadonlySet<string>;
}

/** One breach of a rule: the rule's name, where, and what. */
export interface Finding {
  rule: string;
  where: string;
  what: string;
}

type Rule = (files: ConfigurationFile[], facts: Facts) => Omit<Finding, 'rule'>[];

/** Health paths of what is not ours, from their makers' documents. */
const HEALTH: Record<string, string> = {
  n8n: '/healthz/readiness',
  tooljet: '/api/health',
  langfuse: '/api/public/health',
};

/** Variables of the API's tasks that the AWS SDK reads, not our settings. */
const OF_THE_SDK = new Set(['AWS_REGION']);

const RULES: Record<string, Rule> = {
  'modules-have-the-same-files': (files) => {
    const folders = [...new Set(files.map(({ folder }) => folder))].filter((folder) =>
      /^modules\//.test(folder),
    );
    return folders.flatMap((folder) =>
      ['main.tf', 'variables.tf', 'outputs.tf', 'versions.tf']
        .filter((name) => !files.some(({ path }) => path === `${folder}/${name}`))
        .map((name) => ({ where: folder, what: `has no ${name}` })),
    );
  },

  'variables-are-typed-and-described': (files) =>
    files.flatMap((file) =>
      named(file, 'variable').flatMap(([name, body]) => {
        const missing = ['type', 'description'].filter((part) => !(part in body));
        const isOptional = 'default' in body && body.default === null;
        if (!isOptional && body.nullable !== false) missing.push('nullable = false');
        return missing.map((part) => ({ where: `${file.path} variable ${name}`, what: `has no ${part}` }));
      }),
    ),

  'outputs-are-described': (files) =>
    files.flatMap((file) =>
      named(file, 'output')
        .filter(([, body]) => !('description' in body))
        .map(([name]) => ({ where: `${file.path} output ${name}`, what: 'has no description' })),
    ),

  'no-public-bucket': (files) =>
    resources(files, 'aws_s3_bucket').flatMap(({ file, name }) => {
      const blocks = resources(files, 'aws_s3_bucket_public_access_block').filter(
        (block) =>
          block.file.folder === file.folder && String(block.body.bucket).includes(`aws_s3_bucket.${name}.`),
      );
      const closed = blocks.some(({ body }) =>
        ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].every(
          (part) => body[part] === true,
        ),
      );
      return closed ? [] : [{ where: `${file.path} aws_s3_bucket.${name}`, what: 'may be public' }];
    }),

  'buckets-are-sealed-and-refuse-plain-http': (files) =>
    resources(files, 'aws_s3_bucket').flatMap(({ file, name }) => {
      const about = (type: string) =>
        resources(files, type).filter(
          (other) =>
            other.file.folder === file.folder && String(other.body.bucket).includes(`aws_s3_bucket.${name}.`),
        );
      const where = `${file.path} aws_s3_bucket.${name}`;
      const isSealed = about('aws_s3_bucket_server_side_encryption_configuration').length > 0;
      const isTls = about('aws_s3_bucket_policy').some(({ body }) =>
        /aws:SecureTransport/.test(String(body.policy)),
      );
      return [
        ...(isSealed ? [] : [{ where, what: 'is not encrypted' }]),
        ...(isTls ? [] : [{ where, what: 'accepts requests without TLS' }]),
      ];
    }),

  'nothing-is-open-to-the-world-but-the-balancer': (files) =>
    resources(files, 'aws_vpc_security_group_ingress_rule')
      .filter(({ body }) => /^(0\.0\.0\.0\/0|::\/0)$/.test(String(body.cidr_ipv4 ?? body.cidr_ipv6 ?? '')))
      .filter(({ body }) => !String(body.security_group_id).includes('aws_security_group.alb.id'))
      .map(({ file, name }) => ({ where: `${file.path} ${name}`, what: 'is open to the world' })),

  'no-secret-is-in-the-state': (files) =>
    resources(files)
      .filter(({ type }) =>
        /^(random_password|tls_private_key|aws_iam_access_key|aws_secretsmanager_secret_version|aws_ssm_parameter)$/.test(
          type,
        ),
      )
      .map(({ file, type, name }) => ({
        where: `${file.path} ${type}.${name}`,
        what: 'would be in the state',
      })),

  'every-secret-is-in-the-catalogue': (files, { secretKeys }) =>
    files.flatMap((file) =>
      [...file.text.matchAll(/local\.(?:secret|reference)\["([^"]+)"\]/g)]
        .map(([, key]) => key as string)
        .filter((key) => !secretKeys.has(key))
        .map((key) => ({
          where: file.path,
          what: `names the secret ${key}, which secrets.json does not have`,
        })),
    ),

  'tls-only': (files) =>
    resources(files, 'aws_lb_listener').flatMap(({ file, name, body }) => {
      const [action] = (body.default_action ?? []) as Body[];
      const [redirect] = (action?.redirect ?? []) as Body[];
      const isRight =
        body.protocol === 'HTTPS'
          ? /TLS13-1-3/.test(String(body.ssl_policy))
          : redirect?.protocol === 'HTTPS';
      return isRight
        ? []
        : [{ where: `${file.path} aws_lb_listener.${name}`, what: 'does not require TLS 1.3' }];
    }),

  'health-paths-are-real': (files, { apiPaths }) => {
    const targets = (locals(files, '.').targets ?? {}) as Record<string, Body>;
    return Object.entries(targets)
      .filter(([name, { health }]) =>
        name.startsWith('api-') ? !apiPaths.has(String(health)) : HEALTH[name] !== health,
      )
      .map(([name, { health }]) => ({
        where: `alb.tf target ${name}`,
        what: `has no health path ${health}`,
      }));
  },

  'the-api-knows-its-settings': (files, { settings }) => {
    const text = files.find(({ path }) => path === 'api.tf')?.text ?? '';
    const blocks = [
      ...text.matchAll(
        /(?:api_environment = merge\(|environment = merge\(local\.api_environment, \{)([\s\S]*?)\n {4,6}[})]\)?/g,
      ),
    ];
    const names = blocks.flatMap(([block]) => [...block.matchAll(/^\s*(?:\{ )?([A-Z][A-Z0-9_]+)\s+=/gm)]);
    return names
      .map(([, name]) => name as string)
      .filter((name) => !settings.has(name) && !OF_THE_SDK.has(name))
      .map((name) => ({ where: 'api.tf', what: `sets ${name}, which is not a setting of the API` }));
  },

  'images-come-from-variables': (files) =>
    files
      .filter(({ folder }) => folder === '.')
      .flatMap((file) =>
        [...file.text.matchAll(/^\s+image\s+=\s+(.+)$/gm)]
          .map(([, value]) => value as string)
          .filter((value) => !/^(var\.images\.|each\.value\.image|var\.api_release)/.test(value))
          .map((value) => ({
            where: file.path,
            what: `has an image that is not pinned by a variable: ${value}`,
          })),
      ),

  'alarms-notify': (files) =>
    resources(files, 'aws_cloudwatch_metric_alarm')
      .filter(({ body }) => body.alarm_actions === undefined)
      .map(({ file, name }) => ({ where: `${file.path} ${name}`, what: 'notifies no one' })),

  'roles-may-not-do-everything': (files) =>
    files.flatMap((file) =>
      [...file.text.matchAll(/^\s*Action\s*=\s*(?:\[)?"(\*|\w+:\*)"/gm)]
        .map(([, action]) => action as string)
        // A key belongs to its account; a bucket's policy refuses everything without TLS.
        .filter((action) => !(action === 'kms:*' && file.path === 'kms.tf'))
        .filter((action) => !(action === 's3:*' && /Effect\s*=\s*"Deny"/.test(file.text)))
        .map((action) => ({ where: file.path, what: `allows ${action}` })),
    ),

  'logs-end': (files) =>
    resources(files, 'aws_cloudwatch_log_group')
      .filter(({ body }) => body.retention_in_days === undefined)
      .map(({ file, name }) => ({ where: `${file.path} ${name}`, what: 'is kept forever' })),
};

/** Every breach of every rule; none when the configuration keeps its promises. */
export function findBreaches(files: ConfigurationFile[], facts: Facts): Finding[] {
  return Object.entries(RULES).flatMap(([rule, check]) =>
    check(files, facts).map((found) => ({ rule, ...found })),
  );
}
