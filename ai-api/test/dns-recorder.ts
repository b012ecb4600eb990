import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';

export interface DnsRecorder {
  /** As `DNS_SERVERS` takes it. */
  address: string;
  /** TXT records by their name. */
  records: Map<string, string[]>;
  /** Names of the queries. */
  queries: string[];
  /** Answers nothing while it is true. */
  isSilent: boolean;
  close(): Promise<void>;
}

/** A DNS server on loopback: it knows TXT records, and answers NXDOMAIN for other names. */
export async function startDns(): Promise<DnsRecorder> {
  const socket = createSocket('udp4');
  const recorder: DnsRecorder = {
    address: '',
    records: new Map(),
    queries: [],
    isSilent: false,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (message, { port, address }) => {
    const { id, questions = [] } = decode(message);
    const name = questions[0]?.name ?? '';
    recorder.queries.push(name);
    if (recorder.isSilent) return;
    const texts = recorder.records.get(name);
    const NXDOMAIN = 3;
    socket.send(
      encode({
        id: id ?? 0,
        type: 'response',
        flags: texts ? 0 : NXDOMAIN,
        questions,
        answers: (texts ?? []).map((data) => ({ type: 'TXT' as const, name, ttl: 1, data })),
      }),
      port,
      address,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  recorder.address = `127.0.0.1:${socket.address().port}`;
  return recorder;
}
