# The least that runs everything: one task of each, Spot for workers, no NAT, a small database in one zone.
# For trials: terraform destroy leaves nothing behind.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.66"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "ai-manager", Environment = "trial" }
  }
}

module "ai_manager" {
  source = "../.."

  environment    = "trial"
  region         = var.region
  domain         = var.domain
  hosted_zone_id = var.hosted_zone_id
  images         = var.images
  operator_cidrs = var.operator_cidrs

  egress        = "public"
  disposable    = true
  virus_scanner = false

  scale = {
    api             = { min = 1, max = 2 }
    worker          = { min = 1, max = 2 }
    langfuse_web    = { min = 1, max = 1 }
    langfuse_worker = { min = 1, max = 1 }
    worker_spot     = true
  }

  sizes = {
    api    = { cpu = 256, memory = 1024 }
    worker = { cpu = 256, memory = 1024 }
  }

  database = {
    instance_class = "db.t4g.micro"
    storage_gb     = 20
    multi_az       = false
    protected      = false
  }

  cache = { node_type = "cache.t4g.micro", replicas = 0 }

  backups = { daily_days = 7, point_in_time_days = 1 }
}
