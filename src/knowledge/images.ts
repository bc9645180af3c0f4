/** Container images that vLLM publishes on Docker Hub (release pipeline `publish-release-images.sh`). */
const images = {
  cuda: 'docker.io/vllm/vllm-openai',
  rocm: 'docker.io/vllm/vllm-openai-rocm',
  xpu: 'docker.io/vllm/vllm-openai-xpu',
  cpu: 'docker.io/vllm/vllm-openai-cpu',
} as const
type ImageKind = keyof typeof images

/** The image of a release: `docker.io/vllm/vllm-openai:v0.33.0-cu129`. `newest` is the moving tag `latest`, which a recipe pins by digest. */
export function imageOf(kind: ImageKind, version: string, suffix = ''): string {
  return `${images[kind]}:${version === 'newest' ? 'latest' : `v${version}`}${suffix && `-${suffix}`}`
}
