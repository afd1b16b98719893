import type { ClientChannel } from 'ssh2';
import { failure, success, type Result } from '../diagnostic/result.js';
import { OutputCollector } from './output-collector.js';
import { connectionLost, signalStatus, tooMuchOutput } from './remote-error.js';
import type { ExecOutput } from './remote.js';
import { shInput } from './script.js';

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

function ended(stream: NodeJS.EventEmitter, event: 'close' | 'end'): Promise<void> {
  return new Promise((resolve) => {
    stream.once(event, () => {
      resolve();
    });
  });
}
