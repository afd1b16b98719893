import type { BareCodes } from '../code-facts.js';

export const WORKING_CODES = {
  SF601: { title: 'file changed since it was read' },
  SF602: { title: 'command on the host failed' },
  SF603: { title: 'worker did not come up as declared' },
  SF604: { title: 'worker did not get quiet in time' },
  SF605: { title: 'worker did not stop' },
  SF606: { title: 'change not in effect' },
  SF607: { title: 'path holds sectors again' },
  SF608: { title: 'interrupted' },
  SF609: { title: 'host is locked' },
  SF610: { title: 'drain did not end in time' },
  SF611: { title: 'no such host or worker' },
  SF612: { title: 'drain cannot end' },
  SF613: { title: 'step left out after a failure' },
  SF614: { title: 'nobody to ask' },
  SF615: { title: 'wrong use of the command line' },
  SF616: { title: 'drain taken back' },
} as const satisfies BareCodes;
