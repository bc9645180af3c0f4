import { toolOf } from '../../machine/find.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Advice, Source } from '../advice.ts'
import { versionAtLeast } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'

/** Why a wheel built for a glibc does not run here; empty where it does or where glibc is unknown. */
export function glibcNeeds(machine: Machine, floor: string, what: string, source: Source): Advice[] {
  const { id, glibc } = machine.os
  if (id.value === 'nixos') {
    return [
      makeAdvice(
        'refuse',
        {
          id: 'nixos-foreign-binaries',
          about: 'engine.route',
          what: `${what} does not start on NixOS as it is.`,
          why: 'Programs that were built elsewhere look for their loader under /lib64, which NixOS does not have.',
          source: { title: 'NixOS manual: nix-ld', reference: 'https://github.com/nix-community/nix-ld' },
        },
        { facts: ['os.id'], instead: 'Use the container image, or a NixOS module.' },
      ),
    ]
  }
  const enough = versionAtLeast(glibc.value, floor)
  if (enough === null && id.value === 'alpine') return [tooOld(floor, what, source, 'Alpine has musl and no glibc.')]
  if (enough !== false) return []
  return [tooOld(floor, what, source, `This system has glibc ${glibc.value}.`)]
}

function tooOld(floor: string, what: string, source: Source, found: string): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'glibc-too-old',
      about: 'engine.route',
      what: `${what} needs glibc ${floor} or newer.`,
      why: found,
      source,
    },
    { facts: ['os.glibc', 'os.id'], instead: 'Use a container image: it brings its own glibc.' },
  )
}

/** Why no build for this processor architecture exists; empty where one does or where it is unknown. */
export function architectureNeeds(machine: Machine, built: readonly string[], what: string, source: Source): Advice[] {
  const { value } = machine.cpu.architecture
  if (value === null || built.includes(value)) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'architecture-not-built',
        about: 'engine.route',
        what: `${what} is built for ${built.join(' and ')} only.`,
        why: `This machine is ${value}.`,
        source,
      },
      { facts: ['cpu.architecture'], instead: 'An engine that is built from source on this machine.' },
    ),
  ]
}

/** The container tool of this machine, docker first; and why there is none that works. */
export function containerTool(machine: Machine): { tool: 'docker' | 'podman' | null; why: Advice[] } {
  const docker = toolOf(machine, 'docker')
  const podman = toolOf(machine, 'podman')
  if (docker && !isLocked(docker.note)) return { tool: 'docker', why: [] }
  if (podman) return { tool: 'podman', why: [] }
  const why = docker
    ? makeAdvice(
        'refuse',
        {
          id: 'docker-without-permission',
          about: 'engine.containerTool',
          what: 'Docker is there but may not be used by this account.',
          why: docker.note ?? 'The daemon does not answer.',
          source: {
            title: 'Docker: post-installation steps',
            reference: 'https://docs.docker.com/engine/install/linux-postinstall/',
          },
        },
        { facts: ['tools', 'user.groups'], instead: 'Join the group docker, or install podman.' },
      )
    : makeAdvice(
        'refuse',
        {
          id: 'no-container-tool',
          about: 'engine.containerTool',
          what: 'Neither docker nor podman is installed.',
          why: 'An image needs one of them.',
          source: { title: 'vLLM: using Docker', reference: 'https://docs.vllm.ai/en/latest/deployment/docker/' },
        },
        { facts: ['tools'], instead: 'Install podman or docker, or choose a route without a container.' },
      )
  return { tool: null, why: [why] }
}

function isLocked(note: string | undefined): boolean {
  return note !== undefined && /permission|not answer|not running|denied/i.test(note)
}

/** Reasons that hold for a wheel from PyPI: glibc, processor, Python through uv. */
export function wheelNeeds(machine: Machine, glibc: string, architectures: readonly string[], what: string): Advice[] {
  return [
    ...architectureNeeds(machine, architectures, what, sources.wheels),
    ...glibcNeeds(machine, glibc, what, sources.wheels),
  ]
}
