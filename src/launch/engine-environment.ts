import { engines } from '../knowledge/engines.ts'
import type { Serve } from '../plan/serve.ts'

type Variables = Readonly<Record<string, string>>

/**
 * What an engine may see of the operator's environment. Everything else stays out, because a forgotten VLLM_USE_V1 or
 * PYTHONPATH of the shell would make the same recipe behave differently. What a recipe wants it says itself.
 */
const kept: readonly RegExp[] = [
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|XDG_\w+)$/,
  /^(https?|no|all)_proxy$/i,
  /^(SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/,
  /^(HF_\w+|HUGGING_FACE_HUB_TOKEN|HUGGINGFACE_HUB_CACHE)$/,
  // Where the drivers are, and which cards this session was given.
  /^(LD_LIBRARY_PATH|CUDA_HOME|CUDA_PATH|ROCM_PATH|ROCM_HOME|HIP_PATH)$/,
  /^(CUDA|HIP|ROCR|NVIDIA|GPU|ZE)_(VISIBLE_DEVICES|DEVICE_ORDINAL|AFFINITY_MASK)$/,
  /^(DOCKER_\w+|CONTAINER_HOST|DBUS_SESSION_BUS_ADDRESS)$/,
]

/** The environment of an engine: what is kept of the operator's, then the recipe's own variables, then the API key. */
export function engineEnvironment(serve: Serve, operator: Variables, apiKey: string | null): Record<string, string> {
  const inherited = Object.entries(operator).filter(([name]) => kept.some((pattern) => pattern.test(name)))
  const { keyVariable } = engines[serve.engine]
  return {
    ...Object.fromEntries(inherited),
    ...serve.environment,
    ...(apiKey !== null && keyVariable !== null ? { [keyVariable]: apiKey } : {}),
  }
}
