locals {
  uses_elasticache = var.cache.kind == "elasticache"

  redis_host = local.uses_elasticache ? aws_elasticache_replication_group.this[0].primary_endpoint_address : var.cache.upstash_host
  redis_port = 6379

  # No password for nodes of our own: they are reached over TLS, by the groups below only.
  redis_environment = local.uses_elasticache ? {
    REDIS_URL = "rediss://${local.redis_host}:${local.redis_port}"
    } : {
    UPSTASH_REDIS_REST_URL   = var.cache.upstash_rest_url
    UPSTASH_REDIS_REST_TOKEN = local.reference["redis.rest_token"]
  }
}

resource "aws_elasticache_subnet_group" "this" {
  count = local.uses_elasticache ? 1 : 0

  name       = local.prefix
  subnet_ids = aws_subnet.data[*].id
}

resource "aws_security_group" "redis" {
  count = local.uses_elasticache ? 1 : 0

  name_prefix = "${local.prefix}-redis-"
  description = "Redis: only the services that have queues or limits"
  vpc_id      = aws_vpc.this.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "redis" {
  for_each = local.uses_elasticache ? local.store_clients : {}

  security_group_id            = aws_security_group.redis[0].id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
  referenced_security_group_id = each.value
}

resource "aws_elasticache_parameter_group" "this" {
  count = local.uses_elasticache ? 1 : 0

  name   = local.prefix
  family = "valkey8"

  # A queue that loses its oldest jobs loses work: full is an error.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "this" {
  count = local.uses_elasticache ? 1 : 0

  replication_group_id       = local.prefix
  description                = "Queues and limits"
  engine                     = "valkey"
  engine_version             = "8.0"
  node_type                  = var.cache.node_type
  num_cache_clusters         = 1 + var.cache.replicas
  automatic_failover_enabled = var.cache.replicas > 0
  multi_az_enabled           = var.cache.replicas > 0
  parameter_group_name       = aws_elasticache_parameter_group.this[0].name
  subnet_group_name          = aws_elasticache_subnet_group.this[0].name
  security_group_ids         = [aws_security_group.redis[0].id]
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  # ToolJet has no setting for TLS to Redis; every other client uses it.
  transit_encryption_mode    = "preferred"
  kms_key_id                 = aws_kms_key.data.arn
  snapshot_retention_limit   = 7
  snapshot_window            = "02:00-03:00"
  auto_minor_version_upgrade = true
  apply_immediately          = true
}
