module "tooljet" {
  source = "./modules/service"

  name               = "tooljet"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.tooljet.cpu
  memory             = var.sizes.tooljet.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days
  tasks              = var.scale.tooljet
  # It migrates its databases before it answers.
  grace_seconds = 900

  containers = [
    {
      name    = "tooljet"
      image   = var.images.tooljet
      command = ["npm", "run", "start:prod"]
      ports   = [3000]
      environment = {
        SERVE_CLIENT               = "true"
        PORT                       = "3000"
        TOOLJET_HOST               = "https://${local.hosts.app}"
        TOOLJET_SERVER_URL         = "https://${local.hosts.app}"
        DISABLE_SIGNUPS            = "true"
        CHECK_FOR_UPDATES          = "0"
        PG_DB                      = "tooljet"
        PG_USER                    = "tooljet"
        PG_HOST                    = local.database_host
        PG_PORT                    = "5432"
        PG_DB_OWNER                = "true"
        ENABLE_TOOLJET_DB          = "true"
        TOOLJET_DB                 = "tooljet_tables"
        TOOLJET_DB_USER            = "tooljet"
        TOOLJET_DB_HOST            = local.database_host
        TOOLJET_DB_PORT            = "5432"
        PGRST_HOST                 = "http://127.0.0.1:3002"
        REDIS_HOST                 = local.redis_host
        REDIS_PORT                 = tostring(local.redis_port)
        TOOLJET_MARKETPLACE_URL    = "https://${local.hosts.api}"
        ENABLE_MARKETPLACE_FEATURE = "true"
      }
      secrets = merge(
        {
          LOCKBOX_MASTER_KEY = local.secret["tooljet.lockbox_master_key"]
          SECRET_KEY_BASE    = local.secret["tooljet.secret_key_base"]
          PGRST_JWT_SECRET   = local.secret["tooljet.pgrst_jwt_secret"]
          PG_PASS            = local.secret["database/tooljet.password"]
          TOOLJET_DB_PASS    = local.secret["database/tooljet.password"]
          # With a URL ToolJet speaks TLS to the database; without one it does not.
          DATABASE_URL   = local.secret["database/tooljet.url"]
          TOOLJET_DB_URL = local.secret["database/tooljet.tables_url"]
        },
        local.uses_elasticache ? {} : { REDIS_PASSWORD = local.secret["redis.password"] },
      )
      depends_on = [
        { container = "postgrest", condition = "START" },
      ]
    },
    {
      name  = "postgrest"
      image = var.images.postgrest
      ports = [3002]
      environment = {
        PGRST_SERVER_PORT   = "3002"
        PGRST_DB_PRE_CONFIG = "postgrest.pre_config"
        PGRST_LOG_LEVEL     = "warn"
      }
      secrets = {
        PGRST_JWT_SECRET = local.secret["tooljet.pgrst_jwt_secret"]
        PGRST_DB_URI     = local.secret["database/tooljet.tables_url"]
      }
    },
  ]

  target = {
    target_group_arn = aws_lb_target_group.this["tooljet"].arn
    rule_arn         = aws_lb_listener_rule.tooljet.arn
    container        = "tooljet"
    port             = 3000
    security_group   = aws_security_group.alb.id
  }

  # The task install reaches it here.
  discovery_namespace_id = aws_service_discovery_private_dns_namespace.this.id
  discovery_name         = "tooljet"

  depends_on = [terraform_data.bootstrap]
}

resource "aws_vpc_security_group_ingress_rule" "tooljet" {
  security_group_id            = module.tooljet.security_group_id
  description                  = "install"
  ip_protocol                  = "tcp"
  from_port                    = 3000
  to_port                      = 3000
  referenced_security_group_id = aws_security_group.bootstrap.id
}
