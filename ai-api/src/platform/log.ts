import { type DestinationStream, type Logger, pino } from 'pino';
import { traceIds } from './telemetry/tracing/index.ts';

/**
 * JSON logs, on standard output unless a destination is given; credentials and what people wrote never reach
 * a line.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    redact: {
      paths: ['req.headers.authorization', 'req.headers.cookie', '*.apiKey', '*.password', '*.secret'],
      remove: true,
    },
    serializers: { err: plainError },
    mixin: () => traceIds(),
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Standard output and one more place, which gets whole lines. */
export function both(stream: DestinationStream): DestinationStream {
  return pino.multistream([
    { level: 'trace', stream: process.stdout },
    { level: 'trace', stream },
  ]);
}

/** Database errors say "Failing row contains (…)" and carry a statement's values; ours say what went wrong. */
interface Loggable {
  type: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: Loggable;
}

/** An error without the properties that libraries hang on it, such as a statement's parameters. */
function plainError(error: unknown, depth = 0): Loggable {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something else than an error was thrown' };
  const { code } = error as { code?: unknown };
  const isDatabase = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
  // What a statement or a document would not take is quoted in these messages.
  const mayQuote = isDatabase || error instanceof SyntaxError;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    message: mayQuote ? '(left out: it may quote what people wrote)' : error.message.slice(0, 1000),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(frames ? { stack: frames.join('\n') } : {}),
    ...(error.cause !== undefined && depth < 5 ? { cause: plainError(error.cause, depth + 1) } : {}),
  };
}
