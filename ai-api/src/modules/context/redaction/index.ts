export { type Removed, redactConversation } from './conversation.ts';
export { type Finding, type RedactionOptions, redact } from './redact.ts';
