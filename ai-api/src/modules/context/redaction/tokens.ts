/** A secret that is known by how it is written. */
export interface TokenRule {
  kind: string;
  /** Texts of which one must occur; looked for first, since most texts have none. */
  triggers: readonly string[];
  /** Global; quantifiers are bounded or end the expression, so that its time is linear. */
  pattern: RegExp;
  /** Rejects matches that only look alike. */
  accepts?: (match: string) => boolean;
}

const hasDigit = (match: string) => /\d/.test(match);
const isMixed = (match: string) => hasDigit(match) && /[a-zA-Z]/.test(match);

/** A rule for tokens that begin with one of the prefixes, followed by at least `least` characters of a class. */
function prefixed(kind: string, prefixes: readonly string[], characters: string, least: number): TokenRule {
  const start = prefixes.map((prefix) => prefix.replaceAll('.', '\\.')).join('|');
  return {
    kind,
    triggers: prefixes,
    // A full stop ends a sentence, not a token.
    pattern: new RegExp(`(?<![A-Za-z0-9])(?:${start})[${characters}]{${least},}(?<!\\.)`, 'g'),
  };
}

const WORD = 'A-Za-z0-9';
const NAME = 'A-Za-z0-9_-';

/**
 * Tokens by the prefixes that their vendors document, such as GitHub's "Behind GitHub's new authentication token
 * formats", GitLab's "Token overview", Slack's "Token types", Stripe's "API keys" and AWS's "IAM identifiers"; the kinds
 * follow the secrets that common scanners look for.
 */
export const TOKEN_RULES: readonly TokenRule[] = [
  prefixed('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], 'A-Za-z0-9_.-', 30),
  prefixed('github-token', ['github_pat_'], 'A-Za-z0-9_', 30),
  prefixed(
    'gitlab-token',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'gloas-', 'glsoat-'],
    'A-Za-z0-9_.-',
    20,
  ),
  prefixed(
    'slack-token',
    ['xoxa-', 'xoxb-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'],
    'A-Za-z0-9.-',
    10,
  ),
  prefixed('slack-webhook', ['hooks.slack.com/services/'], 'A-Za-z0-9/', 20),
  {
    kind: 'aws-key',
    triggers: ['AKIA', 'ASIA', 'AGPA', 'AIDA', 'AROA', 'ANPA', 'ANVA', 'ABIA', 'ACCA'],
    pattern: /(?<![A-Za-z0-9])A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  },
  prefixed('google-key', ['AIza'], NAME, 35),
  prefixed('google-key', ['GOCSPX-', 'ya29.'], NAME, 20),
  { ...prefixed('model-provider-key', ['sk-'], NAME, 20), accepts: isMixed },
  prefixed('model-provider-key', ['gsk_', 'xai-', 'pplx-', 'r8_', 'hf_', 'nvapi-'], NAME, 30),
  prefixed('voyage-key', ['pa-'], NAME, 40),
  prefixed('stripe-key', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], WORD, 10),
  prefixed('webhook-secret', ['whsec_'], 'A-Za-z0-9+/=', 16),
  prefixed('npm-token', ['npm_'], WORD, 30),
  prefixed('pypi-token', ['pypi-AgE'], NAME, 20),
  prefixed('digitalocean-token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], WORD, 30),
  prefixed('shopify-token', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], WORD, 30),
  prefixed('sendgrid-key', ['SG.'], 'A-Za-z0-9_.-', 40),
  prefixed('vault-token', ['hvs.', 'hvb.', 'hvr.'], NAME, 20),
  prefixed('age-key', ['AGE-SECRET-KEY-1'], 'A-Z0-9', 20),
  prefixed('grafana-token', ['glsa_', 'glc_'], 'A-Za-z0-9_+/=', 30),
  prefixed('sentry-token', ['sntrys_', 'sntryu_'], 'A-Za-z0-9_+/=-', 30),
  prefixed('linear-key', ['lin_api_', 'lin_oauth_'], WORD, 30),
  prefixed('figma-token', ['figd_'], NAME, 30),
  prefixed('databricks-token', ['dapi'], 'a-f0-9', 32),
  prefixed('tailscale-key', ['tskey-'], NAME, 16),
  prefixed('docker-token', ['dckr_pat_', 'dckr_oat_'], NAME, 20),
  prefixed('rubygems-key', ['rubygems_'], 'a-f0-9', 40),
  prefixed('postman-key', ['PMAK-'], NAME, 40),
  prefixed('twilio-key', ['SK'], 'a-f0-9', 32),
  prefixed('langfuse-key', ['sk-lf-', 'pk-lf-'], NAME, 20),
  prefixed('ai-manager-key', ['aim_'], 'A-Za-z0-9_-', 20),
  {
    kind: 'telegram-token',
    triggers: [':AA'],
    pattern: /(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{32,}/g,
  },
  {
    kind: 'jwt',
    triggers: ['eyJ'],
    // Only the beginning of a run of these characters is tried, so that no part of it is read twice.
    pattern: /(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
  },
];
