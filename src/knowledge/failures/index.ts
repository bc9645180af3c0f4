import { compiling } from './compiling.ts'
import { configuration } from './configuration.ts'
import { container } from './container.ts'
import { driver } from './driver.ts'
import { gpuMemory } from './gpu-memory.ts'
import { gpuSupport } from './gpu-support.ts'
import { hostMemory } from './host-memory.ts'
import { hub } from './hub.ts'
import { kvCache } from './kv-cache.ts'
import { layout } from './layout.ts'
import { libraries } from './libraries.ts'
import { model } from './model.ts'
import { processor } from './processor.ts'
import { pythonPackages } from './python-packages.ts'
import { rocm } from './rocm.ts'
import type { Signature } from './signature.ts'
import { toolchain } from './toolchain.ts'
import { visibleGpus } from './visible-gpus.ts'
import { windows } from './windows.ts'
import { workers } from './workers.ts'

/** Every cause that a diagnosis may name. To add one: an entry in the file of its family, its slug in `causes`, and a case in the tests. */
export const signatures: readonly Signature[] = [
  ...gpuMemory,
  ...kvCache,
  ...hostMemory,
  ...processor,
  ...driver,
  ...visibleGpus,
  ...gpuSupport,
  ...rocm,
  ...libraries,
  ...pythonPackages,
  ...toolchain,
  ...compiling,
  ...hub,
  ...model,
  ...configuration,
  ...layout,
  ...workers,
  ...container,
  ...windows,
]
