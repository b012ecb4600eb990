import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely';

export type Timestamp = Generated<Date>;
/** Filled in by the database from the transaction's tenant; stores never write it. */
export type TenantId = GeneratedAlways<string>;
export type Json<T extends object> = JSONColumnType<T>;

/** The version of a prompt that a model was asked with, and what led to it. */
export interface PromptUsed {
  name: string;
  version: number;
  label: string | null;
  isFallback: boolean;
  experimentId: string | null;
}
