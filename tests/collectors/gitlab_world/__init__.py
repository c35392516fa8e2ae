"""A GitLab for the tests: a world in memory, answered for by real GraphQL and REST over HTTP."""
