import { describe, expect, test } from 'vitest';
import { CONFIGURATION, readConfiguration } from '../src/policy/configuration.ts';
import { findBreaches } from '../src/policy/rules.ts';
import { facts } from './facts.ts';

/** The rules that are broken once `from` is `to` in one file. */
async function breachedBy(path: string, from: string | RegExp, to: string): Promise<string[]> {
  const files = await readConfiguration(CONFIGURATION, (name, text) => {
    if (name !== path) return text;
    const changed = text.replace(from, to);
    expect(changed, `${path} still holds ${from}`).not.toBe(text);
    return changed;
  });
  return [...new Set(findBreaches(files, facts()).map(({ rule }) => rule))];
}

describe('the Terraform configuration', () => {
  test('keeps every promise', async () => {
    expect(findBreaches(await readConfiguration(CONFIGURATION), facts())).toEqual([]);
  });

  const planted: [string, string, string | RegExp, string, string][] = [
    [
      'a public bucket',
      'modules/bucket/main.tf',
      'block_public_policy     = true',
      'block_public_policy     = false',
      'no-public-bucket',
    ],
    [
      'a bucket without encryption',
      'storage.tf',
      'resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs"',
      'resource "aws_s3_bucket_versioning" "x"',
      'buckets-are-sealed-and-refuse-plain-http',
    ],
    [
      'a missing secret',
      'n8n.tf',
      'n8n.encryption_key',
      'n8n.encryption_kee',
      'every-secret-is-in-the-catalogue',
    ],
    ['a wrong health path', 'alb.tf', '"/healthz/readiness"', '"/health"', 'health-paths-are-real'],
    ['a health path the API does not have', 'alb.tf', '"/health"', '"/healthcheck"', 'health-paths-are-real'],
    [
      'an unpinned image',
      'clamd.tf',
      'var.images.clamd',
      '"clamav/clamav:latest"',
      'images-come-from-variables',
    ],
    [
      'a setting the API does not have',
      'api.tf',
      'TRUST_PROXY ',
      'TRUSTED_PROXY ',
      'the-api-knows-its-settings',
    ],
    [
      'a secret in the state',
      'mail.tf',
      'resource "aws_iam_user_policy" "mail"',
      'resource "aws_iam_access_key" "mail"',
      'no-secret-is-in-the-state',
    ],
    [
      'an old TLS policy',
      'alb.tf',
      'ELBSecurityPolicy-TLS13-1-3-2021-06',
      'ELBSecurityPolicy-2016-08',
      'tls-only',
    ],
    [
      'plain HTTP',
      'alb.tf',
      /redirect \{\s+port {8}= "443"\s+protocol {4}= "HTTPS"/,
      'redirect {\n port = "80"\n protocol = "HTTP"',
      'tls-only',
    ],
    [
      'an open database',
      'database.tf',
      'referenced_security_group_id = each.value',
      'cidr_ipv4 = "0.0.0.0/0"',
      'nothing-is-open-to-the-world-but-the-balancer',
    ],
    [
      'a task that may do everything',
      'modules/service/main.tf',
      'Action   = ["ecr:GetAuthorizationToken"]',
      'Action   = ["*"]',
      'roles-may-not-do-everything',
    ],
    [
      'an alarm without actions',
      'alarms.tf',
      'alarm_actions       = local.alarm_actions',
      '',
      'alarms-notify',
    ],
    ['logs without an end', 'waf.tf', 'retention_in_days = var.log_retention_days', '', 'logs-end'],
    [
      'a variable that may be null',
      'variables.tf',
      'nullable    = false',
      '',
      'variables-are-typed-and-described',
    ],
    [
      'an output without a description',
      'outputs.tf',
      'description = "ECS cluster."',
      '',
      'outputs-are-described',
    ],
  ];
  test.each(planted)('is found out with %s', async (_, path, from, to, rule) => {
    expect(await breachedBy(path, from, to)).toContain(rule);
  });
});
