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
