import { SCHEMA } from '../../config/schema.gen.js';
import { EXIT, type ExitCode } from '../exit-code.js';

/** The JSON Schema of the file, for editors and other tools. */
export function schema(): ExitCode {
  process.stdout.write(`${JSON.stringify(SCHEMA, null, 2)}\n`);
  return EXIT.done;
}
