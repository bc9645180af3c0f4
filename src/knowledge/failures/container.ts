import { advice, command, proof, recipe, type Signature, strong } from './signature.ts'

export const container: readonly Signature[] = [
  {
    cause: 'image-pull-failed',
    signs: [
      proof(
        'manifest unknown',
        'manifest for {image:w} not found',
        'pull access denied',
        'ImagePullBackOff',
        'ErrImagePull',
        'failed to pull image',
        'Failed to pull image',
        'toomanyrequests',
        'no matching manifest for',
        'failed to resolve reference',
        'error pulling image configuration',
        'unauthorized: authentication required',
        'net/http: TLS handshake timeout',
        'failed to copy: httpReadSeeker',
        'Unable to find image {image:w} locally{}Error',
        'error initializing source',
        'reading manifest',
        'failed to do request',
        'requested access to the resource is denied',
        'repository does not exist or may require',
        'registry-1.docker.io',
        'failed to authorize',
        'image not found',
        'pull model manifest',
      ),
      {
        ...strong(
          'filesystem layer verification failed',
          'denied: ',
          'context deadline exceeded',
          'Error response from daemon: Get',
          'unexpected EOF',
          'dial tcp',
          'i/o timeout',
        ),
        // The cluster asks an engine that does not answer yet.
        unless: ['probe failed', 'Permission denied'],
      },
    ],
    against: [strong('No space left on device'), strong('file does not exist')],
    explains: ['hf-offline-or-unreachable'],
    sentence: 'The image cannot be pulled.',
    because:
      'The tag does not exist for this kind of machine, the registry asks for a login or limits anonymous pulls, or the network does not reach it.',
    fixes: [
      {
        title: 'the newest released image, where the tag is unknown',
        change: recipe({ 'engine.version': 'newest' }),
        why: 'A tag that exists.',
        risk: null,
      },
      {
        title: 'log in to the registry, where it says denied, unauthorized or toomanyrequests',
        change: command('docker', 'login'),
        why: 'Anonymous pulls are limited, and some images need it.',
        risk: null,
      },
      {
        title: 'check name and tag, and whether a proxy is needed',
        change: advice,
        why: 'docker’s own service reads its own proxy settings.',
        risk: null,
      },
    ],
  },
]
