import * as z from 'zod'
import { factOf } from './fact.ts'

const text = factOf(z.string())
const count = factOf(z.number().int().nonnegative())
const bytes = factOf(z.number().nonnegative())
const yesNo = factOf(z.boolean())
const list = factOf(z.array(z.string()))

/** The version of the machine file that this rigup writes. It reads this one and older ones. */
export const machineSchemaVersion = 1

const gpuSchema = z.strictObject({
  /** Position in the tool's own order; what CUDA_VISIBLE_DEVICES counts when CUDA_DEVICE_ORDER=PCI_BUS_ID. */
  index: z.number().int().nonnegative(),
  vendor: factOf(z.enum(['nvidia', 'amd', 'intel', 'apple', 'other'])),
  name: text,
  /** With domain, lower case: `0000:01:00.0`. */
  pciAddress: text,
  uuid: text,
  memoryTotalBytes: bytes,
  memoryUsedBytes: bytes,
  memoryFreeBytes: bytes,
  /** CUDA compute capability: `8.6`. */
  capability: text,
  /** AMD's target: `gfx906`; Intel's or NVIDIA's architecture name where the source tells it. */
  arch: text,
  /** The driver's version: `570.86`; for AMD the amdgpu or ROCm driver's. */
  driver: text,
  /** The CUDA version that the driver supports, or the host's ROCm version. */
  runtime: text,
  linkGeneration: count,
  linkGenerationMax: count,
  linkWidth: count,
  linkWidthMax: count,
  /** Shares its memory with the CPU (GB10, Jetson, Strix Halo, integrated graphics). */
  unifiedMemory: yesNo,
  /** 0 to 100. */
  utilizationPercent: factOf(z.number()),
  temperatureCelsius: factOf(z.number()),
  powerWatts: factOf(z.number()),
  /** MIG mode: `enabled`, `disabled`; instances are in `migInstances`. */
  mig: text,
  migInstances: list.optional(),
  ecc: text.optional(),
  computeMode: text.optional(),
  virtualization: text.optional(),
  displayAttached: yesNo.optional(),
  numaNode: factOf(z.number().int()).optional(),
  processes: factOf(
    z.array(
      z.strictObject({
        pid: z.number().int(),
        name: z.string(),
        owner: z.string().nullable(),
        memoryBytes: z.number().nullable(),
      }),
    ),
  ).optional(),
  /** What is wrong with this card, in a sentence: driver missing, fallen off the bus, no permission. Null: nothing seen. */
  problem: text,
})
export type Gpu = z.infer<typeof gpuSchema>

const filesystemSchema = z.strictObject({
  /** Mount point. */
  mount: z.string(),
  source: text,
  /** ext4, xfs, btrfs, zfs, overlay, ntfs3, fuseblk ... */
  type: text,
  totalBytes: bytes,
  /** Free for this user. */
  freeBytes: bytes,
  device: factOf(z.enum(['ssd', 'hdd', 'network', 'fuse', 'memory', 'virtual'])),
  readOnly: yesNo,
})
export type Filesystem = z.infer<typeof filesystemSchema>

const toolSchema = z.strictObject({
  /** uv, python3, python3.12, conda, docker, podman, nvidia-container-toolkit, nvcc, gcc, ninja, git, systemd, earlyoom, vllm, ollama, llama-server ... */
  name: z.string(),
  path: text,
  version: text,
  /** What else is worth knowing: `daemon answers`, `CPU build`, `no permission to the socket`. */
  note: z.string().optional(),
})
export type Tool = z.infer<typeof toolSchema>

export const machineSchema = z.strictObject({
  schemaVersion: z.number().int(),
  /** A short name for people; the host's name is never used. */
  name: z.string(),
  detectedAt: z.string().optional(),
  /** live: this machine; captures: saved outputs; profile: written by hand or saved. */
  origin: z.enum(['live', 'captures', 'profile']),
  cpu: z
    .strictObject({
      vendor: text,
      model: text,
      /** x86_64, aarch64. */
      architecture: text,
      sockets: count,
      /** Over all sockets. */
      cores: count,
      threads: count,
      numaNodes: count,
      flags: list,
    })
    .prefault({}),
  memory: z
    .strictObject({
      totalBytes: bytes,
      availableBytes: bytes,
      /** The limit of the cgroup that rigup runs in; null with a reason where there is none. */
      cgroupLimitBytes: bytes,
      /** PSI `some avg10` of memory, percent. */
      pressurePercent: factOf(z.number()),
      hugePagesTotalBytes: bytes.optional(),
      lockedLimitBytes: bytes.optional(),
      sharedMemoryBytes: bytes.optional(),
    })
    .prefault({}),
  swap: z
    .strictObject({
      totalBytes: bytes,
      usedBytes: bytes,
      areas: factOf(
        z.array(
          z.strictObject({
            path: z.string(),
            kind: z.enum(['file', 'partition', 'zram', 'other']),
            bytes: z.number(),
            usedBytes: z.number().nullable(),
          }),
        ),
      ),
      /** Whether swapon can work here at all (not in most containers). */
      allowed: yesNo,
    })
    .prefault({}),
  filesystems: z.array(filesystemSchema).default([]),
  /** Which mount point each thing would land on. */
  locations: z
    .strictObject({
      root: text,
      home: text,
      data: text,
      cache: text,
      modelCache: text,
      images: text,
      temporary: text,
    })
    .prefault({}),
  os: z
    .strictObject({
      id: text,
      idLike: list,
      version: text,
      name: text,
      kernel: text,
      glibc: text,
      init: text,
      packageManager: text,
      /** NixOS, ostree, SteamOS and kin: /etc and /usr are not to be edited. */
      immutable: yesNo,
      container: text,
      virtualization: text,
      wsl: yesNo,
      secureBoot: yesNo.optional(),
    })
    .prefault({}),
  user: z
    .strictObject({
      name: text,
      uid: count,
      groups: list,
      /** root, passwordless, password, none. */
      privileges: factOf(z.enum(['root', 'passwordless', 'password', 'none'])),
      openFilesLimit: count.optional(),
      linger: yesNo.optional(),
    })
    .prefault({}),
  gpus: z.array(gpuSchema).default([]),
  /** Kind of the link between two GPUs, by index: nvlink, and else the topology word lowered: pix, pxb, phb, node, sys, xgmi, pcie. */
  links: z.array(z.strictObject({ a: z.number().int(), b: z.number().int(), kind: text })).default([]),
  tools: z.array(toolSchema).default([]),
  /** Ports on which something listens. */
  listeners: factOf(
    z.array(z.strictObject({ port: z.number().int(), address: z.string(), process: z.string().nullable() })),
  ),
  /** Engines that run or hold memory without a parent. */
  engines: factOf(
    z.array(
      z.strictObject({ pid: z.number().int(), name: z.string(), orphan: z.boolean(), owner: z.string().nullable() }),
    ),
  ),
  /**
   * Where Python packages come from here: what the administrator set for pip (`pip config list`, PIP_*) or uv (UV_*). uv does
   * not read pip's configuration, so it has to be passed on. URLs are without credentials.
   */
  packaging: z
    .strictObject({
      index: text,
      extraIndexes: list,
      /** Folders and pages with wheels. */
      findLinks: list,
      /** File names of the torch and vLLM wheels in those of the folders that are on this machine. */
      localWheels: list,
      /** A certificate bundle (pip `cert`, SSL_CERT_FILE). */
      certificate: text,
    })
    .prefault({}),
  /** Names of the proxy variables that are set, with values without credentials. */
  proxies: factOf(z.record(z.string(), z.string())),
  /** Which indexes, hubs and image registries answered; asked only after the operator agreed. URLs are without credentials. */
  network: factOf(
    z.array(
      z.strictObject({
        url: z.string(),
        answers: z.boolean(),
        milliseconds: z.number(),
        /** The status, or why there is none. */
        note: z.string(),
      }),
    ),
  ),
  /** What is broken without belonging to a GPU: driver not loaded, tool hung. */
  problems: z.array(z.strictObject({ about: z.string(), text: z.string() })).default([]),
})
export type Machine = z.infer<typeof machineSchema>
