variable "database" {
  description = "PostgreSQL 16: a dedicated RDS instance, or a Neon project whose owner URL you store in the secret database/admin."
  type = object({
    kind           = optional(string, "rds")
    instance_class = optional(string, "db.t4g.medium")
    storage_gb     = optional(number, 50)
    max_storage_gb = optional(number, 500)
    multi_az       = optional(bool, true)
    protected      = optional(bool, true)
    # Host of Neon's direct endpoint: migrations and LISTEN do not pass its pooler, and every service has its own pool.
    neon_host = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["rds", "neon"], var.database.kind)
    error_message = "The database must be rds or neon."
  }
  validation {
    condition     = var.database.kind == "rds" || can(regex("^[a-z0-9.-]+\\.[a-z]+$", var.database.neon_host))
    error_message = "neon needs neon_host."
  }
  validation {
    condition     = !can(regex("^[a-z0-9-]+-pooler\\.", var.database.neon_host))
    error_message = "neon_host must be the direct endpoint, without -pooler: the API listens to the database, which a pooler in transaction mode does not carry."
  }
  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.database.instance_class))
    error_message = "instance_class must look like db.t4g.medium."
  }
  validation {
    condition     = var.database.storage_gb >= 20 && var.database.max_storage_gb > var.database.storage_gb && var.database.max_storage_gb <= 65536
    error_message = "storage_gb must be at least 20 and below max_storage_gb."
  }
}

variable "backups" {
  description = "Retention of daily backups, and the point-in-time recovery window."
  type = object({
    daily_days         = optional(number, 30)
    point_in_time_days = optional(number, 7)
    # Region that every daily backup is copied to; none by default.
    copy_region_vault_arn = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.backups.daily_days >= 7 && var.backups.daily_days <= 365
    error_message = "Daily backups are kept for 7 to 365 days."
  }
  validation {
    condition     = var.backups.point_in_time_days >= 1 && var.backups.point_in_time_days <= 35
    error_message = "Any moment of 1 to 35 days can be restored."
  }
}

variable "cache" {
  description = "Redis for queues and limits: dedicated ElastiCache nodes, or Upstash with the addresses you store in the secret redis."
  type = object({
    kind      = optional(string, "elasticache")
    node_type = optional(string, "cache.t4g.small")
    replicas  = optional(number, 1)
    # Host of Upstash's TCP endpoint.
    upstash_host = optional(string, "")
    # Upstash's REST address.
    upstash_rest_url = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["elasticache", "upstash"], var.cache.kind)
    error_message = "The cache must be elasticache or upstash."
  }
  validation {
    condition     = var.cache.kind == "elasticache" || (can(regex("^https://", var.cache.upstash_rest_url)) && var.cache.upstash_host != "")
    error_message = "upstash needs upstash_host and upstash_rest_url."
  }
  validation {
    condition     = var.cache.replicas >= 0 && var.cache.replicas <= 5
    error_message = "There may be 0 to 5 replicas."
  }
}

variable "clickhouse" {
  description = "ClickHouse for Langfuse: one task on an EFS file system, or a managed server with its password in the secret clickhouse."
  type = object({
    kind          = optional(string, "task")
    url           = optional(string, "")
    migration_url = optional(string, "")
    user          = optional(string, "langfuse")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["task", "managed"], var.clickhouse.kind)
    error_message = "clickhouse must be task or managed."
  }
  validation {
    condition     = var.clickhouse.kind == "task" || (can(regex("^https://", var.clickhouse.url)) && can(regex("^clickhouse://", var.clickhouse.migration_url)))
    error_message = "managed needs url (https://…) and migration_url (clickhouse://…)."
  }
}

variable "residency" {
  description = "Data residency: public URLs of the installations in other regions, by region, to which companies of those regions are referred; and the regions in which you know each provider to keep what it is sent. See docs/residency.md."
  type = object({
    region_urls       = optional(map(string), {})
    openai_regions    = optional(set(string), [])
    anthropic_regions = optional(set(string), [])
    voyage_regions    = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for region, url in var.residency.region_urls : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region)) && startswith(url, "https://")])
    error_message = "region_urls must map regions such as eu-west-1 to URLs that start with https://."
  }
  validation {
    condition     = !contains(keys(var.residency.region_urls), var.region)
    error_message = "region_urls must name other regions only; this installation is in var.region."
  }
  validation {
    condition     = alltrue([for region in setunion(var.residency.openai_regions, var.residency.anthropic_regions, var.residency.voyage_regions) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "Regions of providers must look like eu-west-1."
  }
}
