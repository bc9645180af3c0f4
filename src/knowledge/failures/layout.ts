import { advice, command, frame, hint, proof, recipe, type Signature, strong, type Values } from './signature.ts'

/** The largest number of GPUs up to the one asked for that divides the heads. */
function divisor(values: Values): Values {
  const heads = Number(values['heads'])
  const asked = Number(values['asked'] ?? values['tensorParallel'])
  if (!(heads > 0) || !(asked > 1)) return {}
  for (let size = asked - 1; size >= 1; size -= 1) {
    if (heads % size === 0) return { fittingTp: String(size) }
  }
  return {}
}

const pipelineInstead = {
  title: 'pipeline instead of tensor parallel over {asked} GPUs',
  change: recipe({ 'layout.tensorParallel': 1, 'layout.pipelineParallel': '{asked}' }),
  why: 'Layers are split, not heads.',
  risk: 'One request alone is slower.',
} as const

export const layout: readonly Signature[] = [
  {
    cause: 'tp-not-dividing-heads',
    signs: [
      proof(
        'Total number of attention heads ({heads:n}) must be divisible by tensor parallel size ({asked:n})',
        'attention heads ({heads:n}) must be divisible by tensor parallel size',
        'must be divisible by tensor parallel size',
        'heads{}must be divisible by tensor_parallel_size',
        'heads{}must be divisible by the tensor parallel size',
        'number of attention heads{}is not divisible by',
        'assert self.total_num_heads % tp_size == 0',
        'assert self.total_num_kv_heads % tp_size == 0',
        'assert tp_size % self.total_num_kv_heads == 0',
        'assert total_num_heads % tensor_parallel_size',
        'num_heads{}is not divisible by tp_size',
        'The number of vision attention heads is not divisible',
      ),
      frame('in verify_with_parallel_config'),
      strong(
        'total_num_heads % ',
        'total_num_kv_heads % ',
        'num_heads % ',
        'num_attention_heads must be divisible by world_size',
      ),
    ],
    derive: divisor,
    explains: ['quant-block-not-divisible-by-tp'],
    sentence: 'The model’s {heads} attention heads cannot be shared evenly by {asked} GPUs.',
    otherwise: 'The model’s attention heads cannot be shared evenly by that many GPUs.',
    because: 'Tensor parallelism gives each GPU the same number of heads.',
    fixes: [
      {
        title: 'tensor parallel {fittingTp}',
        change: recipe({ 'layout.tensorParallel': '{fittingTp}' }),
        why: 'The next smaller number that divides the heads.',
        risk: 'Fewer GPUs hold the weights.',
      },
      pipelineInstead,
      {
        title: 'tensor parallel 2',
        change: recipe({ 'layout.tensorParallel': 2 }),
        why: 'Nearly every model has an even number of heads.',
        risk: 'Fewer GPUs hold the weights.',
      },
    ],
  },
  {
    cause: 'quant-block-not-divisible-by-tp',
    signs: [
      proof(
        'is not divisible by weight quantization block_n',
        'is not divisible by weight quantization block_k',
        'is not divisible by min_thread_k',
        'is not divisible by min_thread_n',
        'is not divisible by group_size',
        'The input size is not aligned with the quantized weight shape',
        'The output size is not aligned with the quantized weight shape',
        'This can be caused by too large tensor parallel size',
        'Consider reducing tensor_parallel_size or running with',
        'not divisible by the group size',
        'is not divisible by the block size',
        'This happens when tensor_parallel_size splits',
        'block_size{}not divisible{}tp',
      ),
      strong(
        'weight quantization block',
        'is not divisible by {divisor:n}',
        'AssertionError: {numerator:n} is not divisible by',
      ),
      frame('in validate_fp8_block_shape', 'in verify_marlin_supports_shape'),
      hint('min_thread_k', 'quantization', 'divide(', 'group_size'),
    ],
    derive: (values) => {
      const asked = Number(values['tensorParallel'])
      return asked > 1 ? { fewer: String(2 ** Math.floor(Math.log2(asked - 1))) } : {}
    },
    sentence: 'The quantized weights cannot be cut into that many equal shares.',
    because:
      'A quantized matrix is made of blocks or groups (often 128 wide); each GPU must get whole ones, and a large number of GPUs cuts through them.',
    fixes: [
      {
        title: 'tensor parallel {fewer}',
        change: recipe({ 'layout.tensorParallel': '{fewer}' }),
        why: 'Fewer, larger shares hold whole blocks.',
        risk: 'Fewer GPUs hold the weights.',
      },
      {
        title: 'tensor parallel 2',
        change: recipe({ 'layout.tensorParallel': 2 }),
        why: 'Fewer, larger shares hold whole blocks.',
        risk: 'Fewer GPUs hold the weights.',
      },
      {
        title: 'tensor parallel 2 and pipeline parallel over the rest',
        change: advice,
        why: 'Layers are split instead of matrices.',
        risk: 'One request alone is slower.',
      },
      {
        title: 'expert parallel (mixture of experts)',
        change: recipe({ 'server.arguments.enable-expert-parallel': true }),
        why: 'Whole experts are dealt out, not slices of them.',
        risk: null,
        versions: '>=0.8.0',
      },
    ],
  },
  {
    cause: 'ep-not-dividing-experts',
    signs: [
      proof(
        'not divisible{}experts',
        'experts{}not divisible',
        'num_experts{}must be divisible',
        'must be divisible by ep_size',
        'experts must be divisible by',
        'number of experts{}divisible',
        'num_experts % ep_size',
        'num_experts % self.ep_size',
        'num_experts % g == 0',
        'in determine_expert_map',
        'n_routed_experts % ',
        'is greater than the number of experts',
        'Number of experts in the model must be greater than 0',
      ),
    ],
    sentence: 'The model’s experts cannot be dealt out evenly over that many GPUs.',
    because: 'Expert parallelism gives each GPU the same number of experts.',
    fixes: [
      {
        title: 'without expert parallel',
        change: recipe({ 'server.arguments.enable-expert-parallel': null }),
        why: 'Experts are then sliced like other matrices.',
        risk: 'Often slower for such models.',
      },
      {
        title: 'a number of GPUs that divides the experts',
        change: advice,
        why: 'Powers of two nearly always do.',
        risk: null,
      },
    ],
  },
  {
    cause: 'tp-exceeds-gpu-count',
    signs: [
      proof(
        'World size ({asked:n}) is larger than the number of available GPUs ({gpus:n})',
        'is larger than the number of available GPUs',
        'set tensor_parallel_size ({asked:n}) to less than max local gpu count ({gpus:n})',
        'Tensor parallel size ({asked:n}) exceeds available GPUs ({gpus:n})',
        'please ensure that world_size ({asked:n}) is less than than max local gpu count ({gpus:n})',
        'is less than than max local gpu count',
        'is less than max local gpu count',
        'exceeds the number of available GPUs',
        'requires more GPUs than',
        'DP adjusted local rank {rank:n} is out of bounds',
        'is out of bounds for {gpus:n} devices',
        'CUDA error: invalid device ordinal',
        'HIP error: invalid device ordinal',
        'Tensor parallel size ({asked:n}) cannot be larger than',
        'local_world_size ({asked:n}) must be less than or equal to the number of visible devices ({gpus:n})',
        'must be less than or equal to the number of visible devices',
        'local_world_size ({asked:n}) exceeds',
        'assert self.parallel_config.local_world_size <= visible_device_count',
        'more GPUs than available',
        'not enough GPUs',
      ),
      strong('invalid device ordinal'),
    ],
    explains: ['ray-placement-group-unsatisfied', 'no-cuda-gpus-visible'],
    derive: (values) => ((Number(values['gpus']) || 0) > 0 ? { gpus: values['gpus'] ?? '' } : {}),
    sentence: 'The layout asks for {asked} GPUs, and {gpus} are visible.',
    otherwise: 'The layout asks for more GPUs than are visible.',
    because: 'Each worker needs a GPU of its own. CUDA_VISIBLE_DEVICES or the container may hide some.',
    fixes: [
      {
        title: 'tensor parallel {gpus}',
        change: recipe({ 'layout.tensorParallel': '{gpus}', 'layout.pipelineParallel': 1 }),
        why: 'As many as are visible.',
        risk: 'Fewer GPUs hold the weights.',
      },
      {
        title: 'one GPU',
        change: recipe({ 'layout.tensorParallel': 1, 'layout.pipelineParallel': 1 }),
        why: 'Needs no other.',
        risk: 'The model must fit on one.',
      },
      {
        title: 'see which are visible',
        change: command('nvidia-smi', '-L'),
        why: 'A hidden or failed card is missing here.',
        risk: null,
        withoutTraits: ['rocm'],
      },
    ],
  },
  {
    cause: 'ray-placement-group-unsatisfied',
    signs: [
      proof(
        'Cannot provide a placement group',
        'is not included in a placement group',
        'No available node types can fulfill resource request',
        'Current node has no GPU available',
        'Every node should have a unique IP address',
        'Placement group creation timed out',
        'The placement group {}cannot be created',
        'Tensor parallel size may exceed available GPUs in your cluster',
        'current_node_resource',
        'Waiting for creating a placement group of specs for',
        'does not have any GPU',
        'infeasible resource request',
        'placement group{}infeasible',
      ),
      hint('placement group', 'ray status'),
      // It goes on once the workers are placed; a log that ends with it does not.
      { ...strong('Waiting for creating a placement group of specs for'), quiet: true, atEnd: true },
      { ...hint('No current placement group found'), quiet: true, atEnd: true },
      { ...hint('may result in Ray placement group allocation failures'), atEnd: true },
    ],
    sentence: 'Ray cannot place the workers.',
    because:
      'A node is missing or reached under another address than it has, or its GPUs are still held by an earlier run.',
    fixes: [
      {
        title: 'see what Ray has',
        change: command('ray', 'status'),
        why: 'Nodes, GPUs and what is reserved.',
        risk: null,
      },
      {
        title: 'without Ray on one machine',
        change: recipe({ 'server.arguments.distributed-executor-backend': 'mp' }),
        why: 'Plain processes need no placement.',
        risk: 'Only for GPUs of one machine.',
      },
      {
        title: 'name this node’s address (VLLM_HOST_IP) on each node',
        change: advice,
        why: 'With several network cards Ray may see another one.',
        risk: null,
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/serving/distributed_troubleshooting/',
  },
]
