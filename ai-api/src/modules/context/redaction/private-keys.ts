const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** What a key's body is made of, also where its line ends are escaped. */
const BODY = /[A-Za-z0-9+/=\s\\,:.-]*/y;
const MAX_BODY = 20_000;

/** Replaces private keys in PEM form, also those whose end was cut off. */
export function replacePrivateKeys(text: string, replacement: string): { text: string; count: number } {
  if (!text.includes('PRIVATE KEY')) return { text, count: 0 };
  let result = '';
  let done = 0;
  let count = 0;
  BEGIN.lastIndex = 0;
  for (let begin = BEGIN.exec(text); begin; begin = BEGIN.exec(text)) {
    const end = endOfKey(text, BEGIN.lastIndex);
    result += text.slice(done, begin.index) + replacement;
    done = end;
    count++;
    BEGIN.lastIndex = end;
  }
  return { text: result + text.slice(done), count };
}

function endOfKey(text: string, start: number): number {
  BODY.lastIndex = start;
  const body = BODY.exec(text.slice(0, start + MAX_BODY))?.[0] ?? '';
  const end = body.indexOf('-----END');
  if (end < 0) return start + body.length;
  const close = body.indexOf('-----', end + '-----END'.length);
  return start + (close < 0 ? body.length : close + '-----'.length);
}
