/** A log line as Lotus writes it, on standard error. */
export function log(level: 'INFO' | 'WARN' | 'ERROR', message: string): void {
  process.stderr.write(`${new Date().toISOString()}\t${level}\tmain\t${message}\n`);
}

/** A line on standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
