import { Problem, type ProblemInput } from '../../core/problem.ts'
import { registryOf } from './docker-api.ts'

type Tool = 'docker' | 'podman'

/** What docker and podman say, and what that means for the operator; the first that matches counts. */
const meanings: readonly {
  readonly says: RegExp
  readonly means: (tool: Tool, image: string) => Pick<ProblemInput, 'what' | 'next' | 'exit'>
}[] = [
  {
    says: /permission denied.*(docker|\.sock)|EACCES/is,
    means: () => ({
      what: 'This account may not use docker.',
      next: 'sudo usermod -aG docker $USER, then log in again; or choose podman, which needs no rights',
      exit: 'machine',
    }),
  },
  {
    says: /cannot connect to the docker daemon|is the docker daemon running|ECONNREFUSED.*\.sock|ENOENT.*\.sock/i,
    means: () => ({
      what: 'The docker daemon does not answer.',
      next: 'start it: sudo systemctl start docker',
      exit: 'machine',
    }),
  },
  {
    says: /no space left on device/i,
    means: (tool) => ({
      what: `The disk on which ${tool} keeps its images is full.`,
      next: `see what takes the room: ${tool} system df`,
      exit: 'machine',
    }),
  },
  {
    says: /toomanyrequests|rate limit|429/i,
    means: (tool, image) => ({
      what: `${registryOf(image)} gives no more images to this address for now.`,
      next: `log in (${tool} login), wait some hours, or name a mirror in the recipe's engine.image`,
      exit: 'network',
    }),
  },
  {
    says: /manifest( for \S+)? (unknown|not found|invalid)|name unknown|not found: (manifest|name) unknown|\b404\b|: not found$/i,
    means: (_, image) => ({
      what: `There is no image ${image}.`,
      next: 'check the name, the tag and the digest in the recipe; a mirror may not have it',
      exit: 'input',
    }),
  },
  {
    says: /unauthorized|authentication required|access denied|denied: /i,
    means: (tool, image) => ({
      what: `${registryOf(image)} does not give ${image} to this account.`,
      next: `check the name; where a login is needed: ${tool} login ${registryOf(image)}`,
      exit: 'network',
    }),
  },
  {
    says: /x509|certificate/i,
    means: (_, image) => ({
      what: `The certificate of ${registryOf(image)} is not trusted here.`,
      next: 'ask for the certificate of your proxy or mirror and give it to the container tool',
      exit: 'network',
    }),
  },
  {
    says: /no such host|refused|timeout|timed out|EOF|reset by peer|unreachable|HTTP response to HTTPS|was silent|aborted|bad gateway/i,
    means: (tool, image) => ({
      what: `${registryOf(image)} cannot be reached, or the line was cut.`,
      next: `try again: layers that ${tool} has are kept`,
      exit: 'network',
    }),
  },
]

/** The Problem of an image that could not be pulled, from the words of docker or podman. */
export function pullProblem(said: string, tool: Tool, image: string, log: string): Problem {
  const known = meanings.find(({ says }) => says.test(said))?.means(tool, image)
  return new Problem({
    what: `${tool} could not pull ${image}.`,
    next: 'read the log of this action, then try again',
    exit: 'failed',
    ...known,
    why: said,
    log,
  })
}
