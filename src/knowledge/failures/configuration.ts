import { command, frame, hint, proof, recipe, type Signature, strong, type Values } from './signature.ts'

/** `--swap-space 4 --foo` to the name of the first flag, without dashes. */
function firstFlag(values: Values): Values {
  const flag = /--?([a-z0-9][\w.-]*)/i.exec(values['flags'] ?? '')?.[1]
  return flag ? { flag: flag.replaceAll('_', '-') } : {}
}

export const configuration: readonly Signature[] = [
  {
    cause: 'cli-flag-unknown',
    signs: [
      {
        ...proof(
          'error: unrecognized arguments: {flags}',
          'unrecognized arguments: ',
          'error: ambiguous option: ',
          "invalid choice: '",
          'error: argument --{flag:w}: ',
          'error: argument ',
          "got an unexpected keyword argument '{flag:w}'",
          'error: invalid argument: ',
          'unknown flag: ',
          "error: unexpected argument '",
          'error: unknown argument',
          'No such option: ',
          'error: the following arguments are required',
          'unknown shorthand flag',
        ),
        // A Python function's argument, not one of the command line.
        unless: ['ValueError: Argument', 'TypeError: Argument', 'RuntimeError: Argument', 'AssertionError: Argument'],
      },
    ],
    against: [
      strong("unexpected keyword argument 'use_fast'"),
      { ...strong('__init__() got an unexpected'), unless: ['EngineArgs.__init__'] },
    ],
    derive: firstFlag,
    sentence: 'The flag --{flag} is not known to this version, or its value is not allowed.',
    otherwise: 'A flag is not known to this version, or its value is not allowed.',
    because:
      'Flags come and go with releases, and `vllm serve`, `python -m` and `vllm bench` do not share all of them.',
    fixes: [
      {
        title: 'without --{flag}',
        change: recipe({ 'server.arguments.{flag}': null }),
        why: 'The engine then takes its default.',
        risk: 'What the flag was for is missing.',
      },
      {
        title: 'ask this version for its flags',
        change: command('vllm', 'serve', '--help=all'),
        why: 'The installed version is the authority.',
        risk: null,
        versions: '>=0.10.0',
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/cli/serve/',
  },
  {
    cause: 'max-len-exceeds-model',
    signs: [
      proof(
        'User-specified max_model_len ({asked:n}) is greater than the derived max_model_len ({}={allowed:n}',
        'is greater than the derived max_model_len',
        'is greater than the max_model_len',
        'To allow overriding this maximum, set the env var VLLM_ALLOW_LONG_MAX_MODEL_LEN',
        'VLLM_ALLOW_LONG_MAX_MODEL_LEN=1',
      ),
      frame('in _get_and_verify_max_len', 'in get_and_verify_max_len'),
    ],
    derive: (values) =>
      (Number((values['allowed'] ?? '').replace(/\.0$/, '')) || 0) > 0
        ? { limit: String(Number(values['allowed'])) }
        : {},
    sentence: 'Length {asked} is more than the model allows ({limit}).',
    otherwise: 'The length asked for is more than the model allows.',
    because: 'The limit comes from config.json: beyond it the positions were never trained.',
    fixes: [
      {
        title: 'length {limit}',
        change: recipe({ 'layout.maxModelLen': '{limit}' }),
        why: 'The longest that the model allows.',
        risk: null,
      },
      {
        title: 'the model’s own length',
        change: recipe({ 'layout.maxModelLen': null }),
        why: 'Taken where none is asked for.',
        risk: 'The KV cache must hold it.',
      },
    ],
  },
  {
    cause: 'batched-tokens-below-max-len',
    signs: [
      proof(
        'max_num_batched_tokens ({tokens:n}) is smaller than max_model_len ({length:n})',
        'is smaller than max_model_len',
        'Please increase max_num_batched_tokens or decrease max_model_len',
        'makes vLLM reject longer sequences',
        'effectively limits the maximum sequence length',
      ),
    ],
    derive: (values) => ({ ...(values['length'] ? { length: values['length'] } : {}) }),
    sentence: 'Without chunked prefill a whole prompt of length {length} must fit into one step of {tokens} tokens.',
    otherwise: 'Without chunked prefill a whole prompt must fit into one step.',
    because:
      'max_num_batched_tokens limits one step. With chunked prefill a longer prompt is split; without it the length must fit.',
    fixes: [
      {
        title: '{length} tokens per step',
        change: recipe({ 'layout.maxNumBatchedTokens': '{length}' }),
        why: 'A whole prompt fits.',
        risk: 'The trial run at the start takes more memory.',
      },
      {
        title: 'chunked prefill on',
        change: recipe({ 'server.arguments.enable-chunked-prefill': true }),
        why: 'Long prompts are split over steps.',
        risk: null,
        versions: '>=0.4.3',
      },
      {
        title: 'length {tokens}',
        change: recipe({ 'layout.maxModelLen': '{tokens}' }),
        why: 'Prompts then fit into one step.',
        risk: 'Longer conversations are refused.',
      },
    ],
  },
  {
    cause: 'port-in-use',
    signs: [
      {
        ...proof(
          'Address already in use',
          'Errno 98]',
          'Errno 48]',
          'WinError 10048',
          'port is already allocated',
          'EADDRINUSE',
          "couldn't bind HTTP server socket",
          "couldn't bind to server socket",
          'bind: address already in use',
          'port {port:n} is already in use',
          'error while attempting to bind on address',
          'Only one usage of each socket address',
          'failed to bind host port',
        ),
        running: true,
      },
      frame('in create_server_socket', 'sock.bind(addr)'),
      hint("bind on address ('{}', {port:n})", 'attempting to bind on address', 'Bind for {}:{port:n} failed'),
    ],
    against: [strong('MASTER_PORT', 'TCPStore')],
    derive: (values) => {
      const port = Number(values['port'])
      return port > 0 && port < 65535 ? { port: String(port), nextPort: String(port + 1) } : {}
    },
    sentence: 'The port is taken by another program.',
    because: 'Only one program can listen on an address and port; often it is an earlier engine that still runs.',
    fixes: [
      {
        title: 'port {nextPort}',
        change: recipe({ 'server.port': '{nextPort}' }),
        why: 'The other program keeps its port.',
        risk: 'Clients must be told.',
      },
      {
        title: 'another port (8001)',
        change: recipe({ 'server.port': 8001 }),
        why: 'The other program keeps its port.',
        risk: 'Clients must be told.',
      },
      {
        title: 'see who listens',
        change: command('ss', '-ltnp'),
        why: 'An engine left over from before can be ended.',
        risk: null,
      },
    ],
  },
  {
    cause: 'v0-engine-removed',
    signs: [
      proof(
        'assert envs.VLLM_USE_V1',
        'but envs.VLLM_USE_V1=False',
        'Headless mode is only supported for V1',
        'V0 engine is not supported',
        'V0 engine has been removed',
        'V0 is no longer supported',
        'V0 LLM engine is no longer',
        'but found envs.VLLM_USE_V1=False',
        'V0 attention backends have been removed',
        'is only supported for V1',
        'VLLM_USE_V1=0 is no longer',
      ),
      hint('VLLM_USE_V1=0', 'VLLM_USE_V1', 'AssertionError'),
    ],
    against: [strong('but envs.VLLM_USE_V1=True'), strong('VLLM_USE_V1=1')],
    sentence: 'The old engine (V0) is asked for, and this version no longer has it.',
    because: 'VLLM_USE_V1=0 worked up to 0.10.2. From 0.11.0 on only V1 is left.',
    fixes: [
      {
        title: 'the engine of this version (V1)',
        change: recipe({ 'engine.generation': 'auto', 'server.environment.VLLM_USE_V1': null }),
        why: 'Nothing then asks for V0.',
        risk: null,
      },
      {
        title: 'vLLM 0.10.2 with V0',
        change: recipe({ 'engine.version': '0.10.2', 'engine.generation': 'v0' }),
        why: 'The last release that has it.',
        risk: 'An old release: newer models and cards are missing.',
      },
    ],
  },
  {
    cause: 'v1-unsupported-feature',
    signs: [
      proof(
        'VLLM_USE_V1=1 is not supported with {feature}.',
        'VLLM_USE_V1=1 is not supported with',
        'is not supported on V1',
        'not supported in V1',
        'does not support V1',
        'V1 does not support',
        'not yet supported in V1',
        'is not supported in V1',
        'not supported by the V1 engine',
        'V1 engine does not support',
        'but envs.VLLM_USE_V1=True',
        'only supported in V0',
        'not support VLLM_USE_V1',
        'in _raise_or_fallback',
        'Model Runner V2 does not yet support: {feature}',
        'does not support V0 only',
        'is not supported for V1',
        'is not yet implemented in v1',
        'not supported on V1 yet',
        'Hybrid models with more than one KV cache type are not supported yet',
      ),
      hint('VLLM_USE_V1', "To run the model in V0 engine, try set 'VLLM_USE_V1=0'"),
    ],
    against: [strong('Falling back to V0'), strong('using the V1 model runner instead')],
    sentence: 'The engine generation that is asked for does not support {feature}.',
    otherwise: 'The engine generation that is asked for does not support this model or feature.',
    because:
      'From 0.8 to 0.10 the V1 engine lacked some models, cards and flags; the same holds for the newer model runner V2.',
    fixes: [
      {
        title: 'let vLLM choose the engine',
        change: recipe({ 'engine.generation': 'auto', 'server.environment.VLLM_USE_V1': null }),
        why: 'It falls back where V1 lacks something.',
        risk: null,
      },
      {
        title: 'the V0 engine',
        change: recipe({ 'engine.generation': 'v0' }),
        why: 'It still has the feature.',
        risk: 'Slower, and gone in 0.11.',
        versions: '>=0.8.0 <0.11.0',
      },
      {
        title: 'model runner V1',
        change: recipe({ 'engine.generation': 'runner-v1' }),
        why: 'It still has the feature.',
        risk: null,
        versions: '>=0.12.0',
      },
    ],
  },
]
