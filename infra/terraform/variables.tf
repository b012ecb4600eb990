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

variable "billing" {
  description = "Plans with limits, paid by Stripe. The key and the signing secret of the endpoint /webhooks/stripe are in the secret providers; without prices nothing is limited and nothing is paid."
  type = object({
    price_pro        = optional(string, "")
    price_enterprise = optional(string, "")
    grace_days       = optional(number, 14)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for prices in [var.billing.price_pro, var.billing.price_enterprise] : prices == "" || can(regex("^price_\\w+(,price_\\w+)*$", prices))])
    error_message = "Prices must look like price_1Abc, separated by commas."
  }
  validation {
    condition     = var.billing.price_pro != "" || var.billing.price_enterprise == ""
    error_message = "price_enterprise needs price_pro."
  }
  validation {
    condition     = var.billing.grace_days >= 0 && var.billing.grace_days <= 90
    error_message = "grace_days must be from 0 to 90."
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

variable "cognito" {
  description = "Create a Cognito user pool for sign-in."
  type = object({
    enabled      = optional(bool, false)
    callback_url = optional(string, "")
  })
  default  = {}
  nullable = false
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
