locals {
  uses_rds      = var.database.kind == "rds"
  database_host = local.uses_rds ? aws_db_instance.this[0].address : var.database.neon_host

  # The services that may open connections to PostgreSQL and to Redis.
  store_clients = merge(
    { for colour, service in module.api : "api-${colour}" => service.security_group_id },
    {
      worker          = module.worker.security_group_id
      n8n             = module.n8n.security_group_id
      tooljet         = module.tooljet.security_group_id
      langfuse-web    = module.langfuse_web.security_group_id
      langfuse-worker = module.langfuse_worker.security_group_id
    },
    { for index, service in module.n8n_worker : "n8n-worker-${index}" => service.security_group_id },
  )
}

resource "aws_db_subnet_group" "this" {
  count = local.uses_rds ? 1 : 0

  name       = local.prefix
  subnet_ids = aws_subnet.data[*].id
}

resource "aws_security_group" "database" {
  count = local.uses_rds ? 1 : 0

  name_prefix = "${local.prefix}-database-"
  description = "PostgreSQL: only the services that have a database"
  vpc_id      = aws_vpc.this.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = local.uses_rds ? local.store_clients : {}

  security_group_id            = aws_security_group.database[0].id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = each.value
}

# Apart from the services, which wait for the bootstrap task.
resource "aws_vpc_security_group_ingress_rule" "database_bootstrap" {
  count = local.uses_rds ? 1 : 0

  security_group_id            = aws_security_group.database[0].id
  description                  = "bootstrap"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.bootstrap.id
}

resource "aws_db_parameter_group" "this" {
  count = local.uses_rds ? 1 : 0

  name_prefix = "${local.prefix}-"
  family      = "postgres16"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements"
    apply_method = "pending-reboot"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# pgvector comes with RDS; the bootstrap task makes the databases, roles and the extension.
resource "aws_db_instance" "this" {
  count = local.uses_rds ? 1 : 0

  identifier                      = local.prefix
  engine                          = "postgres"
  engine_version                  = "16"
  instance_class                  = var.database.instance_class
  allocated_storage               = var.database.storage_gb
  max_allocated_storage           = var.database.max_storage_gb
  storage_type                    = "gp3"
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.data.arn
  db_name                         = "postgres"
  username                        = "owner"
  manage_master_user_password     = true
  master_user_secret_kms_key_id   = aws_kms_key.data.arn
  multi_az                        = var.database.multi_az
  db_subnet_group_name            = aws_db_subnet_group.this[0].name
  vpc_security_group_ids          = [aws_security_group.database[0].id]
  parameter_group_name            = aws_db_parameter_group.this[0].name
  publicly_accessible             = false
  ca_cert_identifier              = "rds-ca-rsa2048-g1"
  auto_minor_version_upgrade      = true
  backup_retention_period         = var.backups.point_in_time_days
  backup_window                   = "02:00-02:45"
  maintenance_window              = "sun:04:00-sun:05:00"
  copy_tags_to_snapshot           = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.data.arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  deletion_protection             = var.database.protected && !var.disposable
  skip_final_snapshot             = var.disposable
  final_snapshot_identifier       = var.disposable ? null : "${local.prefix}-last"
}

resource "aws_backup_vault" "this" {
  count = local.uses_rds ? 1 : 0

  name          = local.prefix
  kms_key_arn   = aws_kms_key.data.arn
  force_destroy = var.disposable
}

resource "aws_backup_plan" "this" {
  count = local.uses_rds ? 1 : 0

  name = local.prefix

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this[0].name
    schedule          = "cron(0 3 * * ? *)"
    start_window      = 60
    completion_window = 240

    lifecycle {
      delete_after = var.backups.daily_days
    }

    dynamic "copy_action" {
      for_each = var.backups.copy_region_vault_arn == "" ? [] : [var.backups.copy_region_vault_arn]
      content {
        destination_vault_arn = copy_action.value

        lifecycle {
          delete_after = var.backups.daily_days
        }
      }
    }
  }
}

resource "aws_iam_role" "backup" {
  count = local.uses_rds ? 1 : 0

  name_prefix = "${local.prefix}-backup-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "backup.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "backup" {
  for_each = local.uses_rds ? toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"]) : toset([])

  role       = aws_iam_role.backup[0].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.key}"
}

resource "aws_backup_selection" "this" {
  count = local.uses_rds ? 1 : 0

  name         = local.prefix
  plan_id      = aws_backup_plan.this[0].id
  iam_role_arn = aws_iam_role.backup[0].arn
  resources = concat(
    [aws_db_instance.this[0].arn],
    var.clickhouse.kind == "task" ? [aws_efs_file_system.clickhouse[0].arn] : [],
  )
}
