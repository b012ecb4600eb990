variable "name" {
  description = "Name of the bucket, unique in the world."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name is 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "kms_key_arn" {
  description = "Key that objects are sealed with."
  type        = string
  nullable    = false
}

variable "versioned" {
  description = "Keep what is overwritten or deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "expire_days" {
  description = "Days after which objects below a prefix are deleted; what is not named stays for ever."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for days in values(var.expire_days) : days >= 1 && days <= 3650])
    error_message = "Days must be from 1 to 3650."
  }
}

variable "cors_origins" {
  description = "Pages that may use signed addresses of this bucket."
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
  description = "Services of AWS that may write below a prefix, such as the load balancer's access logs."
  type        = map(string)
  default     = {}
  nullable    = false
}
