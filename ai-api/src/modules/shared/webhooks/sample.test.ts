import { expect, test } from 'vitest';
import { EVENT_TYPES, events } from '../../../contract/events.ts';
import { sampleOf } from './sample.ts';

test.each(EVENT_TYPES)('the sample of %s is what its contract promises', (type) => {
  const sample = sampleOf(events[type].data);
  expect(events[type].data.parse(sample)).toEqual(sample);
});
