# syntax=docker/dockerfile:1
# n8n with our nodes, found where n8n looks for community nodes. Built from the root of the repository:
#   docker build -f infra/images/n8n.Dockerfile --build-arg N8N_IMAGE=docker.n8n.io/n8nio/n8n:2.41.1@sha256:… .
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG N8N_IMAGE=docker.n8n.io/n8nio/n8n:2.41.1

FROM ${NODE_IMAGE} AS nodes
WORKDIR /app
COPY . .
RUN npm ci --ignore-scripts
RUN npm run build -w n8n-nodes

FROM ${N8N_IMAGE}
ADD --chmod=444 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/certs/rds-global-bundle.pem
COPY --from=nodes --chown=node:node /app/n8n-nodes/package.json /home/node/.n8n/nodes/node_modules/n8n-nodes-ai-manager/package.json
COPY --from=nodes --chown=node:node /app/n8n-nodes/dist /home/node/.n8n/nodes/node_modules/n8n-nodes-ai-manager/dist
USER node
EXPOSE 5678
HEALTHCHECK --interval=30s --timeout=5s --start-period=300s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:5678/healthz/readiness"]
