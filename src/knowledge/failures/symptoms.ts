import type { Template } from '../../log/template.ts'

/** A line that says that something failed or ended, and not why. It is never a cause. */
export type Symptom = {
  /**
   * error: a start fails so, a running server may go on. dead: the engine is gone.
   * stopped: somebody ended it on purpose.
   */
  readonly kind: 'error' | 'dead' | 'stopped'
  readonly look: readonly Template[]
  readonly unless?: readonly Template[]
  /** Where the cause stands, when this is all that the log has. */
  readonly where?: string
}

export const symptoms: readonly Symptom[] = [
  {
    kind: 'dead',
    look: ['engine core exited unexpectedly'],
    where:
      'the kernel’s log at that time (journalctl -k, or dmesg): an engine process that ends without an error of its own was usually killed, most often for lack of memory',
  },
  {
    kind: 'dead',
    look: [
      'Engine core initialization failed',
      'EngineCore failed to start',
      'EngineCore hit an exception',
      'EngineCore encountered a fatal error',
      'EngineDeadError',
      'Engine core proc {} died unexpectedly',
      'Engine process failed to start',
      'MQEngineDeadError',
      'Engine loop has died',
      'AsyncEngineDeadError',
      'Background loop has errored already',
    ],
    where:
      'the lines of the engine process (prefix EngineCore) further up: the first line there that ends in an error is the cause',
  },
  {
    kind: 'dead',
    look: [
      'WorkerProc initialization failed',
      'WorkerProc failed to start',
      'WorkerProc hit an exception',
      'Worker proc {} died unexpectedly',
      'Worker VllmWorkerProcess pid {} died',
      'Executor failed',
      'Worker failed with error',
    ],
    where:
      'the lines of the worker processes (prefix Worker) further up: the first line there that ends in an error is the cause',
  },
  {
    kind: 'dead',
    look: [
      'Main process exited, code=',
      "Failed with result '",
      'Start request repeated too quickly',
      'Scheduled restart job, restart counter is at',
    ],
    unless: ['status=0/SUCCESS', "Failed with result 'timeout'"],
    where: 'the unit’s own lines before it ended: journalctl -u UNIT',
  },
  {
    kind: 'dead',
    look: [
      'Back-off restarting failed container',
      'CrashLoopBackOff',
      'exited with code {code:n}',
      'exit code: {code:n}',
      'exit code {code:n}',
      'exit status {code:n}',
      'Exited ({code:n})',
      'returned non-zero exit status',
      'terminated{}exitCode: ',
    ],
    unless: ['exited with code 0', 'exit code: 0', 'exit code 0', 'exit status 0', 'Exited (0)'],
    where: 'the log of the container that ended: docker logs NAME, or kubectl logs --previous POD',
  },
  {
    kind: 'dead',
    look: [
      'Segmentation fault',
      'core dumped',
      'Fatal Python error',
      '^Killed$',
      'Aborted (core',
      'SIGSEGV',
      'SIGABRT',
      'terminate called after throwing',
      'Got fatal signal from worker processes',
    ],
    where: 'the kernel’s log at that time: journalctl -k, or dmesg',
  },
  {
    kind: 'dead',
    look: [
      'NVRM: Xid',
      'GPU has fallen off the bus',
      'uncorrectable ECC error',
      'CUDA error: an illegal memory access',
      'CUDA error: unspecified launch failure',
      'device-side assert triggered',
      'CUBLAS_STATUS_',
      'an illegal instruction was encountered',
    ],
    where: 'the kernel’s log (dmesg, lines with NVRM): a GPU that fails says so there',
  },
  {
    kind: 'error',
    look: ['Traceback (most recent call last)', '^ File "{}", line {line:n}, in '],
    unless: ['WARNING'],
    where: 'the lines that follow the traceback, which this log does not have',
  },
  {
    kind: 'error',
    look: [
      'error: ',
      'fatal: ',
      'ERROR: ',
      'Error response from daemon',
      'FATAL',
      'panic: ',
      'failed to load model',
      'error loading model',
      'llama runner process has terminated',
      'terminate called',
      '× No solution found',
    ],
    unless: ['0 error', 'error: 0', 'non-fatal', 'no error'],
  },
  {
    kind: 'stopped',
    look: [
      'received signal=SIG',
      'API server: shutdown triggered',
      'Received signal 15',
      'Received signal 2',
      'Received SIGTERM',
      'Received SIGINT',
      'received SIGTERM',
      'received SIGINT',
      'KeyboardInterrupt',
      'Keyboard interrupt',
      'Received shutdown signal',
      'signal SIGTERM received',
      'shutdown requested',
      'Stopping vllm',
      'SIGTERM: shutting down',
    ],
  },
]
