import { z } from 'zod';
import { EVENT_TYPES } from '../../../contract/events.ts';
import { isPattern, matchesTopic, topic as topicSchema } from '../../../contract/topics.ts';
import { invalidField } from '../../../http/problem.ts';

const MAX_TOPICS = 50;
const RUN_TOPIC = /^evaluation\.run:(.+)$/;

/** What a connection follows: event types and runs; everything when it is null. */
export type Topics = ReadonlySet<string> | null;

/**
 * Reads a list of topics: event types such as `evaluation.judged`, patterns of them such as `approval.*`, or `evaluation.run:{runId}` for everything
 * about one run.
 * @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT
 */
export function parseTopics(topics: readonly string[]): Set<string> {
  if (topics.length > MAX_TOPICS) throw invalidField('topics', `must be at most ${MAX_TOPICS}`);
  if (!topics.every(isTopic))
    throw invalidField(
      'topics',
      `must be of ${EVENT_TYPES.join(', ')}, a pattern such as approval.*, evaluation.run:{runId}`,
    );
  return new Set(topics);
}

function isTopic(topic: string): boolean {
  const runId = RUN_TOPIC.exec(topic)?.[1];
  if (runId !== undefined) return z.uuid().safeParse(runId).success;
  return topicSchema.safeParse(topic).success;
}

/** Whether an event is among the topics. */
export function isFollowed(topics: Topics, event: { type: string; data: object }): boolean {
  if (topics === null || topics.has(event.type)) return true;
  for (const topic of topics) if (isPattern(topic) && matchesTopic(topic, event.type)) return true;
  const { runId } = event.data as { runId?: unknown };
  return typeof runId === 'string' && topics.has(`evaluation.run:${runId}`);
}
