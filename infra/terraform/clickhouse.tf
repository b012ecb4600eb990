locals {
  own_clickhouse = var.clickhouse.kind == "task"

  clickhouse_host          = "clickhouse.${aws_service_discovery_private_dns_namespace.this.name}"
  clickhouse_url           = local.own_clickhouse ? "http://${local.clickhouse_host}:8123" : var.clickhouse.url
  clickhouse_migration_url = local.own_clickhouse ? "clickhouse://${local.clickhouse_host}:9000" : var.clickhouse.migration_url
}

resource "aws_efs_file_system" "clickhouse" {
  count = local.own_clickhouse ? 1 : 0

  encrypted       = true
  kms_key_id      = aws_kms_key.data.arn
  throughput_mode = "elastic"

  tags = { Name = "${local.prefix}-clickhouse" }
}

resource "aws_security_group" "clickhouse_files" {
  count = local.own_clickhouse ? 1 : 0

  name_prefix = "${local.prefix}-files-"
  description = "Files of ClickHouse"
  vpc_id      = aws_vpc.this.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clickhouse_files" {
  count = local.own_clickhouse ? 1 : 0

  security_group_id            = aws_security_group.clickhouse_files[0].id
  description                  = "ClickHouse"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = module.clickhouse[0].security_group_id
}

resource "aws_efs_mount_target" "clickhouse" {
  count = local.own_clickhouse ? var.availability_zones : 0

  file_system_id  = aws_efs_file_system.clickhouse[0].id
  subnet_id       = aws_subnet.data[count.index].id
  security_groups = [aws_security_group.clickhouse_files[0].id]
}

resource "aws_efs_access_point" "clickhouse" {
  count = local.own_clickhouse ? 1 : 0

  file_system_id = aws_efs_file_system.clickhouse[0].id

  # The image's user of ClickHouse.
  posix_user {
    uid = 101
    gid = 101
  }
  root_directory {
    path = "/clickhouse"

    creation_info {
      owner_uid   = 101
      owner_gid   = 101
      permissions = "0750"
    }
  }
}

# One server on one file system: the old one must have ended before the new one starts.
module "clickhouse" {
  source = "./modules/service"
  count  = local.own_clickhouse ? 1 : 0

  name               = "clickhouse"
  cluster            = local.cluster
  region             = var.region
  network            = local.network
  cpu                = var.sizes.clickhouse.cpu
  memory             = var.sizes.clickhouse.memory
  kms_key_arns       = local.shared_kms
  log_retention_days = var.log_retention_days
  singleton          = true

  volumes = {
    data = {
      file_system_id  = aws_efs_file_system.clickhouse[0].id
      access_point_id = aws_efs_access_point.clickhouse[0].id
    }
  }

  task_statements = [{
    Action   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    Resource = [aws_efs_file_system.clickhouse[0].arn]
  }]

  containers = [{
    name         = "clickhouse"
    image        = var.images.clickhouse
    user         = "101:101"
    ports        = [8123, 9000]
    mounts       = { data = "/var/lib/clickhouse" }
    nofile       = 262144
    stop_timeout = 120
    environment = {
      CLICKHOUSE_DB                        = "default"
      CLICKHOUSE_USER                      = var.clickhouse.user
      CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT = "0"
      TZ                                   = "UTC"
    }
    secrets      = { CLICKHOUSE_PASSWORD = local.secret["clickhouse.password"] }
    health       = "wget -q -O /dev/null http://127.0.0.1:8123/ping"
    start_period = 120
  }]

  discovery_namespace_id = aws_service_discovery_private_dns_namespace.this.id
  discovery_name         = "clickhouse"

  depends_on = [terraform_data.bootstrap, aws_efs_mount_target.clickhouse]
}

resource "aws_vpc_security_group_ingress_rule" "clickhouse" {
  for_each = local.own_clickhouse ? {
    for pair in setproduct(["web", "worker"], [8123, 9000]) : "${pair[0]}-${pair[1]}" => { from = pair[0], port = pair[1] }
  } : {}

  security_group_id            = module.clickhouse[0].security_group_id
  description                  = "Langfuse ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = each.value.from == "web" ? module.langfuse_web.security_group_id : module.langfuse_worker.security_group_id
}
