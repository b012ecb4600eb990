import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type Cache, createCache } from './cache.ts';
import { defaultDevice } from './device.ts';
import { createHttp, type Http, isPassing, LicenceError, type SeatAnswer } from './http.ts';
import { onExit } from './on-exit.ts';
import { createSharing } from './sharing.ts';
import { createTimer, jittered } from './timer.ts';
import { type KeySet, type LicenceToken, verifyToken } from './verify.ts';

/** How far the clock of the device may be behind the server's latest time before nothing is believed offline. */
const MAX_BEHIND_MS = 300_000;
const RELEASE_MS = 2_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;
const ATTEMPTS = 3;

export interface LicenceOptions {
  /** Root of the API, such as `https://licences.example.com`. */
  baseUrl: string;
  licenseKey: string;
  /** Code of the product that this is. */
  product: string;
  /** Fingerprint of the device. Defaults to one made from the machine. */
  device?: string;
  version?: string;
  entitlements?: string[];
  user?: string;
  group?: string;
  /** Waits in the queue while all seats are taken. */
  wait?: boolean;
  /** File for the time without a network; without one a restart needs the network. */
  cacheFile?: string;
  /** Public keys that are built in. Only they are trusted; without them those that the server publishes are. */
  keys?: KeySet;
  /** Shares the session with other processes of the device. Off where each session has a seat of its own. */
  isShared?: boolean;
  /** Gives the seat back when the process ends. Defaults to true. */
  releaseOnExit?: boolean;
  /** Milliseconds for one request. Defaults to 5 000. */
  timeoutMs?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export type LicenceState = 'idle' | 'queued' | 'held' | 'borrowed' | 'offline' | 'lost';

interface Events {
  /** The state changed. */
  state: [LicenceState];
  /** The place in the queue. */
  queued: [number];
  /** Callers that wait for a seat, as a holder is told. */
  waiting: [number];
  /** The seat is gone, and why. */
  lost: [LicenceError];
  /** A request failed and is tried again. */
  retry: [LicenceError];
  /** The file of the cache could not be written: a restart needs the network. */
  cache: [Error];
}

/** A floating seat of this device: acquires it, keeps it with heartbeats, gives it back. */
export class Licence extends EventEmitter<Events> {
  state: LicenceState = 'idle';
  /** The verified token; null without a seat. */
  token: LicenceToken | null = null;
  private readonly options: LicenceOptions;
  private readonly device: string;
  private readonly http: Http;
  private readonly cache: Cache;
  private readonly sharing: ReturnType<typeof createSharing>;
  private readonly timer = createTimer(() => void this.beat());
  private readonly now: () => number;
  private stopListening = () => {};
  private keys: KeySet | null;
  private raw: string | null = null;
  private sessionId: string | null = null;
  private heartbeatMs = 120_000;
  private serverTime = 0;
  private failures = 0;
  private flight: Promise<void> | null = null;
  /** Names a request for a seat until it is answered, so that its repetitions take no second one. */
  private attempt: string | null = null;

  constructor(options: LicenceOptions) {
    super();
    this.options = options;
    this.device = options.device ?? defaultDevice();
    this.http = createHttp(options.baseUrl, options.timeoutMs ?? 5_000);
    this.cache = createCache(options.cacheFile ?? null, this.device);
    const isShared = options.isShared !== false && options.cacheFile !== undefined;
    this.sharing = createSharing(isShared ? `${options.cacheFile}.processes` : null);
    this.now = options.now ?? Date.now;
    this.keys = options.keys ?? null;
  }

  /**
   * Acquires a seat, or takes up the one that the device holds. Without a network the token of the cache serves until it ends.
   * @throws {LicenceError} a refusal of the server; OFFLINE or CLOCK without a network and without a token that holds;
   *   TOKEN_REFUSED for a token that none of the trusted keys has signed
   */
  acquire(): Promise<void> {
    return this.single(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.acquireNow();
        } catch (error) {
          if (!isPassing(error)) throw error;
          if (attempt < ATTEMPTS) await pause(jittered(200 * attempt));
          else return this.goOffline(error as LicenceError);
        }
      }
    });
  }

  /** Sends a heartbeat now; the timer does it by itself. */
  beat(): Promise<void> {
    return this.single(() => this.beatNow());
  }

  /** Gives the seat back, within two seconds or not at all: its lease then runs out by itself. */
  async release(): Promise<void> {
    this.timer.stop();
    this.stopListening();
    const { raw, sessionId } = this;
    const isLast = this.sharing.leave();
    const isHeld = this.state === 'held' || this.state === 'queued' || this.state === 'offline';
    this.forget('idle');
    if (!isHeld || sessionId === null || !isLast) return;
    await this.http.release(raw ?? this.options.licenseKey, this.own(sessionId), RELEASE_MS).catch(() => {});
    await this.cache.clear().catch(() => {});
  }

  /** Borrows the seat for use without a network. @throws {LicenceError} */
  borrow(hours: number): Promise<void> {
    return this.single(async () => {
      const sessionId = this.requireSession();
      const bearer = this.raw ?? this.options.licenseKey;
      await this.take(await this.http.borrow(bearer, { ...this.own(sessionId), hours }));
    });
  }

  /** Returns a borrowed seat early; heartbeats go on. @throws {LicenceError} */
  giveBack(): Promise<void> {
    return this.single(async () => {
      const bearer = this.raw ?? this.options.licenseKey;
      await this.take(await this.http.giveBack(bearer, this.own(this.requireSession())));
    });
  }

  /** One request at a time; calls that come meanwhile get the outcome of that one. */
  private single(work: () => Promise<void>): Promise<void> {
    this.flight ??= work().finally(() => {
      this.flight = null;
    });
    return this.flight;
  }

  private own(sessionId: string) {
    return { sessionId, device: this.device };
  }

  private requireSession(): string {
    if (this.sessionId === null) throw new LicenceError('SESSION_NOT_FOUND', 'There is no seat.');
    return this.sessionId;
  }

  private async acquireNow(): Promise<void> {
    const { licenseKey, product, version, entitlements, user, group, wait } = this.options;
    const asked = { product, version, entitlements, user, group, wait, device: this.device };
    const clientTime = new Date(this.now()).toISOString();
    this.attempt ??= randomUUID();
    const answer = await this.http
      .acquire(licenseKey, { ...asked, clientTime }, this.attempt)
      .catch((error: unknown) => {
        if (!isPassing(error)) this.attempt = null;
        throw error;
      });
    this.attempt = null;
    await this.take(answer).catch(async (error: unknown) => {
      // A new seat is of no use without a token that can be trusted; one that the device had may be in use elsewhere on it.
      if (answer.code === 'ACQUIRED')
        await this.http.release(licenseKey, this.own(answer.sessionId), RELEASE_MS).catch(() => {});
      throw error;
    });
    if (this.options.releaseOnExit !== false) {
      this.stopListening();
      this.stopListening = onExit(() => this.release());
    }
    this.share();
  }

  /** Takes an answer into use: its token is believed only once it is verified. */
  private async take(answer: SeatAnswer): Promise<void> {
    const time = Date.parse(answer.serverTime);
    if (answer.token !== null) {
      this.token = await this.verified(answer.token, time);
      this.raw = answer.token;
    }
    // A time that no token speaks for may be forged: believed, it would end this one, and every one that comes.
    if (this.token !== null && time < this.token.expiresAt) this.serverTime = Math.max(this.serverTime, time);
    this.failures = 0;
    this.sessionId = answer.sessionId;
    this.heartbeatMs = answer.heartbeatAfterSeconds * 1000;
    if (answer.seats.waiting > 0 && answer.position === null) this.emit('waiting', answer.seats.waiting);
    if (answer.position !== null) this.emit('queued', answer.position);
    this.become(answer.position !== null ? 'queued' : answer.state === 'borrowed' ? 'borrowed' : 'held');
    await this.save();
    this.timer.start(jittered(this.heartbeatMs));
  }

  /** @throws {LicenceError} TOKEN_REFUSED, and what keeps the keys from being read */
  private async verified(token: string, serverTime: number): Promise<LicenceToken> {
    try {
      return await this.check(token, serverTime);
    } catch (error) {
      if (error instanceof LicenceError) throw error;
      throw new LicenceError('TOKEN_REFUSED', error instanceof Error ? error.message : String(error));
    }
  }

  private async check(token: string, serverTime: number): Promise<LicenceToken> {
    const { product, keys: pinned } = this.options;
    const now = Math.max(this.now(), this.serverTime, serverTime);
    const check = (keys: KeySet) => verifyToken(token, { keys, product, device: this.device, now });
    if (pinned) return check(pinned);
    if (this.keys) {
      const known = await check(this.keys).catch(() => null);
      if (known) return known;
    }
    // The server has a key that is newer than those that are known.
    this.keys = await this.http.keys();
    return check(this.keys);
  }

  private async save(): Promise<void> {
    if (this.raw === null || this.sessionId === null || this.keys === null) return;
    const isBorrowed = this.state === 'borrowed';
    const { sessionId, raw: token, keys, serverTime } = this;
    try {
      await this.cache.write({ sessionId, token, isBorrowed, keys, serverTime });
    } catch (error) {
      this.emit('cache', error as Error);
    }
  }

  /** A folder that cannot be written keeps no seat from being used. */
  private share(): void {
    try {
      this.sharing.join();
    } catch (error) {
      this.emit('cache', error as Error);
    }
  }

  /** The token of the cache in place of the server. @throws {LicenceError} without one that holds */
  private async goOffline(reason: LicenceError): Promise<void> {
    const cached = await this.cache.read();
    if (!cached) throw reason;
    if (cached.serverTime - this.now() > MAX_BEHIND_MS)
      throw new LicenceError('CLOCK', 'The clock of this device is behind: go online.');
    this.keys = this.options.keys ?? cached.keys;
    const { product } = this.options;
    const check = { keys: this.keys, product, device: this.device, now: this.now() };
    this.token = await verifyToken(cached.token, check).catch(() => {
      throw reason;
    });
    this.raw = cached.token;
    this.sessionId = cached.sessionId;
    this.serverTime = cached.serverTime;
    this.share();
    this.become(cached.isBorrowed ? 'borrowed' : 'offline');
    this.timer.start(this.backoff());
  }

  private async beatNow(): Promise<void> {
    try {
      if (this.sessionId === null) return await this.acquireNow();
      const answer = await this.heartbeat(this.sessionId);
      if (answer.code === 'OFFERED') return await this.acquireNow();
      await this.take(answer);
    } catch (error) {
      await this.survive(error);
    }
  }

  private async heartbeat(sessionId: string): Promise<SeatAnswer> {
    const { licenseKey } = this.options;
    try {
      return await this.http.heartbeat(this.raw ?? licenseKey, this.own(sessionId));
    } catch (error) {
      const isOld = error instanceof LicenceError && error.status === 401 && this.raw !== null;
      if (!isOld) throw error;
      return this.http.heartbeat(licenseKey, this.own(sessionId));
    }
  }

  private async survive(error: unknown): Promise<void> {
    if (!(error instanceof LicenceError)) throw error;
    if (error.code === 'TOKEN_REFUSED') return this.wait(error);
    if (error.code === 'SESSION_NOT_FOUND' && this.failures === 0) {
      this.failures = 1;
      try {
        return await this.acquireNow();
      } catch (again) {
        return this.survive(again);
      }
    }
    if (isPassing(error) || error.code === 'SESSION_NOT_FOUND') this.wait(error);
    else this.lose(error);
  }

  /** The server cannot be asked: the token serves until it ends, and the server is tried again meanwhile. */
  private wait(error: LicenceError): void {
    this.failures++;
    this.emit('retry', error);
    const isBehind = this.serverTime - this.now() > MAX_BEHIND_MS;
    const isOver = this.token === null || this.token.expiresAt <= this.now();
    if (isBehind) this.lose(new LicenceError('CLOCK', 'The clock of this device is behind: go online.'));
    else if (isOver) this.lose(error);
    else {
      if (this.state !== 'borrowed') this.become('offline');
      this.timer.start(this.backoff(error.retryAfter));
    }
  }

  private backoff(retryAfter: number | null = null): number {
    const doubled = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, this.failures - 1), MAX_RETRY_MS);
    return jittered(Math.max(doubled, (retryAfter ?? 0) * 1000));
  }

  private lose(error: LicenceError): void {
    this.timer.stop();
    this.forget('lost');
    this.emit('lost', error);
  }

  private forget(state: LicenceState): void {
    this.token = null;
    this.raw = null;
    this.sessionId = null;
    this.become(state);
  }

  private become(state: LicenceState): void {
    if (state === this.state) return;
    this.state = state;
    this.emit('state', state);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Acquires a seat for this device. @throws {LicenceError} see {@link Licence.acquire} */
export async function openLicence(options: LicenceOptions): Promise<Licence> {
  const licence = new Licence(options);
  await licence.acquire();
  return licence;
}
