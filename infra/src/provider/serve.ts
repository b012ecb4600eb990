import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProviderSchemas } from '../schema/schema.ts';
import { schemaAnswer } from './messages.ts';

/**
 * A provider that shows schemas and does nothing else, so that `terraform validate` and `terraform test` with
 * mock providers run without the registry and without a cloud. Terraform starts it as a plugin: it prints the
 * handshake line and ends when Terraform says so.
 * @see https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
 */
function main(schemasFile: string): void {
  const answer = schemaAnswer(JSON.parse(readFileSync(schemasFile, 'utf8')) as ProviderSchemas);
  const directory = mkdtempSync(join(tmpdir(), 'plugin-'));
  const socket = join(directory, 'socket');
  const server = new Server({ 'grpc.max_send_message_length': 256 * 1024 * 1024 });
  const end = () => {
    rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  };
  server.addService(serviceOf('wire.proto', 'tfplugin6', 'Provider'), {
    GetProviderSchema: reply(answer),
    ValidateProviderConfig: reply({}),
    ValidateResourceConfig: reply({}),
    ValidateDataResourceConfig: reply({}),
    StopProvider: reply({}),
  });
  server.addService(serviceOf('controller.proto', 'plugin', 'GRPCController'), {
    Shutdown: (_call: unknown, done: (error: null, answer: object) => void) => {
      done(null, {});
      setImmediate(end);
    },
  });
  server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
    if (error) throw error;
    process.stdout.write(`1|6|unix|${socket}|grpc|\n`);
  });
  process.on('SIGTERM', end);
  // Terraform closes standard input of a plugin it no longer knows.
  process.on('SIGINT', () => {});
}

function reply(answer: object) {
  return (_call: unknown, done: (error: null, answer: object) => void) => done(null, answer);
}

function serviceOf(file: string, packageName: string, service: string) {
  const definition = loadSync(join(import.meta.dirname, file), { keepCase: true, longs: Number });
  const packages = loadPackageDefinition(definition) as unknown as Record<
    string,
    Record<string, ServiceClientConstructor>
  >;
  const found = packages[packageName]?.[service];
  if (!found) throw new Error(`${file} has no service ${service}`);
  return found.service;
}

main(process.argv[2] as string);
