/** What a model on an OpenAI-compatible endpoint takes, as its refusals have shown. */
export interface Capabilities {
  temperature: boolean;
  /** How an answer by a schema is asked for; the schema is in the words too, except with `json_schema`. */
  format: 'json_schema' | 'json_object' | 'words';
  /** The name of the limit on the answer's length. */
  limit: 'max_completion_tokens' | 'max_tokens' | 'none';
  /** `stream_options`, by which a stream reports what it used. */
  streamUsage: boolean;
}

/** The part of a request that capabilities change. */
export interface AdaptableRequest {
  messages: { role: string; content?: unknown }[];
  temperature?: number | null | undefined;
  response_format?: { type: string; json_schema?: { schema?: unknown } } | undefined;
  max_completion_tokens?: number | null | undefined;
  max_tokens?: number | null | undefined;
  stream_options?: unknown;
}

/** A request as a model with these capabilities takes it. */
export function adapted<T extends AdaptableRequest>(request: T, capabilities: Capabilities): T {
  const { temperature, max_completion_tokens, max_tokens, stream_options, ...rest } = request;
  const longest = max_completion_tokens ?? max_tokens;
  return {
    ...rest,
    ...(capabilities.temperature && temperature !== undefined ? { temperature } : {}),
    ...(longest != null && capabilities.limit !== 'none' ? { [capabilities.limit]: longest } : {}),
    ...(capabilities.streamUsage && stream_options !== undefined ? { stream_options } : {}),
    ...formatOf(request, capabilities.format),
  } as unknown as T;
}

function formatOf({ messages, response_format: asked }: AdaptableRequest, format: Capabilities['format']) {
  if (asked?.type !== 'json_schema' || format === 'json_schema') return {};
  const words = `Answer with one JSON object that fits this JSON Schema, and nothing else:\n${JSON.stringify(asked.json_schema?.schema)}`;
  return {
    messages: [...messages, { role: 'user', content: words }],
    response_format: format === 'json_object' ? { type: 'json_object' } : undefined,
  };
}

const REFUSED = new Set([400, 404, 422]);

/**
 * Learns from a refusal what a model does not take.
 * @param sent the request that was refused
 * @returns whether it is worth sending again, adapted
 */
export function learn(capabilities: Capabilities, error: unknown, sent: AdaptableRequest): boolean {
  const { status, param, message } = Object(error) as { status?: number; param?: unknown; message?: unknown };
  if (status === undefined || !REFUSED.has(status)) return false;
  const about = (name: RegExp) =>
    typeof param === 'string' && param ? name.test(param) : name.test(String(message));
  if (sent.temperature != null && about(/temperature/i)) {
    capabilities.temperature = false;
    return true;
  }
  if (
    sent.response_format &&
    about(/response_?format|json_?schema|json_?object|structured|guided|grammar/i)
  ) {
    capabilities.format = sent.response_format.type === 'json_schema' ? 'json_object' : 'words';
    return true;
  }
  if (sent.stream_options !== undefined && about(/stream_options|include_usage/i)) {
    capabilities.streamUsage = false;
    return true;
  }
  const limit = sent.max_completion_tokens != null ? 'max_completion_tokens' : 'max_tokens';
  if (sent[limit] == null || !about(/max_(completion_)?tokens/i) || !isAboutName(String(message)))
    return false;
  const isSecond = TRIED.has(capabilities);
  TRIED.add(capabilities);
  capabilities.limit = isSecond ? 'none' : limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
  return true;
}

/** Those whose first name of the limit was refused already. */
const TRIED = new WeakSet<Capabilities>();

/** Whether a refusal is about the parameter itself, and not about a number that is too large for the model. */
function isAboutName(message: string): boolean {
  return /unsupported|not supported|unknown|unrecognized|unexpected|extra|not permitted|instead|forbidden/i.test(
    message,
  );
}

/** What a model does not take, for people. */
export function limitationsOf({ temperature, format, limit, streamUsage }: Capabilities): string[] {
  return [
    ...(temperature ? [] : ['takes no temperature']),
    ...(format === 'json_schema'
      ? []
      : [format === 'json_object' ? 'takes no JSON Schema' : 'has no JSON mode']),
    ...(limit === 'none' ? ['takes no limit of length'] : []),
    ...(streamUsage ? [] : ['does not report usage in streams']),
  ];
}
