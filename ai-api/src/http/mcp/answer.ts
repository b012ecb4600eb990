import type { CallToolResult } from '@modelcontextprotocol/server';
import type { McpTool } from '../../contract/mcp-tool.ts';
import type { Operation } from '../../contract/operation.ts';
import type { Problem } from '../problem.ts';

type Input = Record<string, unknown>;

/** Output of a list operation. */
interface ListPage {
  items: unknown[];
  nextCursor: string | null;
}

interface Carried {
  op: Operation;
  input: Input;
  /** Carries the operation out with an input. */
  run(input: Input): Promise<unknown>;
  /** Characters that an answer may have; models read answers whole. */
  maxChars: number;
}

/**
 * The answer of an operation as text. A page of a list that is too long is read again with fewer rows, so that its
 * cursor continues where the answer ends; any other answer that is too long is cut. Both are said.
 */
export async function answerOf({ op, input, run, maxChars }: Carried): Promise<CallToolResult> {
  const output = await run(input);
  const text = textOf(output);
  if (text.length <= maxChars) return said(text);
  const page = op.list ? (output as ListPage) : null;
  if (!page || page.items.length < 2) return cut(text, op, maxChars);
  const shorter = await run({ ...input, limit: rowsThatFit(page, maxChars) });
  const shorterText = textOf(shorter);
  if (shorterText.length > maxChars) return cut(shorterText, op, maxChars);
  const shown = (shorter as ListPage).items.length;
  return said(
    shorterText,
    `This page was shortened to ${shown} of ${page.items.length} rows: a response may have ${maxChars} characters. ` +
      'Pass nextCursor as cursor to continue.',
  );
}

/** A problem document, as an error that the model can read and act on. */
export function problemAnswer(problem: Problem, { operation }: McpTool, requestId: string): CallToolResult {
  const document = problem.document({ path: `/mcp#${operation}`, id: requestId });
  const retry = problem.retryAfter === undefined ? {} : { retryAfterSeconds: problem.retryAfter };
  return { ...said(JSON.stringify({ ...document, ...retry })), isError: true };
}

function textOf(output: unknown): string {
  return output === undefined ? 'Done.' : JSON.stringify(output);
}

function said(...texts: string[]): CallToolResult {
  return { content: texts.map((text) => ({ type: 'text', text })) };
}

/** How many rows, at least one, an answer has room for. */
function rowsThatFit({ items }: ListPage, maxChars: number): number {
  let left = maxChars - ROOM_FOR_CURSOR;
  const first = items.findIndex((item) => {
    left -= JSON.stringify(item).length + 1;
    return left < 0;
  });
  return Math.max(1, first);
}

/** `{"items":[],"nextCursor":""}` with a cursor of the longest kind. */
const ROOM_FOR_CURSOR = 550;

function cut(text: string, op: Operation, maxChars: number): CallToolResult {
  const shown = text.slice(0, maxChars).replace(/[\ud800-\udbff]$/, '');
  const note = `This response was cut: the first ${shown.length} of ${text.length} characters are shown.`;
  const whole =
    op.method === 'GET'
      ? `${op.method} ${op.path} of the API returns all of it to the same credential.`
      : 'The operation was carried out; do not repeat it.';
  return said(shown, `${note} ${whole}`);
}
