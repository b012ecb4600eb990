# syntax=docker/dockerfile:1
# The API and its worker, and the tasks that prepare and measure. Built from the root of the repository:
#   docker build -f infra/images/api.Dockerfile --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:… .
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY ai-api/package.json ai-api/
COPY bench/package.json bench/
COPY clients/capture/package.json clients/capture/
COPY clients/licence/package.json clients/licence/
COPY clients/verify/package.json clients/verify/
COPY dashboards/package.json dashboards/
COPY examples/package.json examples/
COPY infra/package.json infra/
COPY langfuse/package.json langfuse/
COPY n8n-nodes/package.json n8n-nodes/
COPY tooljet-plugins/package.json tooljet-plugins/
COPY workflows/package.json workflows/

FROM manifests AS plugins
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build -w tooljet-plugins

FROM manifests AS modules
RUN npm ci --omit=dev --ignore-scripts -w ai-api -w langfuse -w infra --include-workspace-root

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
ADD --chmod=444 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/certs/rds-global-bundle.pem
RUN mkdir /data && chown node:node /data
# Packages lie in the root and, where versions differ, in a workspace.
COPY --from=modules /app ./
COPY ai-api ai-api
COPY langfuse langfuse
COPY infra/src/bootstrap infra/src/bootstrap
COPY infra/src/quality infra/src/quality
COPY infra/terraform/secrets.json infra/terraform/
COPY scripts scripts
COPY --from=plugins /app/tooljet-plugins/marketplace-assets tooljet-plugins/marketplace-assets
USER 1000
VOLUME /data
EXPOSE 8000 9000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "--eval", "fetch('http://127.0.0.1:' + (process.env.ROLE === 'worker' ? process.env.WORKER_PORT : process.env.PORT || 8000) + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "ai-api/src/main.ts"]
