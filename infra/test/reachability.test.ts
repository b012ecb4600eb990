import { describe, expect, test } from 'vitest';
import { CONFIGURATION, readConfiguration } from '../src/policy/configuration.ts';
import { unreachable } from '../src/policy/reachability.ts';

/** What cannot be reached once `from` is `to` in one file. */
async function unreachableAfter(path: string, from: string | RegExp, to: string): Promise<string[]> {
  const files = await readConfiguration(CONFIGURATION, (name, text) => {
    if (name !== path) return text;
    const changed = text.replace(from, to);
    expect(changed, `${path} still holds ${from}`).not.toBe(text);
    return changed;
  });
  return unreachable(files);
}

describe('on AWS', () => {
  test('every service reaches what it calls, with CloudFront on and off and by each way out', async () => {
    expect(unreachable(await readConfiguration(CONFIGURATION))).toEqual([]);
  });

  const planted: [string, string, string | RegExp, string, RegExp][] = [
    [
      "ToolJet locked out of Langfuse's group",
      'langfuse.tf',
      /^\s+tooljet\s+= module\.tooljet\.security_group_id\n/m,
      '',
      /LANGFUSE_URL: module\.tooljet is let in at langfuse:3000 by no security group/,
    ],
    [
      "n8n's workers locked out of Langfuse's group",
      'langfuse.tf',
      /^\s+\{ for index, service in module\.n8n_worker.*\n/m,
      '',
      /LANGFUSE_URL: module\.n8n_worker is let in at langfuse:3000/,
    ],
    [
      'Langfuse called by its public name',
      'install.tf',
      'LANGFUSE_URL        = local.internal.langfuse',
      `LANGFUSE_URL        = "https://\${local.hosts.langfuse}"`,
      /module\.tooljet is let in at langfuse by no rule of the load balancer but that for operators/,
    ],
    [
      "n8n's interface called by its public name",
      'install.tf',
      /N8N_URL\s+= local\.internal\.n8n/,
      `N8N_URL = "https://\${local.hosts.n8n}"`,
      /N8N_URL: module\.tooljet is let in at n8n by no rule/,
    ],
    [
      'n8n without a name inside',
      'n8n.tf',
      'discovery_name         = "n8n"',
      '',
      /N8N_URL: no service is registered as n8n/,
    ],
    [
      'a port that nothing listens on',
      'locals.tf',
      /(langfuse = "http.+):3000"/,
      '$1:3001"',
      /langfuse has no container that listens on 3001/,
    ],
    [
      'a trigger of n8n that the load balancer does not take',
      'alb.tf',
      '"/webhook/*", ',
      '',
      /WEBHOOK_URL: module\.api is let in at n8n by no rule/,
    ],
    [
      "ToolJet locked out of the database's group",
      'database.tf',
      /^\s+tooljet\s+= module\.tooljet\.security_group_id\n/m,
      '',
      /module\.tooljet is let in at the database and Redis by no security group/,
    ],
    [
      'ClickHouse without a port of migrations',
      'clickhouse.tf',
      '[8123, 9000]) :',
      '[8123]) :',
      /CLICKHOUSE_MIGRATION_URL: module\.langfuse_web is let in at clickhouse:9000/,
    ],
    [
      'all names behind CloudFront',
      'cdn.tf',
      'values(local.cdn_hosts)',
      'values(local.hosts)',
      /n8n is behind CloudFront, where its rule by source locks operators out/,
    ],
    [
      'people counted by the address of the NAT',
      'waf.tf',
      /^\s+ScopeDownStatement.*\n/m,
      '',
      /count everyone behind ToolJet and n8n as one address/,
    ],
    [
      'a way out that WAF counts',
      'waf.tf',
      ', aws_eip.fck_nat[*].public_ip',
      '',
      /count what comes from aws_eip\.fck_nat/,
    ],
  ];
  test.each(planted)('%s is found', async (_, path, from, to, fault) => {
    const found = await unreachableAfter(path, from, to);
    expect(
      found.some((one) => fault.test(one)),
      found.join('\n'),
    ).toBe(true);
  });
});
