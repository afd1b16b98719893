import type { CommanderError } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.js';

/** What commander says of a command line, for programs. */
export function usageError({ code, message }: CommanderError): Diagnostic {
  return {
    code: 'SF615',
    severity: 'error',
    // Without a command, commander shows the help and has no message.
    message: code === 'commander.help' ? 'a command is missing' : oneLine(message),
    help: 'sealfarm --help says what there is.',
  };
}

function oneLine(message: string): string {
  return message.replace(/^error: /, '').replaceAll('\n', ' ');
}
