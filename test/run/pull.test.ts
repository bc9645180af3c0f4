import { describe, expect, test } from 'vitest'
import { pullProblem } from '#src/run/containers/container-problem.ts'
import { registryOf } from '#src/run/containers/docker-api.ts'
import { pullProgress } from '#src/run/containers/pull-progress.ts'

const [first, second] = ['0123456789ab', 'ba9876543210']

describe('what docker tells of a pull', () => {
  test('becomes bytes fetched, and then bytes unpacked', () => {
    const read = pullProgress()
    const told = [
      { status: 'Pulling from vllm/vllm-openai', id: 'latest' },
      { status: 'Pulling fs layer', id: first },
      { status: 'Pulling fs layer', id: second },
      { status: 'Downloading', id: first, progressDetail: { current: 40, total: 100 } },
      { status: 'Downloading', id: second, progressDetail: { current: 10, total: 300 } },
      { status: 'Download complete', id: first },
      { status: 'Extracting', id: first, progressDetail: { current: 100, total: 100 } },
      { status: 'Pull complete', id: first },
      { status: 'Download complete', id: second },
      { status: 'Extracting', id: second, progressDetail: { current: 150, total: 300 } },
      { status: 'Pull complete', id: second },
      { status: 'Digest: sha256:0f' },
    ].map((event) => read(event))
    expect(told[0]).toBeNull()
    expect(told[3]).toEqual({ text: 'downloading, 0 of 2 layers there', doneBytes: 40, totalBytes: undefined })
    expect(told[4]).toEqual({ text: 'downloading, 0 of 2 layers there', doneBytes: 50, totalBytes: 400 })
    expect(told[7]).toEqual({ text: 'downloading, 1 of 2 layers there', doneBytes: 110, totalBytes: 400 })
    expect(told[9]).toEqual({ text: 'unpacking, 1 of 2 layers there', doneBytes: 250, totalBytes: 400 })
    expect(told[10]).toEqual({ text: 'unpacking, 2 of 2 layers there', doneBytes: 400, totalBytes: 400 })
  })

  test('counts layers that are there already as nothing to fetch', () => {
    const read = pullProgress()
    read({ status: 'Already exists', id: first })
    expect(read({ status: 'Downloading', id: second, progressDetail: { current: 1, total: 3 } })).toEqual({
      text: 'downloading, 1 of 2 layers there',
      doneBytes: 1,
      totalBytes: 3,
    })
  })
})

test.each([
  ['vllm/vllm-openai:v0.33.0', 'index.docker.io'],
  ['docker.io/vllm/vllm-openai', 'index.docker.io'],
  ['ubuntu', 'index.docker.io'],
  ['127.0.0.1:5000/vllm@sha256:00', '127.0.0.1:5000'],
  ['registry.example.com/vllm', 'registry.example.com'],
  ['localhost/vllm', 'localhost'],
])('the registry of %s is %s', (image, registry) => {
  expect(registryOf(image)).toBe(registry)
})

// As docker 20.10 and 28, podman 4.3 and registries say it.
test.each([
  ['connect EACCES /var/run/docker.sock', /may not use docker/, 'machine'],
  [
    'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    /may not use docker/,
    'machine',
  ],
  ['connect ENOENT /var/run/docker.sock', /daemon does not answer/, 'machine'],
  ['connect ECONNREFUSED /var/run/docker.sock', /daemon does not answer/, 'machine'],
  ['Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?', /daemon does not/, 'machine'],
  ['manifest for r.example/vllm@sha256:00 not found: manifest unknown: manifest unknown', /no image/, 'input'],
  ['Error: reading manifest v9 in r.example/vllm: manifest unknown', /no image/, 'input'],
  ['toomanyrequests: You have reached your pull rate limit.', /no more images/, 'network'],
  ['pull access denied for x, repository does not exist or may require docker login', /does not give/, 'network'],
  ['write /var/lib/docker/tmp/GetImageBlob1: no space left on device', /is full/, 'machine'],
  ['Get "https://r.example/v2/": tls: failed to verify certificate: x509: unknown authority', /certificate/, 'network'],
  ['Get "https://r.example/v2/": dial tcp: lookup r.example: no such host', /cannot be reached/, 'network'],
  ['unexpected EOF', /cannot be reached/, 'network'],
  ['something new', /could not pull/, 'failed'],
])('%s', (said, what, exit) => {
  const problem = pullProblem(said, 'docker', 'r.example/vllm:1', 'image.log')
  expect(problem.message).toMatch(what)
  expect(problem).toMatchObject({ exit, why: said })
})
