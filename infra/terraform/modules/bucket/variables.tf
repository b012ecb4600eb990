variable "name" {
  description = "Globally unique name of the bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name is 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the objects."
  type        = string
  nullable    = false
}

variable "versioned" {
  description = "Keep versions of overwritten and deleted objects."
  type        = bool
  default     = true
  nullable    = false
}

variable "expire_days" {
  description = "Days after which objects with a prefix are deleted; other objects are kept."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for days in values(var.expire_days) : days >= 1 && days <= 3650])
    error_message = "Days must be from 1 to 3650."
  }
}

variable "deleted_days" {
  description = "Days after which versions of objects that were overwritten or deleted are gone; null keeps them."
  type        = number
  default     = null

  validation {
    condition     = var.deleted_days == null || try(var.deleted_days >= 1 && var.deleted_days <= 3650, false)
    error_message = "Days must be from 1 to 3650."
  }
}

variable "cors_origins" {
  description = "Origins that can use signed URLs of this bucket."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "force_destroy" {
  description = "Let `terraform destroy` delete a bucket that is not empty."
  type        = bool
  default     = false
  nullable    = false
}

variable "writers" {
  description = "AWS services that can write to a prefix, such as the load balancer's access logs."
  type        = map(string)
  default     = {}
  nullable    = false
}
