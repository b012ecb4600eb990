/**
 * The origins of a list with commas.
 * @throws Error that names what is no origin
 */
export function parseOrigins(list: string): string[] {
  const origins = list
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const wrong = origins.find((origin) => URL.parse(origin)?.origin !== origin || origin === 'null');
  if (wrong !== undefined) throw new Error(`${wrong} is not an origin such as https://app.example.com`);
  return origins;
}
