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
