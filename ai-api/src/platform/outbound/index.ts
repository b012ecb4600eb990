export { type AllowedHosts, parseAllowedHosts } from './allowed-hosts.ts';
export { createOutboundGuard, type OutboundGuard, type Resolve, UrlRefused } from './guard.ts';
export { type Attempt, post } from './post.ts';
export { newSigningSecret } from './signature.ts';
