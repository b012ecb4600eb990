locals {
  langfuse_environment = merge(
    {
      NEXTAUTH_URL               = "https://${local.hosts.langfuse}"
      TELEMETRY_ENABLED          = "false"
      AUTH_DISABLE_SIGNUP        = "true"
      CLICKHOUSE_URL             = local.clickhouse_url
      CLICKHOUSE_MIGRATION_URL   = local.clickhouse_migration_url
      CLICKHOUSE_MIGRATION_SSL   = var.clickhouse.kind == "managed" ? "true" : "false"
      CLICKHOUSE_USER            = var.clickhouse.user
      CLICKHOUSE_CLUSTER_ENABLED = "false"
      REDIS_HOST                 = local.redis_host
      REDIS_PORT                 = tostring(local.redis_port)
      REDIS_TLS_ENABLED          = "true"

      LANGFUSE_S3_EVENT_UPLOAD_BUCKET  = module.langfuse_events_bucket.name
      LANGFUSE_S3_EVENT_UPLOAD_REGION  = var.region
      LANGFUSE_S3_EVENT_UPLOAD_PREFIX  = "events/"
      LANGFUSE_S3_MEDIA_UPLOAD_BUCKET  = module.langfuse_media_bucket.name
      LANGFUSE_S3_MEDIA_UPLOAD_REGION  = var.region
      LANGFUSE_S3_MEDIA_UPLOAD_PREFIX  = "media/"
      LANGFUSE_S3_BATCH_EXPORT_ENABLED = "true"
      LANGFUSE_S3_BATCH_EXPORT_BUCKET  = module.langfuse_events_bucket.name
      LANGFUSE_S3_BATCH_EXPORT_REGION  = var.region
      LANGFUSE_S3_BATCH_EXPORT_PREFIX  = "exports/"
    },
  )

  langfuse_secrets = merge(
    {
      DATABASE_URL        = local.secret["database/langfuse.url"]
      NEXTAUTH_SECRET     = local.secret["langfuse.nextauth_secret"]
      SALT                = local.secret["langfuse.salt"]
      ENCRYPTION_KEY      = local.secret["langfuse.encryption_key"]
      CLICKHOUSE_PASSWORD = local.secret["clickhouse.password"]
    },
    local.uses_elasticache ? {} : { REDIS_AUTH = local.secret["redis.password"] },
  )

  langfuse_statements = [
    {
      Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
      Resource = ["${module.langfuse_events_bucket.arn}/*", "${module.langfuse_media_bucket.arn}/*"]
    },
    {
      Action   = ["s3:ListBucket"]
      Resource = [module.langfuse_events_bucket.arn, module.langfuse_media_bucket.arn]
    },
    {
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [aws_kms_key.data.arn]
    },
  ]
}

module "langfuse_web" {
  source = "./modules/service"

  name               = "langfuse-web"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.langfuse_web.cpu
  memory             = var.sizes.langfuse_web.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days
  tasks              = var.scale.langfuse_web.min
  grace_seconds      = 600
  task_statements    = local.langfuse_statements

  containers = [{
    name  = "langfuse"
    image = var.images.langfuse_web
    ports = [3000]
    environment = merge(local.langfuse_environment, {
      HOSTNAME                   = "0.0.0.0"
      PORT                       = "3000"
      LANGFUSE_INIT_ORG_ID       = "ai-manager"
      LANGFUSE_INIT_ORG_NAME     = "AI Manager"
      LANGFUSE_INIT_PROJECT_ID   = "ai-manager"
      LANGFUSE_INIT_PROJECT_NAME = "AI Manager"
      LANGFUSE_INIT_USER_EMAIL   = local.mail_from
      LANGFUSE_INIT_USER_NAME    = "Administrator"
    })
    secrets = merge(local.langfuse_secrets, {
      LANGFUSE_INIT_PROJECT_PUBLIC_KEY = local.secret["langfuse.public_key"]
      LANGFUSE_INIT_PROJECT_SECRET_KEY = local.secret["langfuse.secret_key"]
      LANGFUSE_INIT_USER_PASSWORD      = local.secret["langfuse.admin_password"]
    })
  }]

  target = {
    target_group_arn = aws_lb_target_group.this["langfuse"].arn
    rule_arn         = aws_lb_listener_rule.langfuse.arn
    container        = "langfuse"
    port             = 3000
    security_group   = aws_security_group.alb.id
  }

  # The API, n8n and ToolJet reach it here, past the rule that lets only operators in.
  discovery_namespace_id = aws_service_discovery_private_dns_namespace.this.id
  discovery_name         = "langfuse"

  autoscaling = { min = var.scale.langfuse_web.min, max = var.scale.langfuse_web.max, cpu_percent = var.scale.cpu_percent }

  depends_on = [terraform_data.bootstrap]
}

resource "aws_vpc_security_group_ingress_rule" "langfuse" {
  for_each = merge(
    { for colour, service in module.api : "api-${colour}" => service.security_group_id },
    { for index, service in module.n8n_worker : "n8n-worker-${index}" => service.security_group_id },
    {
      worker  = module.worker.security_group_id
      n8n     = module.n8n.security_group_id
      tooljet = module.tooljet.security_group_id
      quality = aws_security_group.bootstrap.id
    },
  )

  security_group_id            = module.langfuse_web.security_group_id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = 3000
  to_port                      = 3000
  referenced_security_group_id = each.value
}

module "langfuse_worker" {
  source = "./modules/service"

  name               = "langfuse-worker"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.langfuse_worker.cpu
  memory             = var.sizes.langfuse_worker.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days
  tasks              = var.scale.langfuse_worker.min
  task_statements    = local.langfuse_statements
  spot               = var.scale.worker_spot

  containers = [{
    name         = "langfuse"
    image        = var.images.langfuse_worker
    ports        = [3030]
    stop_timeout = 110
    environment  = merge(local.langfuse_environment, { HOSTNAME = "0.0.0.0", PORT = "3030" })
    secrets      = local.langfuse_secrets
    health       = "wget -q -O /dev/null http://127.0.0.1:3030/api/health"
    start_period = 120
  }]

  autoscaling = { min = var.scale.langfuse_worker.min, max = var.scale.langfuse_worker.max, cpu_percent = var.scale.cpu_percent }

  depends_on = [terraform_data.bootstrap]
}
