import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { success, type Result } from '../../src/diagnostic/result.js';
import type { ExecOutput, Remote } from '../../src/remote/remote.js';

/** A host in memory that answers as a test wants it and writes down what it was asked. */
export class FakeRemote implements Remote {
  readonly scripts: string[] = [];
  /** `10.0.0.10:2345` */
  readonly dialled: string[] = [];
  closed = 0;
  said: readonly Diagnostic[] = [];
  onExec: (script: string) => Promise<Result<ExecOutput>> = () => Promise.resolve(output(''));
  onStream: (
    script: string,
    onOutput: (chunk: Buffer) => void,
    signal: AbortSignal,
  ) => Promise<Result<ExecOutput>> = () => Promise.reject(new Error('streamed'));
  onDial: () => Promise<Result<Duplex>> = () => Promise.reject(new Error('dialled'));

  constructor(readonly host = 'host-1') {}

  exec(script: string): Promise<Result<ExecOutput>> {
    this.scripts.push(script);
    return this.onExec(script);
  }

  stream(
    script: string,
    onOutput: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<Result<ExecOutput>> {
    this.scripts.push(script);
    return this.onStream(script, onOutput, signal);
  }

  dial(host: string, port: number): Promise<Result<Duplex>> {
    this.dialled.push(`${host}:${port}`);
    return this.onDial();
  }

  open = true;

  isOpen(): boolean {
    return this.open;
  }

  notes(): readonly Diagnostic[] {
    return this.said;
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

export function output(stdout: string): Result<ExecOutput> {
  return success({ stdout, stderr: '', status: 0 });
}
