/**
 * Checks the six systems that must work: on the shipped machine profiles, each known trap is caught before the launch and each
 * observed number is reproduced within the predicted range.
 *
 *   npm run eval:systems
 */
import { awqModel } from './eval-systems/awq-model.ts'
import { checks } from './eval-systems/check.ts'
import { miningRig } from './eval-systems/mining-rig.ts'
import { radeonDesktop } from './eval-systems/radeon-desktop.ts'
import { sharedServer } from './eval-systems/shared-server.ts'
import { stableEngine } from './eval-systems/stable-engine.ts'
import { wherever } from './eval-systems/wherever.ts'

for (const system of [miningRig, stableEngine, awqModel, radeonDesktop, sharedServer, wherever]) system()
for (const { system, what, passed, found } of checks)
  console.log(`${passed ? 'ok  ' : 'FAIL'}  ${system}: ${what}${found ? `  (${found})` : ''}`)
const failed = checks.filter(({ passed }) => !passed).length
console.log(`${checks.length - failed} of ${checks.length} checks of the six systems pass`)
process.exitCode = failed > 0 ? 1 : 0
