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
