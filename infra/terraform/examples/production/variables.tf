variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "domain" {
  description = "Domain of the services."
  type        = string
  nullable    = false
}

variable "hosted_zone_id" {
  description = "Route 53 zone of the domain."
  type        = string
  nullable    = false
}

variable "operator_cidrs" {
  description = "CIDR blocks that can reach the n8n editor and Langfuse."
  type        = list(string)
  nullable    = false
}

variable "images" {
  description = "Images by digest, as the build workflow writes them to images.auto.tfvars.json."
  type        = map(string)
  nullable    = false
}

variable "environment" {
  description = "Name of the installation."
  type        = string
  default     = "production"
  nullable    = false
}

variable "api_release" {
  description = "The two colours of the API; `npm run release -w infra` writes it to release.auto.tfvars.json."
  type = object({
    blue  = optional(object({ image = optional(string, ""), weight = optional(number, 100) }), {})
    green = optional(object({ image = optional(string, ""), weight = optional(number, 0) }), {})
  })
  default  = {}
  nullable = false
}

variable "alarm_emails" {
  description = "E-mail addresses that receive alarms."
  type        = list(string)
  nullable    = false
}

variable "copy_region_vault_arn" {
  description = "Backup vault in another region that daily backups are copied to."
  type        = string
  default     = ""
  nullable    = false
}
