# What an operator may rely on, checked on the whole configuration with a cloud that answers nothing of its own.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  domain         = "ai.example.com"
  hosted_zone_id = "Z0123456789ABC"
  run_bootstrap  = false
  images = {
    api             = "registry.example.com/api@sha256:1111111111111111111111111111111111111111111111111111111111111111"
    n8n             = "registry.example.com/n8n@sha256:2222222222222222222222222222222222222222222222222222222222222222"
    tooljet         = "tooljet/tooljet-ce@sha256:3333333333333333333333333333333333333333333333333333333333333333"
    postgrest       = "postgrest/postgrest@sha256:4444444444444444444444444444444444444444444444444444444444444444"
    langfuse_web    = "docker.langfuse.com/langfuse/langfuse@sha256:5555555555555555555555555555555555555555555555555555555555555555"
    langfuse_worker = "docker.langfuse.com/langfuse/langfuse-worker@sha256:6666666666666666666666666666666666666666666666666666666666666666"
    clickhouse      = "clickhouse/clickhouse-server@sha256:7777777777777777777777777777777777777777777777777777777777777777"
    clamd           = "clamav/clamav@sha256:8888888888888888888888888888888888888888888888888888888888888888"
    collector       = "public.ecr.aws/aws-observability/aws-otel-collector@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  }
}

run "as_it_comes" {
  command = apply

  assert {
    condition     = module.n8n.deployment.maximum_percent == 100 && module.n8n.deployment.minimum_percent == 0 && module.n8n.deployment.tasks == 1
    error_message = "n8n's main process must be a singleton: the old task ends before the new one starts."
  }
  assert {
    condition     = module.clickhouse[0].deployment.maximum_percent == 100
    error_message = "ClickHouse must be a singleton on its file system."
  }
  assert {
    condition     = module.api["blue"].deployment.minimum_percent == 100 && module.api["blue"].deployment.tasks == 2
    error_message = "The API must lose no task during a deployment."
  }
  assert {
    condition     = length(module.api) == 1
    error_message = "Green must not exist before it has an image."
  }

  assert {
    condition     = aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-3-2021-06" && aws_lb_listener.https.protocol == "HTTPS"
    error_message = "The load balancer must speak TLS 1.3 only."
  }
  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "redirect" && aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "Plain HTTP must only be sent to HTTPS."
  }
  assert {
    condition = { for name, group in aws_lb_target_group.this : name => group.health_check[0].path } == {
      api-blue = "/health", api-green = "/health", n8n = "/healthz/readiness", tooljet = "/api/health", langfuse = "/api/public/health"
    }
    error_message = "Every target must be asked at its service's health path."
  }
  assert {
    condition     = module.tooljet.deployment.grace_seconds >= 900 && module.n8n.deployment.grace_seconds >= 600
    error_message = "ToolJet and n8n migrate at their start and need time."
  }

  assert {
    condition = alltrue([for name in ["DATABASE_URL", "DATA_ENCRYPTION_KEY", "PROMETHEUS_TOKEN", "SMTP_URL", "BOOTSTRAP_API_KEY"] : anytrue([
      for variable in jsondecode(module.api["blue"].container_definitions)[0].environment : variable.name == name && startswith(variable.value, "aws-sm://ai-manager-production/")
    ])])
    error_message = "The API's secrets must be references."
  }

  assert {
    condition     = alltrue([for name in ["REDIS_URL"] : anytrue([for variable in jsondecode(module.api["blue"].container_definitions)[0].environment : variable.name == name && startswith(variable.value, "rediss://")])])
    error_message = "The API must reach the nodes of Redis by their own protocol, over TLS."
  }
  assert {
    condition     = !anytrue([for variable in jsondecode(module.worker.container_definitions)[0].environment : variable.name == "BOOTSTRAP_API_KEY"])
    error_message = "A worker needs no API key."
  }
  assert {
    condition     = toset([for secret in jsondecode(module.n8n.container_definitions)[0].secrets : secret.name]) == toset(["DB_POSTGRESDB_PASSWORD", "N8N_ENCRYPTION_KEY", "N8N_SMTP_PASS", "N8N_SMTP_USER"])
    error_message = "n8n must have its secrets, from Secrets Manager."
  }
  assert {
    condition     = alltrue([for container in jsondecode(module.langfuse_web.container_definitions) : alltrue([for secret in container.secrets : startswith(secret.valueFrom, "arn:aws:secretsmanager:")])])
    error_message = "Langfuse's secrets must come from Secrets Manager."
  }

  assert {
    condition     = aws_db_instance.this[0].publicly_accessible == false && aws_db_instance.this[0].storage_encrypted && aws_db_instance.this[0].manage_master_user_password
    error_message = "The database must be private and sealed, its password nobody's."
  }
  assert {
    condition     = aws_db_instance.this[0].engine_version == "16" && aws_db_instance.this[0].backup_retention_period == 7 && one(aws_backup_plan.this[0].rule).lifecycle[0].delete_after == 30
    error_message = "PostgreSQL 16 must be restorable to any moment of 7 days, and to any day of 30."
  }
  assert {
    condition     = aws_db_instance.this[0].deletion_protection && !aws_db_instance.this[0].skip_final_snapshot
    error_message = "The database must not be deletable by accident."
  }
  assert {
    condition     = one(aws_elasticache_parameter_group.this[0].parameter).value == "noeviction"
    error_message = "Redis must refuse jobs rather than lose them."
  }
  assert {
    condition     = aws_kms_key.licences.customer_master_key_spec == "RSA_4096" && aws_kms_key.licences.key_usage == "SIGN_VERIFY"
    error_message = "Licences must be signed with RSA 4096."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.unhealthy) == 4 && aws_cloudwatch_metric_alarm.error_rate.threshold == 5 && aws_cloudwatch_metric_alarm.quality.threshold == 0.7 && aws_cloudwatch_metric_alarm.quality_missing.threshold == 0
    error_message = "Health, errors above 5 % and quality must have alarms."
  }
  assert {
    condition     = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.unhealthy), values(aws_cloudwatch_metric_alarm.no_task), [aws_cloudwatch_metric_alarm.error_rate, aws_cloudwatch_metric_alarm.queue_depth, aws_cloudwatch_metric_alarm.dead_letters, aws_cloudwatch_metric_alarm.quality]) : length(alarm.alarm_actions) == 1])
    error_message = "Every alarm must tell somebody."
  }
  assert {
    condition     = length(aws_wafv2_ip_set.own.addresses) == 2 && alltrue([for rule in jsondecode(aws_wafv2_web_acl.this.rule_json) : rule.Statement.RateBasedStatement.ScopeDownStatement.NotStatement.Statement.IPSetReferenceStatement.ARN == aws_wafv2_ip_set.own.arn if can(rule.Statement.RateBasedStatement)])
    error_message = "What ToolJet and n8n ask for all people together must not count as one caller."
  }
  assert {
    condition     = length(aws_ecs_task_definition.install) == 0
    error_message = "Without an image there must be no task that installs."
  }
  assert {
    condition     = alltrue([for rule in jsondecode(aws_wafv2_web_acl.this.rule_json) : can(rule.Action.Block) || can(rule.OverrideAction.None)])
    error_message = "WAF's rules must block."
  }
}

run "with_queue_workers_and_a_release" {
  command = apply

  variables {
    scale = { n8n_workers = 2 }
    api_release = {
      blue  = { weight = 90 }
      green = { image = "registry.example.com/api@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", weight = 10 }
    }
  }

  assert {
    condition     = length(module.n8n_worker) == 1 && module.n8n_worker[0].deployment.tasks == 2
    error_message = "There must be two workers of n8n."
  }
  assert {
    condition = alltrue([for service in [module.n8n, module.n8n_worker[0]] : anytrue([
      for variable in jsondecode(service.container_definitions)[0].environment : variable.name == "EXECUTIONS_MODE" && variable.value == "queue"
    ])])
    error_message = "Main and workers must share a queue."
  }
  assert {
    condition = [for secret in jsondecode(module.n8n.container_definitions)[0].secrets : secret if secret.name == "N8N_ENCRYPTION_KEY"] == [
      for secret in jsondecode(module.n8n_worker[0].container_definitions)[0].secrets : secret if secret.name == "N8N_ENCRYPTION_KEY"
    ]
    error_message = "Workers must unseal credentials with main's key."
  }
  assert {
    condition     = module.n8n.deployment.tasks == 1
    error_message = "Main stays a singleton."
  }
  assert {
    condition     = length(module.api) == 2 && sum([for group in aws_lb_listener_rule.api.action[0].forward[0].target_group : group.weight]) == 100
    error_message = "Both colours must run and share all of the traffic."
  }
}

run "with_neon_upstash_and_managed_clickhouse" {
  command = apply

  variables {
    database   = { kind = "neon", neon_host = "ep-name.us-east-1.aws.neon.tech" }
    cache      = { kind = "upstash", upstash_host = "name.upstash.io", upstash_rest_url = "https://name.upstash.io" }
    clickhouse = { kind = "managed", url = "https://name.clickhouse.cloud:8443", migration_url = "clickhouse://name.clickhouse.cloud:9440" }
    egress     = "public"
  }

  assert {
    condition     = length(aws_db_instance.this) == 0 && length(aws_elasticache_replication_group.this) == 0 && length(module.clickhouse) == 0
    error_message = "What is bought must not be built."
  }
  assert {
    condition     = anytrue([for variable in jsondecode(module.api["blue"].container_definitions)[0].environment : variable.name == "UPSTASH_REDIS_REST_URL" && variable.value == "https://name.upstash.io"])
    error_message = "The API must speak to Upstash itself."
  }
  assert {
    condition     = length(jsondecode(module.api["blue"].container_definitions)) == 1
    error_message = "There must be no bridge where Upstash is."
  }
}

run "with_cloudfront_cognito_voyage_and_the_installation" {
  command = apply

  variables {
    cdn            = { enabled = true, certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/mock" }
    cognito        = { enabled = true }
    connections    = { voyage = true }
    residency      = { region_urls = { "eu-west-1" = "https://eu.example.com" }, voyage_regions = ["us-east-1", "us-west-2"] }
    operator_email = "operator@example.com"
    timezone       = "Europe/Oslo"
    images = {
      api             = "registry.example.com/api@sha256:1111111111111111111111111111111111111111111111111111111111111111"
      install         = "registry.example.com/install@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
      n8n             = "registry.example.com/n8n@sha256:2222222222222222222222222222222222222222222222222222222222222222"
      tooljet         = "tooljet/tooljet-ce@sha256:3333333333333333333333333333333333333333333333333333333333333333"
      postgrest       = "postgrest/postgrest@sha256:4444444444444444444444444444444444444444444444444444444444444444"
      langfuse_web    = "docker.langfuse.com/langfuse/langfuse@sha256:5555555555555555555555555555555555555555555555555555555555555555"
      langfuse_worker = "docker.langfuse.com/langfuse/langfuse-worker@sha256:6666666666666666666666666666666666666666666666666666666666666666"
      clickhouse      = "clickhouse/clickhouse-server@sha256:7777777777777777777777777777777777777777777777777777777777777777"
      clamd           = "clamav/clamav@sha256:8888888888888888888888888888888888888888888888888888888888888888"
      collector       = "public.ecr.aws/aws-observability/aws-otel-collector@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    }
  }

  assert {
    condition     = toset(aws_cloudfront_distribution.this[0].aliases) == toset(["api.ai.example.com", "app.ai.example.com"])
    error_message = "CloudFront must not hide the address by which the editor of n8n and Langfuse let operators in."
  }
  assert {
    condition     = aws_route53_record.service["n8n"].alias[0].name == "mock.elb.amazonaws.com" && aws_route53_record.service["api"].alias[0].name != "mock.elb.amazonaws.com"
    error_message = "n8n must be reached at the load balancer, the API at CloudFront."
  }
  assert {
    condition     = [for rule in jsondecode(aws_wafv2_web_acl.this.rule_json) : rule.Statement.RateBasedStatement.AggregateKeyType if can(rule.Statement.RateBasedStatement)] == ["FORWARDED_IP", "IP"]
    error_message = "Behind CloudFront people must be counted by the address that it reports."
  }
  assert {
    condition     = contains(aws_cognito_user_pool_client.this[0].callback_urls, "https://api.ai.example.com/auth/cognito/callback") && aws_cognito_user_pool_client.this[0].generate_secret == false
    error_message = "Cognito must send people back to where the API finishes a sign-in."
  }
  assert {
    condition = anytrue([for variable in jsondecode(module.api["blue"].container_definitions)[0].environment :
      variable.name == "SIGN_IN_PROVIDERS" && try(jsondecode(variable.value)[0].id, "") == "cognito" && !can(jsondecode(variable.value)[0].clientSecret)
    ])
    error_message = "The API must offer the pool for sign-in."
  }
  assert {
    condition = alltrue([for name, value in { EMBEDDINGS_PROVIDER = "voyage", VOYAGE_API_KEY = "aws-sm://ai-manager-production/providers#voyage_api_key" } :
      anytrue([for variable in jsondecode(module.api["blue"].container_definitions)[0].environment : variable.name == name && variable.value == value])
    ])
    error_message = "Voyage must make vectors by a key that is a reference."
  }
  assert {
    condition = alltrue([for name, value in { DATA_REGION = "us-east-1", DATA_REGION_URLS = "{\"eu-west-1\":\"https://eu.example.com\"}", EMBEDDINGS_REGIONS = "us-east-1,us-west-2" } :
      anytrue([for variable in jsondecode(module.api["blue"].container_definitions)[0].environment : variable.name == name && variable.value == value])
    ])
    error_message = "The API must know its region, the other installations and where Voyage keeps what it is sent."
  }
  assert {
    condition = alltrue([for name in ["N8N_PASSWORD", "TOOLJET_PASSWORD", "AI_MANAGER_API_KEY", "WORKFLOW_START_KEY", "SMTP_PASSWORD"] :
      contains([for secret in jsondecode(aws_ecs_task_definition.install[0].container_definitions)[0].secrets : secret.name], name)
    ])
    error_message = "The installation must have its passwords from Secrets Manager."
  }
  assert {
    condition     = anytrue([for variable in jsondecode(module.n8n.container_definitions)[0].environment : variable.name == "GENERIC_TIMEZONE" && variable.value == "Europe/Oslo"])
    error_message = "n8n must go by the time zone that is set."
  }
}

run "refuses_what_is_wrong" {
  command = plan

  variables {
    domain             = "not a domain"
    region             = "mars"
    log_retention_days = 31
    egress             = "magic"
    images = {
      api        = "registry.example.com/api:latest"
      n8n        = "n8n", tooljet = "tooljet", postgrest = "postgrest", langfuse_web = "web", langfuse_worker = "worker"
      clickhouse = "clickhouse", clamd = "clamd", collector = "collector"
    }
    api_release = { blue = { weight = 50 } }
    database    = { kind = "neon", neon_host = "ep-name-pooler.us-east-1.aws.neon.tech" }
    timezone    = "Oslo"
    backups     = { daily_days = 1 }
    alarms      = { error_rate_percent = 0 }
    scale       = { api = { min = 3, max = 2 } }
  }

  expect_failures = [
    var.domain, var.region, var.log_retention_days, var.egress, var.images,
    var.api_release, var.database, var.backups, var.alarms, var.scale, var.timezone,
  ]
}

# Apart from the others: it is checked only where the region is a valid one.
run "refuses_another_region_without_https" {
  command = plan

  variables {
    residency = { region_urls = { "eu-west-1" = "http://eu.example.com" } }
  }

  expect_failures = [var.residency]
}
