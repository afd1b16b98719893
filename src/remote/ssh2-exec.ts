import type { ClientChannel } from 'ssh2';
import { failure, success, type Result } from '../diagnostic/result.js';
import { OutputCollector } from './output-collector.js';
import {
  connectionLost,
  MOST_STREAM_ERRORS,
  signalStatus,
  STOP_MS,
  STOPPED_STATUS,
  tooMuchOutput,
} from './remote-error.js';
import type { ExecOutput } from './remote.js';
import { shInput, streamInput } from './script.js';

/** Gives a script to the `sh -s` of an open channel and waits until it is done. */
export async function runScript(
  channel: ClientChannel,
  host: string,
  script: string,
  mostOutput: number,
): Promise<Result<ExecOutput>> {
  let status: number | undefined;
  const output = new OutputCollector(mostOutput, () => {
    channel.close();
  });
  channel.on('data', (chunk: Buffer) => {
    output.addStdout(chunk);
  });
  channel.stderr.on('data', (chunk: Buffer) => {
    output.addStderr(chunk);
  });
  channel.once('exit', (code: number | null, signal?: string) => {
    status = code ?? signalStatus(signal);
  });
  const done = Promise.all([ended(channel, 'close'), ended(channel.stderr, 'end')]);
  channel.end(shInput(script));
  await done;
  if (output.overflowed) return failure(tooMuchOutput(host, mostOutput));
  if (status === undefined) {
    return failure(connectionLost(host, 'the script ended without an exit status'));
  }
  return success({ ...output.text(), status });
}

/** The same for a script without end, which ends when its standard input does. */
export async function streamScript(
  channel: ClientChannel,
  host: string,
  script: string,
  onOutput: (chunk: Buffer) => void,
  signal: AbortSignal,
): Promise<Result<ExecOutput>> {
  let status: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const errors = new OutputCollector(MOST_STREAM_ERRORS, () => undefined);
  channel.on('data', (chunk: Buffer) => {
    if (!signal.aborted) onOutput(chunk);
  });
  channel.stderr.on('data', (chunk: Buffer) => {
    errors.addStderr(chunk);
  });
  channel.once('exit', (code: number | null, name?: string) => {
    status = code ?? signalStatus(name);
  });
  const done = Promise.all([ended(channel, 'close'), ended(channel.stderr, 'end')]);
  const stop = (): void => {
    channel.end();
    timer = setTimeout(() => {
      channel.close();
    }, STOP_MS);
  };
  channel.write(streamInput(script));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  await done;
  signal.removeEventListener('abort', stop);
  clearTimeout(timer);
  if (status === undefined && !signal.aborted)
    return failure(connectionLost(host, 'the script ended without an exit status'));
  return success({ ...errors.text(), status: status ?? STOPPED_STATUS });
}

function ended(stream: NodeJS.EventEmitter, event: 'close' | 'end'): Promise<void> {
  return new Promise((resolve) => {
    stream.once(event, () => {
      resolve();
    });
  });
}
