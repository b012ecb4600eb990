variable "name" {
  description = "Name of the installation; the first part of every resource's name."
  type        = string
  default     = "ai-manager"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "The name must be 3 to 20 lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  description = "Which of your installations this is, such as staging or production."
  type        = string
  default     = "production"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.environment))
    error_message = "The environment must be 2 to 12 lower-case letters and digits."
  }
}

variable "region" {
  description = "AWS region for all resources and data."
  type        = string
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "The region must look like us-east-1."
  }
}

variable "tags" {
  description = "Additional tags of every resource, besides Project and Environment."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "domain" {
  description = "Domain of the services: api., app., n8n. and langfuse."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain))
    error_message = "The domain must be a name such as ai.example.com."
  }
}

variable "hosted_zone_id" {
  description = "Route 53 zone of the domain. If empty, create the records yourself and set certificate_arn."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.hosted_zone_id == "" || can(regex("^Z[A-Z0-9]{8,32}$", var.hosted_zone_id))
    error_message = "The zone must be the id of a Route 53 hosted zone, such as Z0123456789ABC."
  }
}

variable "certificate_arn" {
  description = "Certificate for the domain and *.domain in this region, required if there is no zone."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.certificate_arn == "" || can(regex("^arn:aws[a-z-]*:acm:", var.certificate_arn))
    error_message = "The certificate must be the ARN of an ACM certificate."
  }
}

variable "vpc_cidr" {
  description = "CIDR block of the network."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && try(tonumber(split("/", var.vpc_cidr)[1]) <= 20, false)
    error_message = "The network must be a CIDR range of at least /20."
  }
}

variable "availability_zones" {
  description = "Number of availability zones."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = contains([2, 3], var.availability_zones)
    error_message = "Two or three availability zones are used."
  }
}

variable "egress" {
  description = "How tasks reach the internet: public (own public address, closed to the world by its security group), fck_nat (a small NAT instance) or nat_gateway (one for each zone)."
  type        = string
  default     = "nat_gateway"
  nullable    = false

  validation {
    condition     = contains(["public", "fck_nat", "nat_gateway"], var.egress)
    error_message = "egress must be public, fck_nat or nat_gateway."
  }
}

variable "fck_nat_ami" {
  description = "Image of the NAT instance, needed with egress = fck_nat. See https://fck-nat.dev for the newest in your region."
  type        = string
  default     = ""
  nullable    = false
}

variable "operator_cidrs" {
  description = "CIDR blocks that can reach the n8n editor and Langfuse. n8n webhooks remain public."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = length(var.operator_cidrs) >= 1 && length(var.operator_cidrs) <= 3
    error_message = "One to three ranges; a rule of the load balancer takes five values in all."
  }
  validation {
    condition     = alltrue([for range in var.operator_cidrs : can(cidrhost(range, 0))])
    error_message = "Every range must be a CIDR range such as 203.0.113.0/24."
  }
}

variable "images" {
  description = "Images by digest. `api`, `n8n` and `install` are this repository's; the others are upstream images. Without `install` workflows and dashboards are installed by hand."
  type = object({
    install         = optional(string, "")
    api             = string
    n8n             = string
    tooljet         = string
    postgrest       = string
    langfuse_web    = string
    langfuse_worker = string
    clickhouse      = string
    clamd           = string
    redis_rest      = string
    collector       = string
  })
  nullable = false

  validation {
    condition     = alltrue([for name, image in var.images : (name == "install" && image == "") || can(regex("^[a-z0-9][a-z0-9._/:-]*@sha256:[0-9a-f]{64}$", image))])
    error_message = "Every image must be pinned by its digest: name@sha256:<64 hexadecimal digits>."
  }
}

variable "api_release" {
  description = "The two colours of the API: image (empty: images.api for the first, none for the second) and share of the traffic in percent. `npm run release -w infra` moves it by 10, 50 and 100."
  type = object({
    blue  = optional(object({ image = optional(string, ""), weight = optional(number, 100) }), {})
    green = optional(object({ image = optional(string, ""), weight = optional(number, 0) }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.api_release.blue.weight + var.api_release.green.weight == 100
    error_message = "The weights of blue and green must add up to 100."
  }
  validation {
    condition     = var.api_release.blue.weight >= 0 && var.api_release.green.weight >= 0
    error_message = "A weight must not be negative."
  }
  validation {
    condition     = var.api_release.green.weight == 0 || var.api_release.green.image != ""
    error_message = "Green has a weight and no image."
  }
}

variable "sizes" {
  description = "CPU units and MiB of one task of each service."
  type = object({
    api             = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 1024 })
    worker          = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 1024 })
    n8n             = optional(object({ cpu = number, memory = number }), { cpu = 1024, memory = 3072 })
    n8n_worker      = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 2048 })
    tooljet         = optional(object({ cpu = number, memory = number }), { cpu = 1024, memory = 3072 })
    langfuse_web    = optional(object({ cpu = number, memory = number }), { cpu = 2048, memory = 4096 })
    langfuse_worker = optional(object({ cpu = number, memory = number }), { cpu = 2048, memory = 4096 })
    clickhouse      = optional(object({ cpu = number, memory = number }), { cpu = 2048, memory = 8192 })
    clamd           = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 4096 })
  })
  default  = {}
  nullable = false
}

variable "scale" {
  description = "Number of tasks: a minimum and maximum if the service scales, otherwise a fixed number."
  type = object({
    api             = optional(object({ min = number, max = number }), { min = 2, max = 5 })
    worker          = optional(object({ min = number, max = number }), { min = 1, max = 5 })
    n8n_workers     = optional(number, 0)
    tooljet         = optional(number, 1)
    langfuse_web    = optional(object({ min = number, max = number }), { min = 1, max = 2 })
    langfuse_worker = optional(object({ min = number, max = number }), { min = 1, max = 2 })
    cpu_percent     = optional(number, 70)
    queue_depth     = optional(number, 100)
    worker_spot     = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for range in [var.scale.api, var.scale.worker, var.scale.langfuse_web, var.scale.langfuse_worker] : range.min >= 1 && range.min <= range.max && range.max <= 50])
    error_message = "Each range must satisfy 1 <= min <= max <= 50."
  }
  validation {
    condition     = var.scale.n8n_workers >= 0 && var.scale.n8n_workers <= 20 && var.scale.tooljet >= 1 && var.scale.tooljet <= 5
    error_message = "There may be 0 to 20 workers of n8n and 1 to 5 tasks of ToolJet."
  }
  validation {
    condition     = var.scale.cpu_percent >= 20 && var.scale.cpu_percent <= 90 && var.scale.queue_depth >= 1
    error_message = "cpu_percent must be from 20 to 90, queue_depth at least 1."
  }
}

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

variable "virus_scanner" {
  description = "Run clamd, which scans uploaded files; without it they are marked as not scanned."
  type        = bool
  default     = true
  nullable    = false
}

variable "connections" {
  description = "External services that the API uses. Their keys are in the secret providers; set an address for your own endpoints."
  type = object({
    anthropic          = optional(bool, false)
    voyage             = optional(bool, false)
    openai             = optional(bool, false)
    openai_model       = optional(string, "")
    openai_url         = optional(string, "")
    worksmart_url      = optional(string, "")
    brainlift_url      = optional(string, "")
    metrics_url        = optional(string, "")
    twilio_account_sid = optional(string, "")
    twilio_from        = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for url in [var.connections.openai_url, var.connections.worksmart_url, var.connections.brainlift_url, var.connections.metrics_url] : url == "" || can(regex("^https://", url))])
    error_message = "Every address must start with https://."
  }
  validation {
    condition     = (var.connections.twilio_account_sid == "") == (var.connections.twilio_from == "")
    error_message = "twilio_account_sid needs twilio_from, and the other way round."
  }
}

variable "api_environment" {
  description = "More settings of the API and its workers, by the names in docs/settings.md. Secrets go into the secret providers and are named as aws-sm:// references."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tenant" {
  description = "Company that is created at the first start."
  type        = string
  default     = "default"
  nullable    = false
}

variable "operator_email" {
  description = "First administrator of the API, n8n and ToolJet; the password is in the secret operator. Empty: the address that mail is sent from."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.operator_email == "" || can(regex("^[^@\\s]+@[^@\\s]+\\.[a-z]+$", var.operator_email))
    error_message = "operator_email must be an e-mail address."
  }
}

variable "timezone" {
  description = "IANA time zone of n8n. The workflows' schedules go by the company's own, which is a setting of the API."
  type        = string
  default     = "UTC"
  nullable    = false

  validation {
    condition     = can(regex("^(UTC|[A-Z][A-Za-z]+(/[A-Za-z0-9_+-]+)+)$", var.timezone))
    error_message = "timezone must be an IANA name such as Europe/Oslo."
  }
}

variable "mail_from" {
  description = "Address that mail is sent from; its domain is verified in SES. Empty: no-reply at the domain."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.mail_from == "" || can(regex("^[^@\\s]+@[^@\\s]+\\.[a-z]+$", var.mail_from))
    error_message = "mail_from must be an e-mail address."
  }
}

variable "waf" {
  description = "Maximum requests per address in five minutes, and whether requests that match rules are blocked or only counted. The addresses that the installation itself calls from do not count."
  type = object({
    requests_in_five_minutes = optional(number, 2000)
    count_only               = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.waf.requests_in_five_minutes >= 100 && var.waf.requests_in_five_minutes <= 2000000
    error_message = "requests_in_five_minutes must be from 100 to 2000000."
  }
}

variable "log_retention_days" {
  description = "Retention of CloudWatch logs in days."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "alarms" {
  description = "Recipients and thresholds of alarms: share of 5xx responses in percent, waiting jobs, and quality: the mean of scores in Langfuse that are from 0 to 1, such as flags."
  type = object({
    emails              = optional(list(string), [])
    error_rate_percent  = optional(number, 5)
    queue_depth         = optional(number, 500)
    quality             = optional(number, 0.7)
    quality_score_names = optional(list(string), ["reasons hold", "same decision", "helpful"])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alarms.error_rate_percent > 0 && var.alarms.error_rate_percent <= 100
    error_message = "error_rate_percent must be above 0 and at most 100."
  }
  validation {
    condition     = var.alarms.quality >= 0 && var.alarms.quality <= 1 && var.alarms.queue_depth >= 1
    error_message = "quality must be from 0 to 1, queue_depth at least 1."
  }
}

variable "cognito" {
  description = "Create a Cognito user pool for sign-in."
  type = object({
    enabled      = optional(bool, false)
    callback_url = optional(string, "")
  })
  default  = {}
  nullable = false
}

variable "cdn" {
  description = "Put CloudFront before the load balancer. The certificate must be in us-east-1."
  type = object({
    enabled         = optional(bool, false)
    certificate_arn = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.cdn.enabled || can(regex("^arn:aws:acm:us-east-1:", var.cdn.certificate_arn))
    error_message = "CloudFront needs a certificate in us-east-1."
  }
}

variable "run_bootstrap" {
  description = "Run the task that fills secrets and creates databases as part of apply. Requires the AWS CLI where Terraform runs; otherwise run the command in the output bootstrap_command."
  type        = bool
  default     = true
  nullable    = false
}

variable "disposable" {
  description = "For trials: allow `terraform destroy` to delete databases, backups and buckets with their content."
  type        = bool
  default     = false
  nullable    = false
}
