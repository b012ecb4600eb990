variable "name" {
  description = "Name of the service, unique in the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,60}$", var.name))
    error_message = "The name must be 2 to 61 lower-case letters, digits and hyphens."
  }
}

variable "cluster" {
  description = "Cluster that runs the service."
  type        = object({ arn = string, name = string })
  nullable    = false
}

variable "region" {
  description = "Region of the logs."
  type        = string
  nullable    = false
}

variable "cpu" {
  description = "CPU units of a task; 1024 are one vCPU."
  type        = number
  nullable    = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096, 8192], var.cpu)
    error_message = "Fargate takes 256, 512, 1024, 2048, 4096 or 8192 CPU units."
  }
}

variable "memory" {
  description = "MiB of a task."
  type        = number
  nullable    = false

  validation {
    condition     = var.memory >= 512 && var.memory <= 61440
    error_message = "The memory must be 512 to 61440 MiB."
  }
  validation {
    condition     = var.memory >= var.cpu * 2 || (var.cpu == 256 && var.memory >= 512) || (var.cpu == 512 && var.memory >= 1024)
    error_message = "Fargate takes at least twice as many MiB as CPU units."
  }
  validation {
    condition     = var.memory <= var.cpu * 8
    error_message = "Fargate takes at most eight times as many MiB as CPU units."
  }
}

variable "containers" {
  description = "Containers of a task; the first is the main container. Secrets are ECS references: a secret's ARN, or one with `:key::`."
  type = list(object({
    name        = string
    image       = string
    essential   = optional(bool, true)
    command     = optional(list(string))
    user        = optional(string)
    ports       = optional(list(number), [])
    environment = optional(map(string), {})
    secrets     = optional(map(string), {})
    # Shell command that ends with 0 while the container is healthy.
    health       = optional(string)
    start_period = optional(number, 60)
    depends_on   = optional(list(object({ container = string, condition = string })), [])
    # Volumes of the task by name, and where they are mounted.
    mounts        = optional(map(string), {})
    read_only     = optional(bool, false)
    stop_timeout  = optional(number, 30)
    nofile        = optional(number)
    cpu_share     = optional(number)
    memory_limit  = optional(number)
    memory_needed = optional(number)
  }))
  nullable = false

  validation {
    condition     = length(var.containers) > 0
    error_message = "A service needs a container."
  }
  validation {
    condition     = alltrue([for container in var.containers : can(regex("@sha256:[0-9a-f]{64}$", container.image))])
    error_message = "Every image must be pinned by its digest: name@sha256:<64 hexadecimal digits>."
  }
  validation {
    condition = alltrue(flatten([for container in var.containers : [
      for name, value in container.environment : !can(regex("(PASSWORD|_PASS$|SECRET|TOKEN|ENCRYPTION_KEY|MASTER_KEY|SALT$|API_KEY$|DATABASE_URL$|_DB_URL$|SMTP_URL$)", name)) || startswith(value, "aws-sm://")
    ]]))
    error_message = "A secret must not stand in the plain environment: use secrets, or an aws-sm:// reference."
  }
}

variable "volumes" {
  description = "Volumes of a task: empty ones, or access points of a file system."
  type = map(object({
    file_system_id  = optional(string)
    access_point_id = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "network" {
  description = "Network of the tasks."
  type = object({
    vpc_id           = string
    subnet_ids       = list(string)
    assign_public_ip = bool
  })
  nullable = false
}

variable "target" {
  description = "Container port that the load balancer sends to. `rule_arn` makes the service wait for the listener's rule."
  type = object({
    target_group_arn = string
    rule_arn         = string
    container        = string
    port             = number
    security_group   = string
  })
  default = null
}

variable "grace_seconds" {
  description = "Seconds a new task may be unhealthy, to allow for migrations at startup."
  type        = number
  default     = 120
  nullable    = false
}

variable "tasks" {
  description = "Number of tasks; the initial value if autoscaling is on."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.tasks >= 0 && var.tasks <= 100 && floor(var.tasks) == var.tasks
    error_message = "The number of tasks must be a whole number from 0 to 100."
  }
}

variable "singleton" {
  description = "Never run two tasks at once: the old task stops before the new one starts."
  type        = bool
  default     = false
  nullable    = false
}

variable "autoscaling" {
  description = "Minimum and maximum number of tasks. The service scales by CPU, and by a metric per task if one is set."
  type = object({
    min         = number
    max         = number
    cpu_percent = optional(number, 70)
    metric = optional(object({
      name       = string
      namespace  = string
      dimensions = map(string)
      per_task   = number
    }))
  })
  default = null

  validation {
    condition     = var.autoscaling == null ? true : var.autoscaling.min >= 1 && var.autoscaling.min <= var.autoscaling.max
    error_message = "Autoscaling needs 1 <= min <= max."
  }
}

variable "spot" {
  description = "Run on spare capacity, which AWS can reclaim with two minutes' notice. For work that is retried."
  type        = bool
  default     = false
  nullable    = false
}

variable "task_statements" {
  description = "Permissions of the running task, as IAM policy statements."
  type = list(object({
    Effect    = optional(string, "Allow")
    Action    = list(string)
    Resource  = list(string)
    Condition = optional(map(map(list(string))))
  }))
  default  = []
  nullable = false

  validation {
    condition     = !contains(flatten([for statement in var.task_statements : statement.Action]), "*")
    error_message = "A task must not be allowed everything."
  }
}

variable "kms_key_arns" {
  description = "KMS keys that encrypt the secrets of the service."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "discovery_namespace_id" {
  description = "Private DNS namespace in which the service is registered under its short name."
  type        = string
  default     = null
}

variable "discovery_name" {
  description = "Name in the private namespace. Not registered by default."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Retention of logs in days."
  type        = number
  default     = 30
  nullable    = false
}

variable "rollback_alarms" {
  description = "Names of alarms that stop and roll back a deployment."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "enable_exec" {
  description = "Allow `aws ecs execute-command` into tasks."
  type        = bool
  default     = false
  nullable    = false
}
