import type { Conversation } from './model.ts';
import type { Json } from './values.ts';

/** Reads the records of one file in order. It never throws for what a record says, only when a limit is passed. */
export interface RecordReader {
  /** @param at Line of the record, counted from 1. @throws FileTooLarge */
  record(value: Json, at: number): void;
  /** The conversations with messages, each before its sub-agents. */
  finish(): Conversation[];
}
