/** Values that come with examples and images, and that attackers try first. */
const WELL_KNOWN = new Set(
  'admin administrator ai_manager ai-manager aimanager change-me change_me changeme changeit default dev development example guest letmein local pass passwd password postgres postgresql qwerty root secret test testing token user welcome'.split(
    ' ',
  ),
);

/** Variables that are secrets, and those that are URLs with a password inside. */
const SECRETS = [
  'BOOTSTRAP_API_KEY',
  'BOOTSTRAP_ADMIN_PASSWORD',
  'PROMETHEUS_TOKEN',
  'DATA_ENCRYPTION_KEY',
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'COMPATIBLE_API_KEY',
  'VOYAGE_API_KEY',
  'LANGFUSE_SECRET_KEY',
  'WORKSMART_API_KEY',
  'BRAINLIFT_API_KEY',
  'METRICS_API_KEY',
  'UPSTASH_REDIS_REST_TOKEN',
  'TWILIO_AUTH_TOKEN',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
];
const URLS = ['DATABASE_URL', 'SMTP_URL', 'REDIS_URL'];

/** Settings of which another does as well. */
const EITHER: Readonly<Record<string, string>> = { REDIS_URL: 'UPSTASH_REDIS_REST_URL' };

/** What the embedded drivers replace on one machine. */
export const REQUIRED_IN_PRODUCTION = {
  DATABASE_URL: 'must be set in production: the embedded database is for one machine',
  OBJECTS_BUCKET: 'must be set in production: files on a disk are for one machine',
  SMTP_URL: 'must be set in production: the development inbox sends nothing',
  PUBLIC_URL: 'must be set in production',
  DATA_ENCRYPTION_KEY: 'must be set in production',
  LICENCE_SIGNING:
    'must be set in production: kms or kms-delegated, or local for a key that the database keeps sealed',
  REDIS_URL: 'or UPSTASH_REDIS_REST_URL must be set in production: limits in memory hold for one process',
};

/**
 * What a production environment must not have: embedded drivers and default secrets.
 * @returns one line for each wrong variable, without its value
 */
export function productionFaults(given: Record<string, string | undefined>): string[] {
  const missing = Object.entries(REQUIRED_IN_PRODUCTION).flatMap(([name, why]) =>
    given[name] || given[EITHER[name] ?? name] ? [] : [`${name} ${why}`],
  );
  const sample = given.LICENCE_SAMPLE === 'on' ? ['LICENCE_SAMPLE must be off in production'] : [];
  const isTest = given.BILLING === 'stripe' && /^(sk|rk)_test_/.test(given.STRIPE_SECRET_KEY ?? '');
  const testKey = isTest
    ? ['STRIPE_SECRET_KEY must be a live key in production: with a test key nothing is paid']
    : [];
  const isFree =
    given.SIGN_UP === 'on' && given.BILLING !== 'stripe'
      ? ['SIGN_UP needs BILLING=stripe in production: otherwise everyone uses everything without limits']
      : [];
  const secrets = SECRETS.filter((name) => given[name] && isDefault(given[name]));
  const urls = URLS.filter((name) => {
    const password = passwordIn(given[name]);
    return password !== null && isDefault(password);
  });
  return [
    ...missing,
    ...sample,
    ...testKey,
    ...isFree,
    ...secrets.map((name) => `${name} is a default or an example, which production must not have`),
    ...urls.map((name) => `${name} has a default password, which production must not have`),
  ];
}

function passwordIn(url: string | undefined): string | null {
  if (!url || !URL.canParse(url)) return null;
  const { password } = new URL(url);
  if (password === '') return null;
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

/** Well known, too short to be one, or a short piece over and over, whatever prefix it carries. */
function isDefault(value: string): boolean {
  const secret = value.trim().replace(/^aim_[A-Za-z0-9]{8}_/, '');
  const isWord = WELL_KNOWN.has(secret.toLowerCase().replace(/[\d!]+$/, '')) || /^[\d!]+$/.test(secret);
  return isWord || secret.length < 8 || /^(.{1,16}?)\1+$/s.test(secret);
}
