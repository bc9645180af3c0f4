import { compiling } from './compiling.ts'
import { configuration } from './configuration.ts'
import { container } from './container.ts'
import { driver } from './driver.ts'
import { gpuMemory } from './gpu-memory.ts'
import { gpuSupport } from './gpu-support.ts'
import { hostMemory } from './host-memory.ts'
import { installation } from './installation.ts'
import { model } from './model.ts'
import { parallel } from './parallel.ts'
import { rocm } from './rocm.ts'
import type { Signature } from './signature.ts'

/** Every cause that a diagnosis may name. To add one: an entry in the file of its family, its slug in `causes`, and a case in the tests. */
export const signatures: readonly Signature[] = [
  ...gpuMemory,
  ...hostMemory,
  ...driver,
  ...gpuSupport,
  ...rocm,
  ...installation,
  ...compiling,
  ...model,
  ...configuration,
  ...parallel,
  ...container,
]
