variable "region" {
  description = "Region of AWS."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "domain" {
  description = "Domain below which the services are reached."
  type        = string
  nullable    = false
}

variable "hosted_zone_id" {
  description = "Route 53 zone of the domain."
  type        = string
  nullable    = false
}

variable "operator_cidrs" {
  description = "Addresses that may open n8n's editor and Langfuse."
  type        = list(string)
  nullable    = false
}

variable "images" {
  description = "Images by digest, as the build workflow writes them to images.auto.tfvars.json."
  type        = map(string)
  nullable    = false
}

variable "environment" {
  description = "Which installation this is."
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
  description = "Who is told of alarms."
  type        = list(string)
  nullable    = false
}

variable "copy_region_vault_arn" {
  description = "Backup vault in another region that daily backups are copied to."
  type        = string
  default     = ""
  nullable    = false
}
