locals {
  # The colours that exist: blue always, green once it has an image.
  api_colours = merge(
    { blue = { image = var.api_release.blue.image != "" ? var.api_release.blue.image : var.images.api } },
    var.api_release.green.image == "" ? {} : { green = { image = var.api_release.green.image } },
  )

  # Settings of the API and its workers; every name is one of docs/settings.md, which a test checks.
  api_environment = merge(
    {
      NODE_ENV              = "production"
      HOST                  = "0.0.0.0"
      PUBLIC_URL            = "https://${local.hosts.api}"
      DASHBOARDS_URL        = "https://${local.hosts.app}"
      DATA_DIR              = "/data"
      TENANT                = var.tenant
      TRUST_PROXY           = var.cdn.enabled ? "2" : "1"
      DATABASE_URL          = local.reference["database/api.url"]
      DATA_ENCRYPTION_KEY   = local.reference["api.data_encryption_key"]
      PROMETHEUS_TOKEN      = local.reference["api.prometheus_token"]
      LICENCE_SIGNING       = "kms"
      LICENCE_KMS_KEY       = aws_kms_key.licences.arn
      SMTP_URL              = local.reference["mail.url"]
      MAIL_FROM             = "AI Manager <${local.mail_from}>"
      SES_TOPIC_ARNS        = aws_sns_topic.mail.arn
      OBJECTS_BUCKET        = module.policies_bucket.name
      OBJECTS_AUDIT_BUCKET  = module.audit_bucket.name
      WEBHOOK_ALLOWED_HOSTS = local.hosts.n8n
      TOOLJET_PLUGINS_DIR   = "/app/tooljet-plugins/marketplace-assets"
    },
    {
      DATA_REGION         = var.region
      LANGFUSE_BASE_URL   = local.internal.langfuse
      LANGFUSE_PUBLIC_KEY = local.reference["langfuse.public_key"]
      LANGFUSE_SECRET_KEY = local.reference["langfuse.secret_key"]
    },
    length(var.residency.region_urls) == 0 ? {} : { DATA_REGION_URLS = jsonencode(var.residency.region_urls) },
    length(var.residency.openai_regions) == 0 ? {} : { OPENAI_REGIONS = join(",", var.residency.openai_regions) },
    length(var.residency.anthropic_regions) == 0 ? {} : { ANTHROPIC_REGIONS = join(",", var.residency.anthropic_regions) },
    length(var.residency.voyage_regions) == 0 ? {} : { EMBEDDINGS_REGIONS = join(",", var.residency.voyage_regions) },
    var.virus_scanner ? { CLAMD_ADDRESS = "clamd.${aws_service_discovery_private_dns_namespace.this.name}:3310" } : {},
    var.connections.anthropic ? { ANTHROPIC_API_KEY = local.reference["providers.anthropic_api_key"] } : {},
    var.connections.voyage ? {
      EMBEDDINGS_PROVIDER = "voyage"
      VOYAGE_API_KEY      = local.reference["providers.voyage_api_key"]
    } : {},
    var.cognito.enabled ? { SIGN_IN_PROVIDERS = jsonencode([local.cognito_provider]) } : {},
    var.connections.openai ? { OPENAI_API_KEY = local.reference["providers.openai_api_key"] } : {},
    var.connections.openai && var.connections.openai_model != "" ? { OPENAI_MODEL = var.connections.openai_model } : {},
    var.connections.openai && var.connections.openai_url != "" ? { OPENAI_BASE_URL = var.connections.openai_url } : {},
    var.connections.worksmart_url == "" ? {} : {
      WORKSMART_URL     = var.connections.worksmart_url
      WORKSMART_API_KEY = local.reference["providers.worksmart_api_key"]
    },
    var.connections.brainlift_url == "" ? {} : {
      BRAINLIFT_URL     = var.connections.brainlift_url
      BRAINLIFT_API_KEY = local.reference["providers.brainlift_api_key"]
    },
    var.connections.metrics_url == "" ? {} : {
      METRICS_URL     = var.connections.metrics_url
      METRICS_API_KEY = local.reference["providers.metrics_api_key"]
    },
    var.connections.twilio_account_sid == "" ? {} : {
      TWILIO_ACCOUNT_SID = var.connections.twilio_account_sid
      TWILIO_FROM        = var.connections.twilio_from
      TWILIO_AUTH_TOKEN  = local.reference["providers.twilio_auth_token"]
    },
    var.billing.price_pro == "" ? {} : merge(
      {
        BILLING               = "stripe"
        BILLING_GRACE_DAYS    = tostring(var.billing.grace_days)
        STRIPE_PRICE_PRO      = var.billing.price_pro
        STRIPE_SECRET_KEY     = local.reference["providers.stripe_secret_key"]
        STRIPE_WEBHOOK_SECRET = local.reference["providers.stripe_webhook_secret"]
      },
      var.billing.price_enterprise == "" ? {} : { STRIPE_PRICE_ENTERPRISE = var.billing.price_enterprise },
    ),
    local.redis_environment,
    # The AWS SDK's own.
    { AWS_REGION = var.region },
    var.api_environment,
  )

  api_secrets = ["database/api", "api", "redis", "mail", "langfuse", "operator", "providers"]

  # The least that the API and its workers need.
  api_statements = [
    {
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [for name in local.api_secrets : aws_secretsmanager_secret.this[name].arn]
    },
    {
      Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
      Resource = ["${module.policies_bucket.arn}/*", "${module.audit_bucket.arn}/exports/*"]
    },
    {
      Action   = ["s3:ListBucket"]
      Resource = [module.policies_bucket.arn]
    },
    {
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [aws_kms_key.data.arn]
    },
    {
      Action   = ["kms:Sign", "kms:GetPublicKey"]
      Resource = [aws_kms_key.licences.arn]
    },
  ]
}

module "api" {
  source   = "./modules/service"
  for_each = local.api_colours

  name               = "api-${each.key}"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.api.cpu
  memory             = var.sizes.api.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days
  tasks              = var.scale.api.min
  grace_seconds      = 180
  task_statements    = local.api_statements
  rollback_alarms    = [aws_cloudwatch_metric_alarm.error_rate.alarm_name]
  volumes            = { data = {} }

  containers = [{
    name      = "api"
    image     = each.value.image
    user      = "1000"
    read_only = true
    ports     = [8000]
    mounts    = { data = "/data" }
    environment = merge(local.api_environment, {
      ROLE              = "api"
      PORT              = "8000"
      BOOTSTRAP_API_KEY = local.reference["api.bootstrap_api_key"]
      # The first person who signs in; later changes have no effect.
      BOOTSTRAP_ADMIN_EMAIL    = local.operator_email
      BOOTSTRAP_ADMIN_PASSWORD = local.reference["operator.password"]
    })
    health = "node --eval \"fetch('http://127.0.0.1:8000/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))\""
  }]

  target = {
    target_group_arn = aws_lb_target_group.this["api-${each.key}"].arn
    rule_arn         = aws_lb_listener_rule.api.arn
    container        = "api"
    port             = 8000
    security_group   = aws_security_group.alb.id
  }

  autoscaling = {
    min         = var.scale.api.min
    max         = var.scale.api.max
    cpu_percent = var.scale.cpu_percent
  }

  depends_on = [terraform_data.bootstrap]
}

locals {
  metrics_namespace = "AIManager/${var.environment}"

  # Scrapes the worker beside it and hands CloudWatch what scales and alarms.
  collector_config = {
    receivers = {
      prometheus = {
        config = {
          scrape_configs = [{
            job_name        = "ai-manager"
            scrape_interval = "30s"
            authorization   = { credentials = "$${env:PROMETHEUS_TOKEN}" }
            static_configs  = [{ targets = ["127.0.0.1:9000"] }]
            metric_relabel_configs = [{
              source_labels = ["__name__"]
              regex         = "job_queue_depth|job_dead_letters|job_queue_oldest_age_seconds"
              action        = "keep"
            }]
          }]
        }
      }
    }
    exporters = {
      awsemf = {
        namespace               = local.metrics_namespace
        region                  = var.region
        log_group_name          = aws_cloudwatch_log_group.metrics.name
        dimension_rollup_option = "NoDimensionRollup"
        metric_declarations = [{
          dimensions            = [[], ["queue"]]
          metric_name_selectors = ["^job_"]
        }]
      }
    }
    service = { pipelines = { metrics = { receivers = ["prometheus"], exporters = ["awsemf"] } } }
  }
}

resource "aws_cloudwatch_log_group" "metrics" {
  name              = "/metrics/${local.prefix}"
  retention_in_days = var.log_retention_days
}

module "worker" {
  source = "./modules/service"

  name               = "worker"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.worker.cpu
  memory             = var.sizes.worker.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days
  tasks              = var.scale.worker.min
  spot               = var.scale.worker_spot
  volumes            = { data = {} }

  task_statements = concat(local.api_statements, [{
    Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    Resource = ["${aws_cloudwatch_log_group.metrics.arn}:*"]
  }])

  containers = concat(
    [{
      name      = "worker"
      image     = var.api_release.blue.weight >= var.api_release.green.weight ? local.api_colours.blue.image : local.api_colours.green.image
      user      = "1000"
      read_only = true
      ports     = [9000]
      mounts    = { data = "/data" }
      # Longer than a job is given to end when the process is told to.
      stop_timeout = 60
      environment = merge(local.api_environment, {
        ROLE        = "worker"
        WORKER_PORT = "9000"
      })
      health = "node --eval \"fetch('http://127.0.0.1:9000/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))\""
    }],
    [{
      name        = "collector"
      image       = var.images.collector
      essential   = false
      environment = { AOT_CONFIG_CONTENT = jsonencode(local.collector_config) }
      secrets     = { PROMETHEUS_TOKEN = local.secret["api.prometheus_token"] }
    }],
  )

  autoscaling = {
    min         = var.scale.worker.min
    max         = var.scale.worker.max
    cpu_percent = var.scale.cpu_percent
    metric = {
      name       = "job_queue_depth"
      namespace  = local.metrics_namespace
      dimensions = {}
      per_task   = var.scale.queue_depth
    }
  }

  depends_on = [terraform_data.bootstrap]
}
