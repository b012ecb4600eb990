import { describe, expect, test } from 'vitest';
import { EVENT_TYPES } from './events.ts';
import { matchesTopic, topic, topicsOfType, typesOfTopic } from './topics.ts';

describe('a topic', () => {
  test.each([
    ['approval.decided', 'approval.decided', true],
    ['approval.*', 'approval.decided', true],
    ['*.decided', 'approval.decided', true],
    ['agent.*', 'agent.execution.completed', false],
    ['agent.#', 'agent.execution.completed', true],
    ['agent.#', 'agent', true],
    ['#.completed', 'agent.execution.completed', true],
    ['#', 'agent.execution.completed', true],
    ['*', 'agent.execution.completed', false],
  ])('%s and %s: %s', (pattern, type, matches) => {
    expect(matchesTopic(pattern, type)).toBe(matches);
  });

  test('is looked up by every pattern that matches a type', () => {
    const patterns = [
      'agent.#',
      'agent.*.completed',
      '#',
      '#.completed',
      'agent.#.completed',
      '*.*.*',
      '*.#',
    ];
    expect(topicsOfType('agent.execution.completed')).toEqual(expect.arrayContaining(patterns));
    for (const type of EVENT_TYPES)
      for (const pattern of topicsOfType(type)) expect(matchesTopic(pattern, type)).toBe(true);
  });

  test('matches a type of event', () => {
    expect(topic.safeParse('approval.*').success).toBe(true);
    expect(topic.safeParse('nothing.*').success).toBe(false);
    expect(topic.safeParse('#.#').success).toBe(false);
    expect(typesOfTopic('decision.*')).toEqual([
      'decision.requested',
      'decision.made',
      'decision.expired',
      'decision.cancelled',
    ]);
  });
});
