# Everything twice where it can be: two zones, two API tasks, a standby database and Redis, queue workers of n8n.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.66"
    }
  }

  # State is sealed and locked. Make the bucket first: docs/operations.md, first deployment.
  backend "s3" {
    key          = "ai-manager/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "ai-manager", Environment = var.environment }
  }
}

module "ai_manager" {
  source = "../.."

  environment    = var.environment
  region         = var.region
  domain         = var.domain
  hosted_zone_id = var.hosted_zone_id
  images         = var.images
  api_release    = var.api_release
  operator_cidrs = var.operator_cidrs

  availability_zones = 2
  egress             = "nat_gateway"

  scale = {
    api             = { min = 2, max = 5 }
    worker          = { min = 2, max = 5 }
    langfuse_web    = { min = 2, max = 4 }
    langfuse_worker = { min = 1, max = 4 }
    n8n_workers     = 2
    tooljet         = 1
  }

  sizes = {
    api    = { cpu = 1024, memory = 2048 }
    worker = { cpu = 1024, memory = 2048 }
  }

  database = {
    instance_class = "db.m7g.large"
    storage_gb     = 100
    multi_az       = true
  }

  cache = { node_type = "cache.t4g.medium", replicas = 1 }

  backups = {
    daily_days            = 30
    point_in_time_days    = 7
    copy_region_vault_arn = var.copy_region_vault_arn
  }

  connections = { openai = true }

  alarms = { emails = var.alarm_emails }
}
