// A copy of ai-api/src/contract/problem-document.ts, made by npm run generate.

/** One field that the API refused; rows of an import also name file, row and column. */
export interface FieldError {
  field: string;
  message: string;
  file?: string;
  row?: number;
  column?: string;
}

/** The members of a problem document that its readers need (RFC 9457). */
export interface ProblemDocument {
  title?: string;
  detail?: string;
  code?: string;
  requestId?: string;
  errors?: FieldError[];
}

/** The problem document in a parsed body; undefined when it is none. */
export function asProblem(body: unknown): ProblemDocument | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const problem = body as ProblemDocument;
  return typeof problem.title === 'string' || typeof problem.detail === 'string' ? problem : undefined;
}

/** Where a refused value was, such as `reason` or `metrics.csv, row 2, column hours_worked`. */
export function placeOf({ field, file, row, column }: FieldError): string {
  if (file === undefined) return field;
  const where = [file, row === undefined ? '' : `row ${row}`, column === undefined ? '' : `column ${column}`];
  return where.filter(Boolean).join(', ');
}
