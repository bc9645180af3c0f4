console.error('rigup: not wired yet')
