locals {
  n8n_queue = var.scale.n8n_workers > 0

  n8n_environment = merge(
    {
      N8N_HOST                          = local.hosts.n8n
      N8N_PROTOCOL                      = "https"
      N8N_PORT                          = "5678"
      N8N_PROXY_HOPS                    = "1"
      N8N_EDITOR_BASE_URL               = "https://${local.hosts.n8n}/"
      WEBHOOK_URL                       = "https://${local.hosts.n8n}/"
      GENERIC_TIMEZONE                  = var.timezone
      DB_TYPE                           = "postgresdb"
      DB_POSTGRESDB_HOST                = local.database_host
      DB_POSTGRESDB_PORT                = "5432"
      DB_POSTGRESDB_DATABASE            = "n8n"
      DB_POSTGRESDB_USER                = "n8n"
      DB_POSTGRESDB_SSL_ENABLED         = "true"
      NODE_EXTRA_CA_CERTS               = "/etc/ssl/certs/rds-global-bundle.pem"
      N8N_METRICS                       = "true"
      N8N_DIAGNOSTICS_ENABLED           = "false"
      N8N_VERSION_NOTIFICATIONS_ENABLED = "false"
      N8N_RUNNERS_ENABLED               = "true"
      N8N_SECURE_COOKIE                 = "true"
      # Files between nodes live in the database: a task's disk is gone with it, and workers have none in common.
      N8N_DEFAULT_BINARY_DATA_MODE = "database"
      EXECUTIONS_DATA_PRUNE        = "true"
      EXECUTIONS_DATA_MAX_AGE      = "720"
      N8N_EMAIL_MODE               = "smtp"
      N8N_SMTP_HOST                = "email-smtp.${var.region}.amazonaws.com"
      N8N_SMTP_PORT                = "465"
      N8N_SMTP_SSL                 = "true"
      N8N_SMTP_SENDER              = local.mail_from
    },
    local.n8n_queue ? {
      EXECUTIONS_MODE           = "queue"
      QUEUE_HEALTH_CHECK_ACTIVE = "true"
      QUEUE_BULL_REDIS_HOST     = local.redis_host
      QUEUE_BULL_REDIS_PORT     = tostring(local.redis_port)
      QUEUE_BULL_REDIS_TLS      = "true"
    } : { EXECUTIONS_MODE = "regular" },
  )

  n8n_secrets = merge(
    {
      N8N_ENCRYPTION_KEY     = local.secret["n8n.encryption_key"]
      DB_POSTGRESDB_PASSWORD = local.secret["database/n8n.password"]
      N8N_SMTP_USER          = local.secret["mail.user"]
      N8N_SMTP_PASS          = local.secret["mail.password"]
    },
    local.n8n_queue && !local.uses_elasticache ? { QUEUE_BULL_REDIS_PASSWORD = local.secret["redis.password"] } : {},
  )
}

# One main process: the open-source edition has one scheduler and one editor.
module "n8n" {
  source = "./modules/service"

  name               = "n8n"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.n8n.cpu
  memory             = var.sizes.n8n.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days
  singleton          = true
  grace_seconds      = 600

  containers = [{
    name         = "n8n"
    image        = var.images.n8n
    ports        = [5678]
    stop_timeout = 60
    environment  = local.n8n_environment
    secrets      = local.n8n_secrets
  }]

  target = {
    target_group_arn = aws_lb_target_group.this["n8n"].arn
    rule_arn         = aws_lb_listener_rule.n8n.arn
    container        = "n8n"
    port             = 5678
    security_group   = aws_security_group.alb.id
  }

  # ToolJet and the task install reach it here, past the rule that lets only operators in.
  discovery_namespace_id = aws_service_discovery_private_dns_namespace.this.id
  discovery_name         = "n8n"

  depends_on = [terraform_data.bootstrap]
}

resource "aws_vpc_security_group_ingress_rule" "n8n" {
  for_each = {
    tooljet = module.tooljet.security_group_id
    install = aws_security_group.bootstrap.id
  }

  security_group_id            = module.n8n.security_group_id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = 5678
  to_port                      = 5678
  referenced_security_group_id = each.value
}

module "n8n_worker" {
  source = "./modules/service"
  count  = local.n8n_queue ? 1 : 0

  name               = "n8n-worker"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.n8n_worker.cpu
  memory             = var.sizes.n8n_worker.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days
  tasks              = var.scale.n8n_workers
  spot               = var.scale.worker_spot

  containers = [{
    name         = "n8n"
    image        = var.images.n8n
    command      = ["worker", "--concurrency=10"]
    ports        = [5678]
    stop_timeout = 120
    environment  = local.n8n_environment
    secrets      = local.n8n_secrets
    health       = "wget -q -O /dev/null http://127.0.0.1:5678/healthz/readiness"
  }]

  depends_on = [terraform_data.bootstrap]
}
