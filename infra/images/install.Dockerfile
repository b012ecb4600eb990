# syntax=docker/dockerfile:1
# Brings workflows and dashboards into a running n8n and ToolJet, for compose.yaml and for the task install on AWS. It
# runs once, and so keeps the tools that build the plugins.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS built
WORKDIR /app
COPY . .
RUN npm ci --ignore-scripts
RUN npm run build -w tooljet-plugins

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=built /app ./
USER 1000
HEALTHCHECK NONE
CMD ["node", "infra/src/install/main.ts"]
