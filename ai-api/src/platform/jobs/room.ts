const LOOK_MS = 1_000;

/** The workers of one queue. */
interface QueueWorkers {
  /** Whether its jobs write, so that none is taken without room. */
  needsRoom: boolean;
  begin(): Promise<void>;
  /** Ends them after their current jobs. */
  end(): Promise<void>;
}

export interface RoomWatch {
  /** Begins the workers, unless there is no room. */
  start(): Promise<void>;
  /** Begins no more workers. */
  stop(): void;
}

/**
 * Runs the workers of queues while there is room for what jobs write. Without it no job is fetched: a job that is fetched and
 * waits would use up its attempts and its time.
 */
export function watchRoom(
  isLow: () => boolean,
  queues: readonly QueueWorkers[],
  onError: (error: unknown) => void,
): RoomWatch {
  const watched = queues.map((workers) => ({ workers, isWorking: false, isBusy: false }));
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  /** One queue's long job delays no other queue. */
  async function look(queue: (typeof watched)[number]): Promise<void> {
    const isWanted = !(queue.workers.needsRoom && isLow());
    if (isStopped || queue.isBusy || queue.isWorking === isWanted) return;
    queue.isBusy = true;
    try {
      await (isWanted ? queue.workers.begin() : queue.workers.end());
      queue.isWorking = isWanted;
    } finally {
      queue.isBusy = false;
    }
  }

  return {
    start: async () => {
      for (const queue of watched) await look(queue);
      timer = setInterval(() => {
        for (const queue of watched) look(queue).catch(onError);
      }, LOOK_MS).unref();
    },
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
