import { expect, test } from 'vitest';
import { faultOf } from './otlp.ts';

test.each([
  ['an empty object', 200, '{}'],
  ['nothing', 200, ''],
  [
    'a warning without rejected spans',
    200,
    '{"partialSuccess":{"rejectedSpans":"0","errorMessage":"slow down"}}',
  ],
  ['no partial success', 200, '{"partialSuccess":null}'],
])('spans are taken when the response is %s', (_what, status, text) => {
  expect(faultOf(status, text)).toBeNull();
});

test.each([
  [
    'one span rejected',
    200,
    '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"attribute too large"}}',
    /rejected 1 span/,
  ],
  ['rejected spans as a number', 200, '{"partialSuccess":{"rejectedSpans":3}}', /rejected 3 span/],
  ['the page of a proxy', 200, '<html>Sign in</html>', /other than JSON/],
  ['an error', 200, '{"error":{"message":"no"}}', /other than a success/],
  ['a list', 200, 'null', /other than a success/],
  ['several statuses', 207, '{"successes":[],"errors":[{"id":"1","status":400}]}', /answered 207/],
  ['a redirect', 302, '', /answered 302/],
])('spans are not taken when the response is %s', (_what, status, text, reason) => {
  expect(faultOf(status, text)).toMatch(reason);
});
